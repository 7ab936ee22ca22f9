import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Insertable, Selectable } from 'kysely';
import type { ImplementationRow, ImplementationTables } from '../implementation/implementation.store.ts';
import type { Implementing, Move, UpgradeStatus } from './upgrade.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;

export interface UpgradeTable {
  upgrade: IsmsEntityColumns & {
    fromFramework: string;
    toFramework: string;
    status: UpgradeStatus;
    moves: Json<readonly Move[]>;
    appliedBy: string;
    undoneAt: Date | null;
    undoneBy: string | null;
  };
}

/** An upgrade as it is kept. */
export type UpgradeRow = Selectable<UpgradeTable['upgrade']>;

const present = (tx: Tx<UpgradeTable>) => tx.db.selectFrom('upgrade').selectAll().where('tenantId', '=', tx.tenant);

export function findUpgrades(tx: Tx<UpgradeTable>, ids: readonly string[]): Promise<UpgradeRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** The newest `limit` upgrades of an ISMS. */
export function latestUpgrades(tx: Tx<UpgradeTable>, ismsId: string, limit: number): Promise<UpgradeRow[]> {
  return present(tx).where('ismsId', '=', ismsId).orderBy('id', 'desc').limit(limit).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function lockUpgrade(tx: WriteTx<UpgradeTable>, id: string): Promise<UpgradeRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('Upgrade', id);
  return row;
}

/** Holds an upgrade as it is until the transaction ends. @throws AnnexError NOT_FOUND */
export async function holdUpgrade(tx: WriteTx<UpgradeTable>, id: string): Promise<UpgradeRow> {
  const row = await present(tx).where('id', '=', id).forShare().executeTakeFirst();
  if (!row) throw notFound('Upgrade', id);
  return row;
}

/** The upgrades of the tenant, unordered. */
export const allUpgrades = present;

export async function insertUpgrade(tx: WriteTx<UpgradeTable>, row: Insertable<UpgradeTable['upgrade']>) {
  await tx.db.insertInto('upgrade').values(row).execute();
}

export async function updateUpgrade(
  tx: WriteTx<UpgradeTable>,
  { id, version, status, undoneAt, undoneBy }: Pick<UpgradeRow, 'id' | 'version' | 'status' | 'undoneAt' | 'undoneBy'>,
): Promise<void> {
  await tx.db
    .updateTable('upgrade')
    .set({ version, status, undoneAt, undoneBy, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The implementations of an ISMS that are linked to any of the controls, the oldest first, each with all of its controls. */
export async function implementing(
  tx: Tx<ImplementationTables>,
  ismsId: string,
  controlIds: readonly string[],
): Promise<Implementing[]> {
  const { rows } = await tx.query<{ id: string; reference: string; controls: string[] }>(
    `select i.id, i.reference, array_agg(c.control_id order by c.id) as controls
       from implementation i
       join implementation_control c on c.tenant_id = i.tenant_id and c.implementation_id = i.id
      where i.tenant_id = $1 and i.isms_id = $2 and i.id in (
        select linked.implementation_id from implementation_control linked
         where linked.tenant_id = $1 and linked.isms_id = $2 and linked.control_id = any($3::text[]))
      group by i.id, i.reference order by i.id`,
    [tx.tenant, ismsId, controlIds],
  );
  return rows.map((row) => ({ id: row.id, reference: row.reference, controlIds: row.controls }));
}

/** Locks implementations in the order of their ids, in which everything that locks several does. */
export function lockImplementations(
  tx: WriteTx<ImplementationTables>,
  ids: readonly string[],
): Promise<ImplementationRow[]> {
  return tx.db
    .selectFrom('implementation')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where(({ eb, fn, val }) => eb('id', '=', fn.any(val(ids as string[]))))
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Raises the versions of implementations that are locked. @returns them as they are then, in the order given */
export async function raiseVersions(
  tx: WriteTx<ImplementationTables>,
  rows: readonly ImplementationRow[],
): Promise<ImplementationRow[]> {
  await tx.query(
    `update implementation set version = version + 1, updated_at = $3, updated_by = $4 where tenant_id = $1 and id = any($2::uuid[])`,
    [tx.tenant, rows.map((row) => row.id), tx.now, tx.scope.actor],
  );
  return rows.map((row) => ({ ...row, ...touched(tx), version: row.version + 1 }));
}

/** A link between an implementation and a control. */
export interface ControlLink {
  readonly implementationId: string;
  readonly controlId: string;
}

const columns = (links: readonly ControlLink[]) => [
  links.map((link) => link.implementationId),
  links.map((link) => link.controlId),
];

/** Takes links away and makes others, of implementations that are locked: two statements, however many there are. */
export async function replaceLinks(
  tx: WriteTx<ImplementationTables>,
  ismsId: string,
  { gone, fresh }: { readonly gone: readonly ControlLink[]; readonly fresh: readonly ControlLink[] },
): Promise<void> {
  await tx.query(
    `delete from implementation_control c using unnest($2::uuid[], $3::text[]) as gone(implementation_id, control_id)
      where c.tenant_id = $1 and c.implementation_id = gone.implementation_id and c.control_id = gone.control_id`,
    [tx.tenant, ...columns(gone)],
  );
  await tx.query(
    `insert into implementation_control (tenant_id, isms_id, created_at, created_by, updated_at, updated_by, version, id, implementation_id, control_id)
     select $1, $2, $3, $4, $3, $4, 1, fresh.* from unnest($5::uuid[], $6::uuid[], $7::text[]) as fresh`,
    [tx.tenant, ismsId, tx.now, tx.scope.actor, fresh.map(newId), ...columns(fresh)],
  );
}
