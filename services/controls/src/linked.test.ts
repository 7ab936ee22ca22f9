import { linked } from './linked.ts';

const full = (id: string) => (id.startsWith('A.') ? `iso27001:2022:${id}` : id.startsWith('iso') ? id : undefined);

describe('what one names', () => {
  it('counts once however it is written', () => {
    expect(linked('input.controlIds', ['A.5.34', 'iso27001:2022:A.5.34', 'A.5.1'], full, 'x')).toEqual([
      'iso27001:2022:A.5.34',
      'iso27001:2022:A.5.1',
    ]);
  });

  it('is named by its place where it is unknown, each', () => {
    expect(() => linked('input.controlIds', ['A.5.1', 'B', 'C'], full, 'must be a control')).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        faults: [
          { field: 'input.controlIds.1', given: 'B', allowed: 'must be a control' },
          { field: 'input.controlIds.2', given: 'C', allowed: 'must be a control' },
        ],
      }),
    );
  });

  it('is 200 at most', () => {
    const many = Array.from({ length: 201 }, (_, index) => `A.${index}`);
    expect(() => linked('input.controlIds', many, full, 'x')).toThrow('at most 200');
    expect(linked('input.controlIds', many.slice(1), full, 'x')).toHaveLength(200);
  });
});
