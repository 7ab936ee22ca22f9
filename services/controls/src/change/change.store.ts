import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ChangeStatus, UnintendedStatus } from './change.ts';

export interface IsmsChangeRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  purpose: string;
  consequences: string;
  integrity: string;
  resources: string;
  responsibilities: string;
  ownerId: string | null;
  plannedFor: Date | null;
  status: ChangeStatus;
  authors: string[];
  decisionNote: string;
  decidedBy: string | null;
  decidedAt: Date | null;
  result: string;
  doneAt: Date | null;
}

export interface UnintendedChangeRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  description: string;
  noticedAt: Date;
  changeId: string | null;
  consequences: string;
  mitigation: string;
  status: UnintendedStatus;
  reviewedBy: string | null;
  reviewedAt: Date | null;
}

export interface ChangeTables {
  ismsChange: IsmsChangeRow;
  unintendedChange: UnintendedChangeRow;
}

const planned = (tx: Tx<ChangeTables>) => tx.db.selectFrom('ismsChange').selectAll().where('tenantId', '=', tx.tenant);
const unintended = (tx: Tx<ChangeTables>) =>
  tx.db.selectFrom('unintendedChange').selectAll().where('tenantId', '=', tx.tenant);

/** The planned changes of an ISMS that a filter leaves, unordered; for a connection. */
export function changesOf(
  tx: Tx<ChangeTables>,
  ismsId: string,
  filter: { readonly status?: ChangeStatus | null } = {},
) {
  const query = planned(tx).where('ismsId', '=', ismsId);
  return filter.status ? query.where('status', '=', filter.status) : query;
}

export function findChanges(tx: Tx<ChangeTables>, ids: readonly string[]): Promise<IsmsChangeRow[]> {
  return planned(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readChange(tx: Tx<ChangeTables>, id: string): Promise<IsmsChangeRow> {
  const row = await planned(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('IsmsChange', id);
  return row;
}

export async function insertChange(tx: WriteTx<ChangeTables>, row: IsmsChangeRow): Promise<void> {
  await tx.db.insertInto('ismsChange').values(row).execute();
}

export async function updateChangeRow(tx: WriteTx<ChangeTables>, row: IsmsChangeRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('ismsChange')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The next moment at which a change was to be done that is not done yet. */
export async function nextPlanned(tx: Tx<ChangeTables>, ismsId: string): Promise<Date | undefined> {
  const row = await changesOf(tx, ismsId)
    .clearSelect()
    .select(({ fn }) => fn.min('plannedFor').as('next'))
    .where('status', 'in', ['PROPOSED', 'APPROVED'])
    .where('plannedFor', '>', tx.now)
    .executeTakeFirst();
  return row?.next ?? undefined;
}

/** The unintended changes of an ISMS that a filter leaves, unordered; for a connection. */
export function unintendedOf(
  tx: Tx<ChangeTables>,
  ismsId: string,
  filter: { readonly status?: UnintendedStatus | null } = {},
) {
  const query = unintended(tx).where('ismsId', '=', ismsId);
  return filter.status ? query.where('status', '=', filter.status) : query;
}

export function findUnintended(tx: Tx<ChangeTables>, ids: readonly string[]): Promise<UnintendedChangeRow[]> {
  return unintended(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readUnintended(tx: Tx<ChangeTables>, id: string): Promise<UnintendedChangeRow> {
  const row = await unintended(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('UnintendedChange', id);
  return row;
}

export async function insertUnintended(tx: WriteTx<ChangeTables>, row: UnintendedChangeRow): Promise<void> {
  await tx.db.insertInto('unintendedChange').values(row).execute();
}

export async function updateUnintendedRow(tx: WriteTx<ChangeTables>, row: UnintendedChangeRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('unintendedChange')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}
