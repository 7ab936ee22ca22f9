import type { Relationship } from '@annex/catalogues';
import { notFound } from '@annex/schema';
import { type EntityColumns, type Tx, touched, type WriteTx } from '@annex/service';

export interface OwnMappingRow extends EntityColumns {
  sourceId: string;
  sourceFramework: string;
  targetId: string;
  targetFramework: string;
  pair: string;
  relationship: Relationship;
  rationale: string;
  provenance: string;
  strength: number | null;
  collectionId: string | null;
  origin: string | null;
}

export interface OwnMappingTable {
  ownMapping: OwnMappingRow;
}

const present = (tx: Tx<OwnMappingTable>) =>
  tx.db.selectFrom('ownMapping').selectAll().where('tenantId', '=', tx.tenant);

export interface OwnMappingFilter {
  /** An end of it, either. */
  readonly place?: string | null;
  readonly source?: string | null;
  readonly target?: string | null;
  readonly collectionId?: string | null;
}

/** The tenant's mappings for which all holds that is asked for, unordered; for a connection. */
export function ownMappings(tx: Tx<OwnMappingTable>, { place, source, target, collectionId }: OwnMappingFilter) {
  let query = present(tx);
  if (place) query = query.where(({ eb, or }) => or([eb('sourceId', '=', place), eb('targetId', '=', place)]));
  if (source) query = query.where('sourceFramework', '=', source);
  if (target) query = query.where('targetFramework', '=', target);
  if (collectionId) query = query.where('collectionId', '=', collectionId);
  return query;
}

/** A run of the tenant's mappings by their ids, from behind one on. */
export function mappingsAfter(tx: Tx<OwnMappingTable>, id: string, most: number): Promise<OwnMappingRow[]> {
  return present(tx).where('id', '>', id).orderBy('id').limit(most).execute();
}

export function findOwnMappings(tx: Tx<OwnMappingTable>, ids: readonly string[]): Promise<OwnMappingRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** The mappings that lead from or to any of the places. */
export function mappingsOfPlaces(tx: Tx<OwnMappingTable>, placeIds: readonly string[]): Promise<OwnMappingRow[]> {
  return present(tx)
    .where(({ eb, or, fn, val }) =>
      or([
        eb('sourceId', '=', fn.any(val(placeIds as string[]))),
        eb('targetId', '=', fn.any(val(placeIds as string[]))),
      ]),
    )
    .orderBy('id')
    .execute();
}

/** The mappings that lead from or to a framework. */
export function mappingsOfFramework(tx: Tx<OwnMappingTable>, framework: string) {
  return present(tx)
    .where(({ eb, or }) => or([eb('sourceFramework', '=', framework), eb('targetFramework', '=', framework)]))
    .orderBy('id');
}

/** Those of these pairs that the tenant has mapped already. */
export async function pairsTaken(tx: Tx<OwnMappingTable>, pairs: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ pair: string; id: string }>(
    'select pair, id from own_mapping where tenant_id = $1 and pair = any($2::text[])',
    [tx.tenant, pairs],
  );
  return new Map(rows.map((row) => [row.pair, row.id]));
}

/** @throws AnnexError NOT_FOUND */
export async function lockOwnMapping(tx: WriteTx<OwnMappingTable>, id: string): Promise<OwnMappingRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('OwnMapping', id);
  return row;
}

/** Mappings of one statement. */
const rowsAtOnce = 1000;

export async function insertOwnMappings(tx: WriteTx<OwnMappingTable>, rows: readonly OwnMappingRow[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const written = rows.slice(from, from + rowsAtOnce).map((row) => ({
      ...{ id: row.id, version: row.version, source_id: row.sourceId, source_framework: row.sourceFramework },
      ...{ target_id: row.targetId, target_framework: row.targetFramework, pair: row.pair },
      ...{ relationship: row.relationship, rationale: row.rationale, provenance: row.provenance },
      ...{ strength: row.strength, collection_id: row.collectionId, origin: row.origin },
    }));
    await tx.query(
      `insert into own_mapping (tenant_id, id, version, created_at, created_by, updated_at, updated_by, source_id, source_framework,
          target_id, target_framework, pair, relationship, rationale, provenance, strength, collection_id, origin)
       select $1, f.id, f.version, $3, $4, $3, $4, f.source_id, f.source_framework, f.target_id, f.target_framework, f.pair,
          f.relationship, f.rationale, f.provenance, f.strength, f.collection_id, f.origin
         from jsonb_to_recordset($2::jsonb) as f(id uuid, version integer, source_id text, source_framework text, target_id text,
            target_framework text, pair text, relationship text, rationale text, provenance text, strength double precision,
            collection_id uuid, origin text)`,
      [tx.tenant, JSON.stringify(written), tx.now, tx.scope.actor],
    );
  }
}

/** Writes what people may change of a mapping that is locked. */
export async function updateOwnMappingRow(tx: WriteTx<OwnMappingTable>, row: OwnMappingRow): Promise<void> {
  const { version, relationship, rationale, provenance, strength } = row;
  await tx.db
    .updateTable('ownMapping')
    .set({ version, relationship, rationale, provenance, strength, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

export async function deleteOwnMappingRows(tx: WriteTx<OwnMappingTable>, ids: readonly string[]): Promise<void> {
  await tx.query('delete from own_mapping where tenant_id = $1 and id = any($2::uuid[])', [tx.tenant, ids]);
}
