import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { AssetFacts, AssetStatus, Inherited } from './asset.ts';

export interface AssetRow extends IsmsEntityColumns, AssetFacts {
  /** The number in the reference, to order by. */
  number: number;
  reference: string;
  status: AssetStatus;
}

export interface AssetTables {
  asset: AssetRow;
  assetDependency: IsmsEntityColumns & { assetId: string; neededId: string };
}

export const assets = (tx: Tx<AssetTables>) =>
  tx.db.selectFrom('asset').selectAll('asset').where('asset.tenantId', '=', tx.tenant);

export async function findAssets(tx: Tx<AssetTables>, ids: readonly string[]): Promise<AssetRow[]> {
  return ids.length === 0
    ? []
    : assets(tx)
        .where('asset.id', 'in', [...ids])
        .execute();
}

/** Locks an asset and reads it as whoever held it last left it. */
export function holdAsset(tx: WriteTx<AssetTables>, id: string): Promise<AssetRow | undefined> {
  return assets(tx).where('asset.id', '=', id).forUpdate('asset').executeTakeFirst();
}

/** Makes whoever changes keys or dependencies of an ISMS's assets wait for each other: two changes at once close no circle. */
export async function holdStructure(tx: WriteTx<AssetTables>, ismsId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('risk.asset ' || $1::text || $2::text, 0))`, [
    tx.tenant,
    ismsId,
  ]);
}

/** What assets depend on directly, by asset, in a fixed order. */
export async function needsOf(tx: Tx<AssetTables>, ids: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ assetId: string; neededId: string }>(
    `select asset_id as "assetId", needed_id as "neededId" from asset_dependency where tenant_id = $1 and asset_id = any($2::uuid[]) order by asset_id, needed_id`,
    [tx.tenant, ids],
  );
  const found = new Map<string, string[]>();
  for (const { assetId, neededId } of rows) found.set(assetId, [...(found.get(assetId) ?? []), neededId]);
  return found;
}

/** Every dependency that can be reached from these assets, they themselves among them. */
export async function needsReached(tx: Tx<AssetTables>, ids: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ assetId: string; needed: string[] }>(
    `with recursive reached(id) as (
       select unnest($2::uuid[])
       union
       select d.needed_id from reached join asset_dependency d on d.tenant_id = $1 and d.asset_id = reached.id)
     select d.asset_id as "assetId", array_agg(d.needed_id order by d.needed_id) as needed
     from reached join asset_dependency d on d.tenant_id = $1 and d.asset_id = reached.id group by d.asset_id`,
    [tx.tenant, ids],
  );
  return new Map(rows.map(({ assetId, needed }) => [assetId, needed]));
}

/** For each of these assets the highest own value of each property among the assets in use that depend on it, directly or not. */
export async function inheritedBy(tx: Tx<AssetTables>, ids: readonly string[]): Promise<Map<string, Inherited[]>> {
  const { rows } = await tx.query<Inherited & { id: string }>(
    `with recursive above(start, id) as (
       select start, start from unnest($2::uuid[]) as start
       union
       select above.start, d.asset_id from above
         join asset_dependency d on d.tenant_id = $1 and d.needed_id = above.id
         join asset a on a.tenant_id = $1 and a.id = d.asset_id and a.status = 'IN_USE')
     select distinct on (above.start, worth.property) above.start as id, worth.property, worth.value, a.id as "fromId"
     from above join asset a on a.tenant_id = $1 and a.id = above.id
       cross join lateral (values ('CONFIDENTIALITY', a.confidentiality), ('INTEGRITY', a.integrity), ('AVAILABILITY', a.availability))
         as worth(property, value)
     where above.id <> above.start and worth.value is not null
     order by above.start, worth.property, worth.value desc, a.number, a.id`,
    [tx.tenant, ids],
  );
  return Map.groupBy(rows, (row) => row.id);
}

/** The assets in use that depend directly on one, by reference, so many at most. */
export async function inUseAbove(tx: Tx<AssetTables>, id: string, most: number): Promise<AssetRow[]> {
  return assets(tx)
    .innerJoin('assetDependency', (join) =>
      join.onRef('assetDependency.tenantId', '=', 'asset.tenantId').onRef('assetDependency.assetId', '=', 'asset.id'),
    )
    .where('assetDependency.neededId', '=', id)
    .where('asset.status', '=', 'IN_USE')
    .orderBy('asset.number')
    .limit(most)
    .execute();
}

/** The assets of an ISMS that bear one of these keys. */
export async function assetsByKey(
  tx: Tx<AssetTables>,
  ismsId: string,
  keys: readonly string[],
): Promise<Map<string, AssetRow>> {
  if (keys.length === 0) return new Map();
  const rows = await assets(tx)
    .where('asset.ismsId', '=', ismsId)
    .where((where) => where('asset.externalKey', '=', where.fn.any(where.val([...keys]))))
    .execute();
  return new Map(rows.map((row) => [row.externalKey ?? '', row]));
}

export async function insertAsset(tx: WriteTx<AssetTables>, row: AssetRow): Promise<void> {
  await tx.db.insertInto('asset').values(row).execute();
}

/** Writes what is said of an asset, as its next version. */
export function updateAssetRow(
  tx: WriteTx<AssetTables>,
  present: AssetRow,
  change: Partial<AssetFacts & { status: AssetStatus }>,
): Promise<AssetRow> {
  return tx.db
    .updateTable('asset')
    .set({ ...touched(tx), ...change, version: present.version + 1 })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Makes assets of one ISMS depend on exactly what is given, in two statements however many there are. */
export async function setNeeds(
  tx: WriteTx<AssetTables>,
  ismsId: string,
  needs: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const pairs = [...needs].flatMap(([assetId, needed]) => needed.map((neededId) => ({ assetId, neededId })));
  const columns = [pairs.map((pair) => pair.assetId), pairs.map((pair) => pair.neededId)] as const;
  await tx.query(
    `delete from asset_dependency d where tenant_id = $1 and asset_id = any($2::uuid[])
       and not exists (select 1 from unnest($3::uuid[], $4::uuid[]) as kept(asset_id, needed_id)
         where kept.asset_id = d.asset_id and kept.needed_id = d.needed_id)`,
    [tx.tenant, [...needs.keys()], ...columns],
  );
  const { createdAt, createdBy } = entityFields(tx);
  await tx.query(
    `insert into asset_dependency (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, asset_id, needed_id)
     select $1, r.id, $2, 1, $3, $4, $3, $4, r.asset_id, r.needed_id
     from unnest($5::uuid[], $6::uuid[], $7::uuid[]) as r(id, asset_id, needed_id)
     on conflict (tenant_id, asset_id, needed_id) do nothing`,
    [tx.tenant, ismsId, createdAt, createdBy, pairs.map(() => newId()), ...columns],
  );
}

/** A page of assets in id order, to announce them. */
export function assetsAfter(tx: Tx<AssetTables>, after: string, limit: number): Promise<AssetRow[]> {
  return assets(tx).where('asset.id', '>', after).orderBy('asset.id').limit(limit).execute();
}

/** An asset as it is told. */
export function assetEvent(row: AssetRow, dependsOn: readonly string[]): EventRow<'annex.risk.asset.changed.v1'> {
  const { id, ismsId, version, reference, name, kind, category, status, ownerId, classification } = row;
  const { confidentiality, integrity, availability } = row;
  return {
    ...{ id, ismsId, version, reference, name, kind, category, status, ownerId, classification },
    ...{ confidentiality, integrity, availability, dependsOn: [...dependsOn] },
  };
}
