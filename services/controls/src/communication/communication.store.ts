import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { CommunicationStatus, Direction } from './communication.ts';

export interface CommunicationRow extends IsmsEntityColumns {
  reference: string;
  topic: string;
  direction: Direction;
  occasion: string;
  audience: string;
  partyIds: string[];
  channel: string;
  ownerId: string | null;
  status: CommunicationStatus;
}

export interface CommunicationTable {
  communication: CommunicationRow;
}

const present = (tx: Tx<CommunicationTable>) =>
  tx.db.selectFrom('communication').selectAll().where('tenantId', '=', tx.tenant);

/** The entries of an ISMS's plan that a filter leaves, unordered; for a connection. */
export function communicationsOf(
  tx: Tx<CommunicationTable>,
  ismsId: string,
  filter: { readonly direction?: Direction | null; readonly status?: CommunicationStatus | null } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.direction) query = query.where('direction', '=', filter.direction);
  if (filter.status) query = query.where('status', '=', filter.status);
  return query;
}

export function findCommunications(tx: Tx<CommunicationTable>, ids: readonly string[]): Promise<CommunicationRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readCommunication(tx: Tx<CommunicationTable>, id: string): Promise<CommunicationRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Communication', id);
  return row;
}

export async function insertCommunication(tx: WriteTx<CommunicationTable>, row: CommunicationRow): Promise<void> {
  await tx.db.insertInto('communication').values(row).execute();
}

export async function updateCommunicationRow(tx: WriteTx<CommunicationTable>, row: CommunicationRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('communication')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}
