import { notFound } from '@annex/schema';
import type { EntityColumns } from '@annex/service';
import { type Tx, touched, type WriteTx } from '@annex/service';
import type { IsmsStatus } from './isms.ts';

export interface IsmsRow extends EntityColumns {
  name: string;
  description: string;
  scope: string;
  status: IsmsStatus;
}

export interface IsmsTable {
  isms: IsmsRow;
}

const present = (tx: Tx<IsmsTable>) => tx.db.selectFrom('isms').selectAll().where('tenantId', '=', tx.tenant);

/** Every ISMS of the tenant, unordered; for a connection. */
export const allIsms = present;

export function findIsms(tx: Tx<IsmsTable>, ids: readonly string[]): Promise<IsmsRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function lockIsms(tx: WriteTx<IsmsTable>, id: string): Promise<IsmsRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('Isms', id);
  return row;
}

/** Holds the ISMS as it is until the transaction ends, so that it is not retired under what is being changed in it. */
export async function holdIsms(tx: WriteTx<IsmsTable>, id: string): Promise<IsmsRow> {
  const row = await present(tx).where('id', '=', id).forShare().executeTakeFirst();
  if (!row) throw notFound('Isms', id);
  return row;
}

export async function insertIsms(tx: WriteTx<IsmsTable>, row: IsmsRow): Promise<void> {
  await tx.db.insertInto('isms').values(row).execute();
}

export async function updateIsmsRow(tx: WriteTx<IsmsTable>, row: IsmsRow): Promise<void> {
  const { name, description, scope, status, version } = row;
  await tx.db
    .updateTable('isms')
    .set({ name, description, scope, status, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}
