import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import { sql } from 'kysely';
import type { ProvisionKind, ProvisionStatus } from './provision.ts';

export interface ProvisionRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  kind: ProvisionKind;
  provider: string;
  partyId: string | null;
  description: string;
  ownerId: string | null;
  criteria: string;
  controlIds: string[];
  implementationIds: string[];
  reviewDate: Date | null;
  status: ProvisionStatus;
}

export interface ProvisionTable {
  externalProvision: ProvisionRow;
}

const present = (tx: Tx<ProvisionTable>) =>
  tx.db.selectFrom('externalProvision').selectAll().where('tenantId', '=', tx.tenant);

/** What an ISMS uses from outside, as a filter leaves it, unordered; for a connection. */
export function provisionsOf(
  tx: Tx<ProvisionTable>,
  ismsId: string,
  filter: {
    readonly kind?: ProvisionKind | null | undefined;
    readonly status?: ProvisionStatus | null | undefined;
    readonly ownerId?: string | null | undefined;
    readonly partyId?: string | null | undefined;
    readonly controlId?: string | undefined;
  } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('ownerId', '=', filter.ownerId);
  if (filter.partyId) query = query.where('partyId', '=', filter.partyId);
  const { controlId } = filter;
  if (controlId !== undefined) query = query.where(({ ref }) => sql<boolean>`${controlId} = any(${ref('controlIds')})`);
  return query;
}

export function findProvisions(tx: Tx<ProvisionTable>, ids: readonly string[]): Promise<ProvisionRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readProvision(tx: Tx<ProvisionTable>, id: string): Promise<ProvisionRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('ExternalProvision', id);
  return row;
}

export async function insertProvision(tx: WriteTx<ProvisionTable>, row: ProvisionRow): Promise<void> {
  await tx.db.insertInto('externalProvision').values(row).execute();
}

export async function updateProvisionRow(tx: WriteTx<ProvisionTable>, row: ProvisionRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('externalProvision')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The next moment at which something that is used is to be looked at again. */
export async function nextReview(tx: Tx<ProvisionTable>, ismsId: string): Promise<Date | undefined> {
  const row = await provisionsOf(tx, ismsId, { status: 'IN_USE' })
    .clearSelect()
    .select(({ fn }) => fn.min('reviewDate').as('next'))
    .where('reviewDate', '>', tx.now)
    .executeTakeFirst();
  return row?.next ?? undefined;
}
