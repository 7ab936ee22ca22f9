import type { OscalMapping } from '@annex/oscal';
import { notFound } from '@annex/schema';
import type { EntityColumns, Tx, WriteTx } from '@annex/service';
import type { CollectionHead } from './collection.ts';

/** A collection as it is listed; its document is read for an export alone. */
export interface MappingCollectionRow extends EntityColumns {
  title: string;
  sha256: string;
  size: number;
  /** Between which frameworks each of the mappings is: `csf:2.0 iso27001:2022`. */
  frameworks: string[];
}

export interface MappingCollectionTable {
  mappingCollection: MappingCollectionRow & { head: CollectionHead; mappings: readonly OscalMapping[] };
}

const listed = (tx: Tx<MappingCollectionTable>) =>
  tx.db
    .selectFrom('mappingCollection')
    .select(['tenantId', 'id', 'version', 'title', 'sha256', 'size', 'frameworks'])
    .select(['createdAt', 'createdBy', 'updatedAt', 'updatedBy'])
    .where('tenantId', '=', tx.tenant);

export function latestCollections(tx: Tx<MappingCollectionTable>, most: number): Promise<MappingCollectionRow[]> {
  return listed(tx).orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(most).execute();
}

export function findCollections(
  tx: Tx<MappingCollectionTable>,
  ids: readonly string[],
): Promise<MappingCollectionRow[]> {
  return listed(tx).where('id', 'in', ids).execute();
}

export async function countCollections(tx: Tx<MappingCollectionTable>): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    'select count(*)::int as count from mapping_collection where tenant_id = $1',
    [tx.tenant],
  );
  return rows[0]?.count ?? 0;
}

/** @throws AnnexError NOT_FOUND */
export async function lockCollection(tx: WriteTx<MappingCollectionTable>, id: string): Promise<MappingCollectionRow> {
  const row = await listed(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('MappingCollection', id);
  return row;
}

/** The heads of the collections that have mappings between the frameworks, the oldest first. */
export async function headsBetween(
  tx: Tx<MappingCollectionTable>,
  frameworks: string,
): Promise<{ id: string; head: CollectionHead; frameworks: string[] }[]> {
  const { rows } = await tx.query<{ id: string; head: CollectionHead; frameworks: string[] }>(
    'select id, head, frameworks from mapping_collection where tenant_id = $1 and $2 = any(frameworks) order by id',
    [tx.tenant, frameworks],
  );
  return rows;
}

/** The mappings of a collection, as they came. */
export async function mappingsOfCollection(tx: Tx<MappingCollectionTable>, id: string): Promise<OscalMapping[]> {
  const { rows } = await tx.query<{ mappings: OscalMapping[] }>(
    'select mappings from mapping_collection where tenant_id = $1 and id = $2',
    [tx.tenant, id],
  );
  return rows[0]?.mappings ?? [];
}

export async function insertCollection(
  tx: WriteTx<MappingCollectionTable>,
  row: MappingCollectionRow,
  { head, mappings }: { readonly head: CollectionHead; readonly mappings: readonly OscalMapping[] },
): Promise<void> {
  await tx.db
    .insertInto('mappingCollection')
    .values({ ...row, head: JSON.stringify(head) as never, mappings: JSON.stringify(mappings) as never })
    .execute();
}

export async function deleteCollectionRow(tx: WriteTx<MappingCollectionTable>, id: string): Promise<void> {
  await tx.query('delete from mapping_collection where tenant_id = $1 and id = $2', [tx.tenant, id]);
}
