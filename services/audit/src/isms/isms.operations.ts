import type { EventData } from '@annex/schema';
import { judge, newestOfEach, type WriteTx } from '@annex/service';
import { auditRules } from '../conformity.ts';
import type { FindingTables } from '../finding/finding.store.ts';
import { type IsmsTables, projectIsms } from './isms.store.ts';

/** Takes over what controls tells of its ISMS; a new one is judged from the start. */
export async function followIsms(
  tx: WriteTx<IsmsTables & FindingTables>,
  { rows }: EventData<'annex.controls.isms.changed.v1'>,
): Promise<void> {
  const changed = await projectIsms(tx, newestOfEach(rows));
  if (changed.length > 0) await judge(tx, 'audit', changed, auditRules);
}
