import { checkNotRetired, checkTransition, type IsmsStatus } from './isms.ts';

const statuses: IsmsStatus[] = ['ESTABLISHING', 'OPERATING', 'RETIRED'];

describe('the status of an ISMS', () => {
  it('goes from establishing to operating to retired, and never back', () => {
    const allowed = statuses.flatMap((from) =>
      statuses
        .filter((to) => {
          try {
            checkTransition('x', from, to);
            return from !== to;
          } catch {
            return false;
          }
        })
        .map((to) => `${from} ${to}`),
    );
    expect(allowed).toEqual(['ESTABLISHING OPERATING', 'ESTABLISHING RETIRED', 'OPERATING RETIRED']);
  });

  it('names the present status and what may follow when it refuses', () => {
    expect(() => checkTransition('x', 'OPERATING', 'ESTABLISHING')).toThrow(
      expect.objectContaining({ code: 'STATE_CONFLICT', details: expect.objectContaining({ allowed: ['RETIRED'] }) }),
    );
  });

  it('lets nothing of a retired ISMS be changed', () => {
    expect(() => checkNotRetired({ id: 'x', status: 'RETIRED' })).toThrow(
      expect.objectContaining({ code: 'STATE_CONFLICT' }),
    );
    expect(() => checkNotRetired({ id: 'x', status: 'OPERATING' })).not.toThrow();
  });
});
