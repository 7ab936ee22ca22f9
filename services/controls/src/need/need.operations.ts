import type { AnnexEvent } from '@annex/schema';
import { judge, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { soaRules } from '../soa/soa.rules.ts';
import { keepRiskNeeds } from './need.store.ts';

/** What risks rest on tells which controls their treatment needs, and so what a Statement of Applicability may not leave out. */
export async function needChanged(
  tx: WriteTx<ControlsDatabase>,
  event: AnnexEvent<'annex.risk.need.changed.v1'>,
): Promise<void> {
  const changed = await keepRiskNeeds(tx, event.data.rows);
  if (changed.length > 0) await judge(tx, 'controls', changed, soaRules);
}
