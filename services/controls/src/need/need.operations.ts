import type { AnnexEvent } from '@annex/schema';
import { judge, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { soaRules } from '../soa/soa.rules.ts';
import { keepRiskNeeds, keepTreatmentNeeds } from './need.store.ts';

/** What risks rest on tells which controls their treatment needs, and so what a Statement of Applicability may not leave out. */
export async function needChanged(
  tx: WriteTx<ControlsDatabase>,
  event: AnnexEvent<'annex.risk.need.changed.v1'>,
): Promise<void> {
  const changed = await keepRiskNeeds(tx, event.data.rows);
  if (changed.length > 0) await judge(tx, 'controls', changed, soaRules);
}

/** An approved treatment of a risk needs controls, whether they are implemented yet or not (27001, 6.1.3 b and c). */
export async function treatmentChanged(
  tx: WriteTx<ControlsDatabase>,
  event: AnnexEvent<'annex.risk.treatment.changed.v1'>,
): Promise<void> {
  const changed = await keepTreatmentNeeds(tx, event.data.rows);
  if (changed.length > 0) await judge(tx, 'controls', changed, soaRules);
}
