import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ActionStatus, Effectiveness } from '../action.ts';
import type { ActionKind, CompetenceBasis, CompetenceStatus, Holding } from './competence.ts';

export interface CompetenceRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  description: string;
  responsibilityId: string | null;
  personId: string | null;
  holding: Holding;
  basis: CompetenceBasis[];
  evidence: string;
  evidenceId: string | null;
  validUntil: Date | null;
  assessedBy: string | null;
  assessedAt: Date | null;
  status: CompetenceStatus;
}

export interface CompetenceActionRow extends IsmsEntityColumns {
  competenceId: string;
  action: string;
  kind: ActionKind;
  due: Date | null;
  status: ActionStatus;
  doneAt: Date | null;
  effectiveness: Effectiveness;
  evaluation: string;
  evaluatedBy: string | null;
  evaluatedAt: Date | null;
}

export interface CompetenceTables {
  competence: CompetenceRow;
  competenceAction: CompetenceActionRow;
}

const competences = (tx: Tx<CompetenceTables>) =>
  tx.db.selectFrom('competence').selectAll().where('tenantId', '=', tx.tenant);
const actions = (tx: Tx<CompetenceTables>) =>
  tx.db.selectFrom('competenceAction').selectAll().where('tenantId', '=', tx.tenant);

/** The competences of an ISMS that a filter leaves, unordered; for a connection. */
export function competencesOf(
  tx: Tx<CompetenceTables>,
  ismsId: string,
  filter: {
    readonly personId?: string | null;
    readonly responsibilityId?: string | null;
    readonly holding?: Holding | null;
    readonly status?: CompetenceStatus | null;
  } = {},
) {
  let query = competences(tx).where('ismsId', '=', ismsId);
  if (filter.personId) query = query.where('personId', '=', filter.personId);
  if (filter.responsibilityId) query = query.where('responsibilityId', '=', filter.responsibilityId);
  if (filter.holding) query = query.where('holding', '=', filter.holding);
  if (filter.status) query = query.where('status', '=', filter.status);
  return query;
}

export function findCompetences(tx: Tx<CompetenceTables>, ids: readonly string[]): Promise<CompetenceRow[]> {
  return competences(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readCompetence(tx: Tx<CompetenceTables>, id: string): Promise<CompetenceRow> {
  const row = await competences(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Competence', id);
  return row;
}

export async function insertCompetence(tx: WriteTx<CompetenceTables>, row: CompetenceRow): Promise<void> {
  await tx.db.insertInto('competence').values(row).execute();
}

export async function updateCompetenceRow(tx: WriteTx<CompetenceTables>, row: CompetenceRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('competence')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The actions of an ISMS, the oldest first. */
export function actionsOfIsms(tx: Tx<CompetenceTables>, ismsId: string): Promise<CompetenceActionRow[]> {
  return actions(tx).where('ismsId', '=', ismsId).orderBy('id').execute();
}

/** The actions of each competence, the oldest first. */
export async function actionsOf(
  tx: Tx<CompetenceTables>,
  competenceIds: readonly string[],
): Promise<CompetenceActionRow[][]> {
  const rows = Map.groupBy(
    await actions(tx).where('competenceId', 'in', competenceIds).orderBy('id').execute(),
    (row) => row.competenceId,
  );
  return competenceIds.map((id) => rows.get(id) ?? []);
}

export function findActions(tx: Tx<CompetenceTables>, ids: readonly string[]): Promise<CompetenceActionRow[]> {
  return actions(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readAction(tx: Tx<CompetenceTables>, id: string): Promise<CompetenceActionRow> {
  const row = await actions(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('CompetenceAction', id);
  return row;
}

export async function insertAction(tx: WriteTx<CompetenceTables>, row: CompetenceActionRow): Promise<void> {
  await tx.db.insertInto('competenceAction').values(row).execute();
}

export async function updateActionRow(tx: WriteTx<CompetenceTables>, row: CompetenceActionRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('competenceAction')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The next moment at which a proof of competence ends or a planned action is due. */
export async function nextMoment(tx: Tx<CompetenceTables>, ismsId: string): Promise<Date | undefined> {
  const { rows } = await tx.query<{ next: Date | null }>(
    `select min(moment) as next from (
       select valid_until as moment from competence
        where tenant_id = $1 and isms_id = $2 and status = 'REQUIRED' and holding = 'HELD'
       union all select due from competence_action where tenant_id = $1 and isms_id = $2 and status = 'PLANNED') as dated
      where moment > $3`,
    [tx.tenant, ismsId, tx.now],
  );
  return rows[0]?.next ?? undefined;
}
