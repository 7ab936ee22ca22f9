import type { AnnexEvent } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { implementationsLinkedTo } from '../link/link.store.ts';
import { objectivesMeasured } from '../objective/objective.operations.ts';
import { settle } from '../strength/strength.operations.ts';
import { holdAttainment, keepAttainments, keepMeasures } from './measure.store.ts';

/** What a measure is called and how it is read. Its measurements come by themselves, in any order with this. */
export async function measureChanged(
  tx: WriteTx<ControlsDatabase>,
  event: AnnexEvent<'annex.evidence.measure.changed.v1'>,
): Promise<void> {
  const kept = await keepMeasures(tx, event.data.rows);
  const gone = event.data.rows.filter((row) => row.deleted && kept.includes(row.id));
  if (gone.length === 0) return;
  for (const row of gone.sort((a, b) => (a.id < b.id ? -1 : 1))) await holdAttainment(tx, row.id, row.ismsId);
  const ids = gone.map((row) => row.id);
  await settle(tx, await implementationsLinkedTo(tx, ids));
  await objectivesMeasured(tx, ids);
}

/** What a measure says now moves the strength of every implementation that it is linked to (27004 to 27002). */
export async function attainmentChanged(
  tx: WriteTx<ControlsDatabase>,
  event: AnnexEvent<'annex.evidence.attainment.changed.v1'>,
): Promise<void> {
  const kept = await keepAttainments(tx, event.data.rows);
  if (kept.length === 0) return;
  await settle(tx, await implementationsLinkedTo(tx, kept));
  await objectivesMeasured(tx, kept);
}
