import { notFound } from '@annex/schema';
import type { IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import { touched } from '@annex/service';

export interface IsmsProcessRow extends IsmsEntityColumns {
  name: string;
  description: string;
  ownerId: string | null;
  inputs: string;
  outputs: string;
  dependsOn: string[];
}

export interface IsmsProcessTable {
  ismsProcess: IsmsProcessRow;
}

const present = (tx: Tx<IsmsProcessTable>) =>
  tx.db.selectFrom('ismsProcess').selectAll().where('tenantId', '=', tx.tenant);

/** The processes of an ISMS, unordered; for a connection. */
export function processesOf(tx: Tx<IsmsProcessTable>, ismsId: string, ownerId?: string | null) {
  const query = present(tx).where('ismsId', '=', ismsId);
  return ownerId ? query.where('ownerId', '=', ownerId) : query;
}

export async function findProcesses(tx: Tx<IsmsProcessTable>, ids: readonly string[]): Promise<IsmsProcessRow[]> {
  return ids.length === 0 ? [] : present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readProcess(tx: Tx<IsmsProcessTable>, id: string): Promise<IsmsProcessRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('IsmsProcess', id);
  return row;
}

/** The processes that depend on each of these, by name. */
export async function neededBy(tx: Tx<IsmsProcessTable>, ids: readonly string[]): Promise<IsmsProcessRow[][]> {
  const { rows } = await tx.query<{ needed: string; id: string }>(
    `select needed.id as needed, p.id from unnest($2::uuid[]) as needed(id)
       join isms_process needed_row on needed_row.tenant_id = $1 and needed_row.id = needed.id
       join isms_process p on p.tenant_id = $1 and p.isms_id = needed_row.isms_id and needed.id = any(p.depends_on)`,
    [tx.tenant, ids],
  );
  const found = new Map((await findProcesses(tx, [...new Set(rows.map((row) => row.id))])).map((row) => [row.id, row]));
  const byNeeded = Map.groupBy(rows, (row) => row.needed);
  return ids.map((id) => byName((byNeeded.get(id) ?? []).flatMap((row) => found.get(row.id) ?? [])));
}

/** By name, as people look for them. */
export function byName<R extends { readonly name: string }>(rows: readonly R[]): R[] {
  return [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function insertProcess(tx: WriteTx<IsmsProcessTable>, row: IsmsProcessRow): Promise<void> {
  await tx.db.insertInto('ismsProcess').values(row).execute();
}

export async function updateProcessRow(tx: WriteTx<IsmsProcessTable>, row: IsmsProcessRow): Promise<void> {
  const { name, description, ownerId, inputs, outputs, dependsOn, version } = row;
  await tx.db
    .updateTable('ismsProcess')
    .set({ name, description, ownerId, inputs, outputs, dependsOn, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

export async function deleteProcessRow(tx: WriteTx<IsmsProcessTable>, id: string): Promise<void> {
  await tx.db.deleteFrom('ismsProcess').where('tenantId', '=', tx.tenant).where('id', '=', id).execute();
}
