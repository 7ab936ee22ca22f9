import { type LinkedList, ordering, type Tx } from '@annex/service';
import { sql } from 'kysely';
import { type AssetRow, type AssetTables, assets } from './asset.store.ts';
import type { AssetCategory, AssetKind, AssetStatus, Classification } from './asset.ts';

export interface AssetFilter {
  readonly ismsId?: string | null;
  readonly kind?: AssetKind | null;
  readonly category?: AssetCategory | null;
  readonly status?: AssetStatus | null;
  readonly ownerId?: string | null;
  readonly ownership?: 'OWNED' | 'UNOWNED' | null;
  readonly classification?: Classification | null;
  readonly contains?: string | null;
}

export const assetOrder = ordering({ number: 'asc' });

/** The assets, narrowed; unordered and unlimited. */
export function filteredAssets(tx: Tx<AssetTables>, filter: AssetFilter) {
  let query = assets(tx);
  for (const field of ['ismsId', 'kind', 'category', 'status', 'ownerId', 'classification'] as const) {
    const value = filter[field];
    if (value) query = query.where(`asset.${field}`, '=', value);
  }
  if (filter.ownership) query = query.where('asset.ownerId', filter.ownership === 'OWNED' ? 'is not' : 'is', null);
  const { contains } = filter;
  if (contains) {
    const text = sql<string>`lower(asset.reference || ' ' || asset.name || ' ' || asset.description || ' ' || coalesce(asset.external_key, ''))`;
    query = query.where(sql<boolean>`strpos(${text}, lower(${contains})) > 0`);
  }
  return query;
}

// What the plain fields are read from; the others read whole rows.
const columns: LinkedList<AssetRow>['columns'] = {
  id: ['id'],
  version: ['version'],
  reference: ['reference'],
  isms: ['ismsId'],
  name: ['name'],
  kind: ['kind'],
  category: ['category'],
  status: ['status'],
  owner: ['ownerId'],
  classification: ['classification'],
  description: ['description'],
  externalKey: ['externalKey'],
  createdAt: ['createdAt'],
  updatedAt: ['updatedAt'],
};

/** What an asset depends on. */
export const assetsNeeded: LinkedList<AssetRow> = {
  field: 'Asset.dependsOn',
  table: 'asset',
  links: 'asset_dependency',
  entityId: 'needed_id',
  objectId: 'asset_id',
  orderBy: 'asset.number, asset.id',
  columns,
};

/** What depends on an asset. */
export const assetsAbove: LinkedList<AssetRow> = {
  ...assetsNeeded,
  field: 'Asset.neededBy',
  entityId: 'asset_id',
  objectId: 'needed_id',
};
