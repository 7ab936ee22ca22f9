import { newId } from '@annex/service';
import { backends, startTestService } from '@annex/service/testing';
import { audit } from '../src/service.ts';
import { type Auditing, risk } from './auditing.ts';

describe.each(backends())('the trail behind a queue on $backend', ({ backend, missing }) => {
  const itRuns = missing === null ? it : it.skip;
  const title = `is contiguous whatever the order in which the queue delivers${missing === null ? '' : ` (skipped: ${missing})`}`;

  itRuns(title, async () => {
    const auditing: Auditing = await startTestService(audit({ trailGapSeconds: 10 }), { backend });
    try {
      const numbers = Array.from({ length: 150 }, (_, index) => index + 1).sort(() => Math.random() - 0.5);
      await Promise.all(
        numbers.map((sequence) =>
          auditing.emit(
            'annex.risk.risk.changed.v1',
            { rows: [risk(newId(), 'High', { version: sequence })] },
            { sequence },
          ),
        ),
      );
      await auditing.settle();
      const { trail, trailState } = await auditing.ask<{
        trail: { edges: { node: { sequence: number; bytes: string } }[] };
        trailState: { heads: { source: string; sequence: number; parked: number }[]; alarms: unknown[] };
      }>(
        '{ trail(source: "/annex/risk", first: 200) { edges { node { sequence bytes } } } trailState { heads { source sequence parked } alarms { id } } }',
      );
      expect(trail.edges.map((edge) => edge.node.sequence)).toEqual(numbers.toSorted((a, b) => a - b));
      for (const { node } of trail.edges)
        expect((JSON.parse(node.bytes) as { sequence: number }).sequence).toBe(node.sequence);
      expect(trailState.heads).toContainEqual({ source: '/annex/risk', sequence: 150, parked: 0 });
      expect(trailState.alarms).toEqual([]);
    } finally {
      await auditing.close();
    }
  });
});
