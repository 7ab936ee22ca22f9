import { type Tx, touched, type WriteTx } from '@annex/service';
import { type AssetRow, type AssetTables, assets } from '../asset/asset.store.ts';
import type { WrittenAsset } from './written.ts';

/** The assets of an ISMS that a file may mean. */
export interface Known {
  readonly byKey: ReadonlyMap<string, readonly AssetRow[]>;
  /** By name in small letters. */
  readonly byName: ReadonlyMap<string, readonly AssetRow[]>;
}

/** Finds in two statements whatever the assets of a file and what they depend on may be called. */
export async function knownAssets(
  tx: Tx<AssetTables>,
  ismsId: string,
  written: readonly WrittenAsset[],
): Promise<Known> {
  const own = written.map(({ key }) => ('external' in key ? key.external : key.name));
  const texts = [...new Set([...own, ...written.flatMap(({ needs }) => needs ?? [])])];
  const small = [...new Set(texts.map((text) => text.toLowerCase()))];
  const ofIsms = assets(tx).where('asset.ismsId', '=', ismsId);
  const byKey = await ofIsms
    .where((where) => where('asset.externalKey', '=', where.fn.any(where.val(texts))))
    .execute();
  const byName = await ofIsms
    .where((where) => where(where.fn<string>('lower', ['asset.name']), '=', where.fn.any(where.val(small))))
    .execute();
  return {
    byKey: Map.groupBy(byKey, (row) => row.externalKey ?? ''),
    byName: Map.groupBy(byName, (row) => row.name.toLowerCase()),
  };
}

const rowsAStatement = 1000;

/** Writes new assets and the next versions of others, a thousand a statement. */
export async function writeAssets(
  tx: WriteTx<AssetTables>,
  created: readonly AssetRow[],
  changed: readonly AssetRow[],
): Promise<void> {
  for (let from = 0; from < created.length; from += rowsAStatement) {
    await tx.db
      .insertInto('asset')
      .values(created.slice(from, from + rowsAStatement))
      .execute();
  }
  const { updatedAt, updatedBy } = touched(tx);
  for (let from = 0; from < changed.length; from += rowsAStatement) {
    const rows = changed.slice(from, from + rowsAStatement);
    const column = <K extends keyof AssetRow>(name: K) => rows.map((row) => row[name]);
    await tx.query(
      `update asset set updated_at = $2, updated_by = $3, version = r.version, name = r.name, kind = r.kind, category = r.category,
         owner_id = r.owner_id, classification = r.classification, confidentiality = r.confidentiality, integrity = r.integrity,
         availability = r.availability, description = r.description, external_key = r.external_key
       from unnest($4::uuid[], $5::int[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::int[], $12::int[], $13::int[],
         $14::text[], $15::text[])
         as r(id, version, name, kind, category, owner_id, classification, confidentiality, integrity, availability, description, external_key)
       where asset.tenant_id = $1 and asset.id = r.id`,
      [
        ...[tx.tenant, updatedAt, updatedBy],
        ...[column('id'), column('version'), column('name'), column('kind'), column('category'), column('ownerId')],
        ...[column('classification'), column('confidentiality'), column('integrity'), column('availability')],
        ...[column('description'), column('externalKey')],
      ],
    );
  }
}
