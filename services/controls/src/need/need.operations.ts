import type { AnnexEvent } from '@annex/schema';
import { judge, type WriteTx } from '@annex/service';
import { rules } from '../conformity.ts';
import type { ControlsDatabase } from '../database.ts';
import { keepRiskNeeds } from './need.store.ts';

/** What risks rest on tells which controls their treatment needs, and so what a Statement of Applicability may not leave out. */
export async function riskChanged(
  tx: WriteTx<ControlsDatabase>,
  event: AnnexEvent<'annex.risk.risk.changed.v1'>,
): Promise<void> {
  const changed = await keepRiskNeeds(tx, event.data.rows);
  if (changed.length > 0) await judge(tx, 'controls', changed, rules);
}
