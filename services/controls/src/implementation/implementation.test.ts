import { controlIds, progress } from './implementation.ts';

const badInput = (field: string) =>
  expect.objectContaining({ code: 'BAD_INPUT', faults: [expect.objectContaining({ field })] });

describe('the progress of an implementation', () => {
  it('begins as not started', () => {
    expect(progress({})).toEqual({ status: 'NOT_STARTED', share: null });
  });

  it('asks for a share in 0..1 where it is partial', () => {
    expect(progress({ status: 'PARTIAL', share: 0.4 })).toEqual({ status: 'PARTIAL', share: 0.4 });
    for (const share of [undefined, null, -0.1, 1.1, Number.NaN]) {
      expect(() => progress(share === undefined ? { status: 'PARTIAL' } : { status: 'PARTIAL', share })).toThrow(
        badInput('input.share'),
      );
    }
  });

  it('keeps the share while it stays partial and drops it when it is implemented', () => {
    const before = { status: 'PARTIAL', share: 0.4 } as const;
    expect(progress({}, before)).toEqual(before);
    expect(progress({ status: 'IMPLEMENTED' }, before)).toEqual({ status: 'IMPLEMENTED', share: null });
  });

  it('refuses a share with any other status', () => {
    expect(() => progress({ status: 'IMPLEMENTED', share: 0.5 })).toThrow(badInput('input.share'));
  });
});

describe('the controls of an implementation', () => {
  const resolve = (id: string) => (/^A\.8\.\d+$/.test(id) ? `iso27001:2022:${id}` : undefined);

  it('are told by their full ids, each once', () => {
    expect(controlIds(['A.8.28', 'A.8.8', 'A.8.28'], resolve)).toEqual(['iso27001:2022:A.8.28', 'iso27001:2022:A.8.8']);
  });

  it('are one at least, and of the catalogue', () => {
    expect(() => controlIds([], resolve)).toThrow(badInput('input.controlIds'));
    expect(() => controlIds(['A.8.28', 'B.1'], resolve)).toThrow(badInput('input.controlIds.1'));
  });
});
