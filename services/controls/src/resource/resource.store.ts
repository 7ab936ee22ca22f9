import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ResourceKind, ResourceStatus } from './resource.ts';

export interface ResourceNeedRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  purpose: string;
  kind: ResourceKind;
  ownerId: string | null;
  neededBy: Date | null;
  status: ResourceStatus;
  answer: string;
  decidedBy: string | null;
  decidedAt: Date | null;
}

export interface ResourceTable {
  resourceNeed: ResourceNeedRow;
}

const present = (tx: Tx<ResourceTable>) =>
  tx.db.selectFrom('resourceNeed').selectAll().where('tenantId', '=', tx.tenant);

/** The needs of an ISMS that a filter leaves, unordered; for a connection. */
export function needsOf(
  tx: Tx<ResourceTable>,
  ismsId: string,
  filter: { readonly kind?: ResourceKind | null; readonly status?: ResourceStatus | null } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.status) query = query.where('status', '=', filter.status);
  return query;
}

export function findNeeds(tx: Tx<ResourceTable>, ids: readonly string[]): Promise<ResourceNeedRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readNeed(tx: Tx<ResourceTable>, id: string): Promise<ResourceNeedRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('ResourceNeed', id);
  return row;
}

export async function insertNeed(tx: WriteTx<ResourceTable>, row: ResourceNeedRow): Promise<void> {
  await tx.db.insertInto('resourceNeed').values(row).execute();
}

export async function updateNeedRow(tx: WriteTx<ResourceTable>, row: ResourceNeedRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('resourceNeed')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The next moment at which something was needed that is not provided yet. */
export async function nextNeeded(tx: Tx<ResourceTable>, ismsId: string): Promise<Date | undefined> {
  const row = await needsOf(tx, ismsId, { status: 'OPEN' })
    .clearSelect()
    .select(({ fn }) => fn.min('neededBy').as('next'))
    .where('neededBy', '>', tx.now)
    .executeTakeFirst();
  return row?.next ?? undefined;
}
