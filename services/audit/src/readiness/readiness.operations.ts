import type { EventData } from '@annex/schema';
import { newestOfEach, type WriteTx } from '@annex/service';
import { clauses } from './clauses.ts';
import {
  announcedVerdicts,
  gatherRules,
  holdReadiness,
  keepVerdicts,
  type ReadinessTables,
  rulesOf,
} from './readiness.store.ts';
import { movesSince, readinessByClause } from './readiness.ts';

type ConformityData = EventData<'annex.audit.conformity.changed.v1'>;

/** Takes over what rules of a service found, and announces the clauses whose verdict that moves. */
export async function gatherConformity(
  tx: WriteTx<ReadinessTables>,
  service: string,
  { rows }: ConformityData,
): Promise<void> {
  for (const ismsId of await gatherRules(tx, service, newestOfEach(rows))) await announceMoves(tx, ismsId);
}

async function announceMoves(tx: WriteTx<ReadinessTables>, ismsId: string): Promise<void> {
  const version = (await holdReadiness(tx, ismsId)) + 1;
  const [announced, rules] = await Promise.all([announcedVerdicts(tx, ismsId), rulesOf(tx, ismsId)]);
  const moves = movesSince(announced, readinessByClause(clauses, rules));
  if (moves.length === 0) return;
  await keepVerdicts(tx, ismsId, version, moves);
  tx.record('annex.audit.readiness.changed.v1', { rows: [{ id: ismsId, ismsId, version, clauses: moves }] });
}
