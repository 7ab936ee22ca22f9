import { notFound } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { Selectable } from 'kysely';
import type { PlannedAction } from './plan.ts';
import type { ActionStatus } from './treatment.ts';

export interface ActionTable {
  treatmentAction: IsmsEntityColumns & {
    treatmentId: string;
    position: number;
    title: string;
    ownerId: string | null;
    dueAt: Date | null;
    /** Minor units of `currency`. */
    cost: number | null;
    currency: string | null;
    implementationId: string | null;
    status: ActionStatus;
    note: string;
    endedBy: string | null;
    endedAt: Date | null;
  };
}

export type ActionRow = Selectable<ActionTable['treatmentAction']>;

const actions = (tx: Tx<ActionTable>) =>
  tx.db.selectFrom('treatmentAction').selectAll().where('tenantId', '=', tx.tenant);

/** The actions of each of these treatments in their order; in one statement. */
export async function actionsOfTreatments(tx: Tx<ActionTable>, ids: readonly string[]): Promise<ActionRow[][]> {
  const rows = await actions(tx)
    .where('treatmentId', 'in', [...ids])
    .orderBy('position')
    .orderBy('id')
    .execute();
  return ids.map((id) => rows.filter((row) => row.treatmentId === id));
}

/** @throws AnnexError NOT_FOUND */
export async function readAction(tx: Tx<ActionTable>, id: string): Promise<ActionRow> {
  const row = await actions(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('RiskTreatmentAction', id);
  return row;
}

/** Puts the actions of a plan in place of those that were planned; what is done or cancelled stays and comes first. */
export async function replacePlanned(
  tx: WriteTx<ActionTable>,
  treatment: { readonly id: string; readonly ismsId: string },
  present: readonly ActionRow[],
  planned: readonly PlannedAction[],
): Promise<void> {
  const over = present.filter((row) => row.status !== 'PLANNED').length;
  const gone = present.filter((row) => row.status === 'PLANNED' && !planned.some(({ id }) => id === row.id));
  if (gone.length > 0) {
    const ids = gone.map(({ id }) => id);
    await tx.db.deleteFrom('treatmentAction').where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
  }
  for (const [index, { id, ...action }] of planned.entries()) {
    const values = { ...action, position: over + index };
    if (id === null) {
      await tx.db
        .insertInto('treatmentAction')
        .values({
          ...entityFields(tx),
          ...values,
          id: newId(),
          ismsId: treatment.ismsId,
          version: 1,
          treatmentId: treatment.id,
          status: 'PLANNED',
          note: '',
        })
        .execute();
    } else {
      await tx.db
        .updateTable('treatmentAction')
        .set((set) => ({ ...touched(tx), version: set('version', '+', 1), ...values }))
        .where('tenantId', '=', tx.tenant)
        .where('id', '=', id)
        .execute();
    }
  }
}

/** Ends a planned action. */
export async function endAction(
  tx: WriteTx<ActionTable>,
  row: ActionRow,
  end: Pick<ActionRow, 'status' | 'note' | 'endedBy' | 'endedAt'>,
): Promise<void> {
  await tx.db
    .updateTable('treatmentAction')
    .set({ ...touched(tx), version: row.version + 1, ...end })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}
