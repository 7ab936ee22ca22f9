import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ActionStatus, Effectiveness } from '../action.ts';
import type { OpportunityKind, OpportunityResponse, OpportunityStatus } from './opportunity.ts';

export interface OpportunityRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  description: string;
  kind: OpportunityKind;
  issueIds: string[];
  requirementIds: string[];
  ownerId: string | null;
  response: OpportunityResponse;
  responseReason: string;
  status: OpportunityStatus;
  result: string;
}

export interface OpportunityActionRow extends IsmsEntityColumns {
  opportunityId: string;
  action: string;
  integration: string;
  ownerId: string | null;
  due: Date | null;
  status: ActionStatus;
  doneAt: Date | null;
  effectiveness: Effectiveness;
  evaluation: string;
  evaluatedBy: string | null;
  evaluatedAt: Date | null;
}

export interface OpportunityTables {
  opportunity: OpportunityRow;
  opportunityAction: OpportunityActionRow;
}

const opportunities = (tx: Tx<OpportunityTables>) =>
  tx.db.selectFrom('opportunity').selectAll().where('tenantId', '=', tx.tenant);
const actions = (tx: Tx<OpportunityTables>) =>
  tx.db.selectFrom('opportunityAction').selectAll().where('tenantId', '=', tx.tenant);

/** The risks to an ISMS and its opportunities that a filter leaves, unordered; for a connection. */
export function opportunitiesOf(
  tx: Tx<OpportunityTables>,
  ismsId: string,
  filter: {
    readonly kind?: OpportunityKind | null;
    readonly status?: OpportunityStatus | null;
    readonly ownerId?: string | null;
  } = {},
) {
  let query = opportunities(tx).where('ismsId', '=', ismsId);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('ownerId', '=', filter.ownerId);
  return query;
}

export function findOpportunities(tx: Tx<OpportunityTables>, ids: readonly string[]): Promise<OpportunityRow[]> {
  return opportunities(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readOpportunity(tx: Tx<OpportunityTables>, id: string): Promise<OpportunityRow> {
  const row = await opportunities(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Opportunity', id);
  return row;
}

export async function insertOpportunity(tx: WriteTx<OpportunityTables>, row: OpportunityRow): Promise<void> {
  await tx.db.insertInto('opportunity').values(row).execute();
}

export async function updateOpportunityRow(tx: WriteTx<OpportunityTables>, row: OpportunityRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('opportunity')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The actions of an ISMS, the oldest first. */
export function actionsOfIsms(tx: Tx<OpportunityTables>, ismsId: string): Promise<OpportunityActionRow[]> {
  return actions(tx).where('ismsId', '=', ismsId).orderBy('id').execute();
}

/** The actions of each risk or opportunity, the oldest first. */
export async function actionsOf(
  tx: Tx<OpportunityTables>,
  opportunityIds: readonly string[],
): Promise<OpportunityActionRow[][]> {
  const rows = Map.groupBy(
    await actions(tx).where('opportunityId', 'in', opportunityIds).orderBy('id').execute(),
    (row) => row.opportunityId,
  );
  return opportunityIds.map((id) => rows.get(id) ?? []);
}

export function findActions(tx: Tx<OpportunityTables>, ids: readonly string[]): Promise<OpportunityActionRow[]> {
  return actions(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readAction(tx: Tx<OpportunityTables>, id: string): Promise<OpportunityActionRow> {
  const row = await actions(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('OpportunityAction', id);
  return row;
}

export async function insertAction(tx: WriteTx<OpportunityTables>, row: OpportunityActionRow): Promise<void> {
  await tx.db.insertInto('opportunityAction').values(row).execute();
}

export async function updateActionRow(tx: WriteTx<OpportunityTables>, row: OpportunityActionRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('opportunityAction')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The next moment at which a planned action is due. */
export async function nextDue(tx: Tx<OpportunityTables>, ismsId: string): Promise<Date | undefined> {
  const row = await actions(tx)
    .clearSelect()
    .select(({ fn }) => fn.min('due').as('next'))
    .where('ismsId', '=', ismsId)
    .where('status', '=', 'PLANNED')
    .where('due', '>', tx.now)
    .executeTakeFirst();
  return row?.next ?? undefined;
}
