import { latestChanges } from './changes.ts';

const entry = (n: number, type: string, rows: unknown[]) => ({
  node: { eventId: `id-${n}`, type, time: `2026-06-0${n}T08:00:00.000Z`, bytes: JSON.stringify({ data: { rows } }) },
});

describe('what changed last', () => {
  it('mixes the sources by time, the newest first', () => {
    const changes = latestChanges({
      risk: { edges: [entry(1, 'annex.risk.risk.changed.v1', [{ reference: 'R-0001', title: 'Fire' }])] },
      audit: { edges: [entry(3, 'annex.audit.finding.changed.v1', [{ reference: 'F-2026-001', title: 'Too high' }])] },
      controls: { edges: [entry(2, 'annex.controls.isms.changed.v1', [{ name: 'Product' }])] },
    });
    expect(changes?.map((one) => [one.what, one.about])).toEqual([
      ['finding', 'F-2026-001 Too high'],
      ['isms', 'Product'],
      ['risk', 'R-0001 Fire'],
    ]);
  });

  it('names clauses with their verdicts, and counts what an event tells beside its first row', () => {
    const rule = { clause: '8.3', verdict: 'GAP' };
    expect(
      latestChanges({
        audit: {
          edges: [
            entry(1, 'annex.audit.readiness.changed.v1', [
              { clauses: [rule, { clause: '6', verdict: 'NO_GAP_FOUND' }] },
            ]),
          ],
        },
        risk: { edges: [entry(2, 'annex.risk.conformity.changed.v1', [rule, rule])] },
      })?.map((one) => `${one.what}: ${one.about}`),
    ).toEqual(['risk rules: 8.3 gap and 1 more', 'readiness: 8.3 gap, 6 no gap found']);
  });

  it('goes without a source that cannot be read, and is absent when none can', () => {
    expect(latestChanges({ risk: null, audit: { edges: [] } })).toEqual([]);
    expect(latestChanges({ risk: null })).toBeUndefined();
    expect(latestChanges(null)).toBeUndefined();
  });
});
