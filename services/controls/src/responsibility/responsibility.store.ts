import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ResponsibilityKind, ResponsibilityStatus } from './responsibility.ts';

export interface ResponsibilityRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  duties: string;
  kind: ResponsibilityKind;
  personId: string | null;
  assignedBy: string | null;
  assignedAt: Date | null;
  communication: string;
  communicatedAt: Date | null;
  status: ResponsibilityStatus;
}

export interface ResponsibilityTable {
  responsibility: ResponsibilityRow;
}

const present = (tx: Tx<ResponsibilityTable>) =>
  tx.db.selectFrom('responsibility').selectAll().where('tenantId', '=', tx.tenant);

/** The roles of an ISMS that a filter leaves, unordered; for a connection. */
export function responsibilitiesOf(
  tx: Tx<ResponsibilityTable>,
  ismsId: string,
  filter: {
    readonly kind?: ResponsibilityKind | null;
    readonly status?: ResponsibilityStatus | null;
    readonly personId?: string | null;
  } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.personId) query = query.where('personId', '=', filter.personId);
  return query;
}

export function findResponsibilities(
  tx: Tx<ResponsibilityTable>,
  ids: readonly string[],
): Promise<ResponsibilityRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readResponsibility(tx: Tx<ResponsibilityTable>, id: string): Promise<ResponsibilityRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Responsibility', id);
  return row;
}

export async function insertResponsibility(tx: WriteTx<ResponsibilityTable>, row: ResponsibilityRow): Promise<void> {
  await tx.db.insertInto('responsibility').values(row).execute();
}

export async function updateResponsibilityRow(tx: WriteTx<ResponsibilityTable>, row: ResponsibilityRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('responsibility')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}
