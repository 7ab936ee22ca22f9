import type { CatalogDocument, OscalBackMatter, OscalContent } from '@annex/oscal';
import type { EntityColumns, Tx, WriteTx } from '@annex/service';
import { sql } from 'kysely';
import type { CatalogueFormat, CatalogueName, NewItem } from './library.ts';

export interface CatalogueRow extends EntityColumns {
  key: string;
  edition: string;
  title: string;
  format: CatalogueFormat;
  size: number;
  sha256: string;
  /** The OSCAL catalog's own members and its back matter; null where it came from elsewhere. */
  document: { document: CatalogDocument; backMatter: OscalBackMatter | null } | null;
  /** The edition that it comes after; null where it is the first, or was imported before that was kept. */
  predecessor: string | null;
}

export interface CatalogueItemRow extends EntityColumns {
  catalogueId: string;
  position: number;
  number: string;
  kind: 'GROUP' | 'CONTROL';
  parentId: string | null;
  title: string;
  text: string;
  content: (OscalContent & { id?: string }) | null;
  /** Numbers of the predecessor's that it takes the place of; null where nobody said. */
  replaces: string[] | null;
}

export interface LibraryTables {
  catalogue: CatalogueRow;
  catalogueItem: CatalogueItemRow;
}

const present = (tx: Tx<LibraryTables>) => tx.db.selectFrom('catalogue').selectAll().where('tenantId', '=', tx.tenant);

export const idOf = ({ key, edition }: CatalogueName, number: string) => `${key}:${edition}:${number}`;

export function latestCatalogues(tx: Tx<LibraryTables>, most: number): Promise<CatalogueRow[]> {
  return present(tx).orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(most).execute();
}

export function cataloguesById(tx: Tx<LibraryTables>, ids: readonly string[]): Promise<CatalogueRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

export function catalogueNamed(
  tx: Tx<LibraryTables>,
  { key, edition }: CatalogueName,
): Promise<CatalogueRow | undefined> {
  return present(tx).where('key', '=', key).where('edition', '=', edition).executeTakeFirst();
}

export async function lockCatalogue(tx: WriteTx<LibraryTables>, id: string): Promise<CatalogueRow | undefined> {
  return present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** A run of a catalogue's items in its order, from a position on. */
export function itemsFrom(
  tx: Tx<LibraryTables>,
  catalogueId: string,
  from: number,
  most: number,
): Promise<CatalogueItemRow[]> {
  return tx.db
    .selectFrom('catalogueItem')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('catalogueId', '=', catalogueId)
    .where('position', '>=', from)
    .orderBy('position')
    .limit(most)
    .execute();
}

/** Every control of a catalogue, in its order, without its text. */
export function controlsOfCatalogue(
  tx: Tx<LibraryTables>,
  catalogueId: string,
): Promise<Pick<CatalogueItemRow, 'id' | 'title'>[]> {
  return tx.db
    .selectFrom('catalogueItem')
    .select(['id', 'title'])
    .where('tenantId', '=', tx.tenant)
    .where('catalogueId', '=', catalogueId)
    .where('kind', '=', 'CONTROL')
    .orderBy('position')
    .execute();
}

/** The tenant's own controls of these identifiers. */
export function ownControls(
  tx: Tx<LibraryTables>,
  ids: readonly string[],
): Promise<Pick<CatalogueItemRow, 'id' | 'number' | 'title'>[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return (
    tx.db
      .selectFrom('catalogueItem')
      .select(['id', 'number', 'title'])
      .where('tenantId', '=', tx.tenant)
      .where('kind', '=', 'CONTROL')
      // As one parameter: a bulk edit may name more than a statement has room for.
      .where(({ ref }) => sql<boolean>`${ref('id')} = any(${[...ids]}::text[])`)
      .execute()
  );
}

/** Items of own catalogues of these identifiers; their catalogues are held until the transaction ends, so that none is taken away meanwhile. */
export async function holdCataloguesOf(
  tx: WriteTx<LibraryTables>,
  ids: readonly string[],
): Promise<Pick<CatalogueItemRow, 'id' | 'kind'>[]> {
  const { rows } = await tx.query<Pick<CatalogueItemRow, 'id' | 'kind'>>(
    `select i.id, i.kind from catalogue c join catalogue_item i on i.tenant_id = c.tenant_id and i.catalogue_id = c.id
      where c.tenant_id = $1 and i.id = any($2::text[]) order by c.id for share of c`,
    [tx.tenant, ids],
  );
  return rows;
}

/** The catalogue of a name, held as it is until the transaction ends. */
export function holdCatalogue(
  tx: WriteTx<LibraryTables>,
  { key, edition }: CatalogueName,
): Promise<CatalogueRow | undefined> {
  return present(tx).where('key', '=', key).where('edition', '=', edition).forShare().executeTakeFirst();
}

/** What other documents may name the controls of a catalogue by: our number, and the id of OSCAL where it has one. */
export async function namesInCatalogue(
  tx: Tx<LibraryTables>,
  catalogueId: string,
): Promise<{ id: string; number: string; oscalId: string | null }[]> {
  const { rows } = await tx.query<{ id: string; number: string; oscal_id: string | null }>(
    `select id, number, content ->> 'id' as oscal_id from catalogue_item
      where tenant_id = $1 and catalogue_id = $2 and kind = 'CONTROL' order by position`,
    [tx.tenant, catalogueId],
  );
  return rows.map(({ id, number, oscal_id: oscalId }) => ({ id, number, oscalId }));
}

export async function insertCatalogue(tx: WriteTx<LibraryTables>, row: CatalogueRow): Promise<void> {
  await tx.db
    .insertInto('catalogue')
    .values({ ...row, document: (row.document === null ? null : JSON.stringify(row.document)) as never })
    .execute();
}

/** Items of one statement; each may carry its prose. */
export const itemsAtOnce = 500;

/** Adds a run of items, the first of them at `position`. */
export async function insertItems(
  tx: WriteTx<LibraryTables>,
  catalogue: Pick<CatalogueRow, 'id' | 'key' | 'edition'>,
  position: number,
  items: readonly NewItem[],
): Promise<void> {
  await tx.query(
    `insert into catalogue_item (tenant_id, id, catalogue_id, position, number, kind, parent_id, title, text, content, replaces,
       created_at, created_by, updated_at, updated_by)
     select $1, i.id, $2, $3 + i.n - 1, i.number, i.kind, i.parent_id, i.title, i.text, i.content::jsonb,
        case when i.replaces is not null then array(select jsonb_array_elements_text(i.replaces::jsonb)) end, $11, $12, $11, $12
       from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $13::text[])
            with ordinality as i(id, number, kind, parent_id, title, text, content, replaces, n)`,
    [
      tx.tenant,
      catalogue.id,
      position,
      items.map((item) => idOf(catalogue, item.number)),
      items.map((item) => item.number),
      items.map((item) => item.kind),
      items.map((item) => (item.parent === null ? null : idOf(catalogue, item.parent))),
      items.map((item) => item.title),
      items.map((item) => item.text),
      items.map((item) => (item.content === null ? null : JSON.stringify(item.content))),
      tx.now,
      tx.scope.actor,
      items.map((item) => (item.replaces === undefined ? null : JSON.stringify(item.replaces))),
    ],
  );
}

/** The catalogue of a key that was imported last, held as it is until the transaction ends. */
export function holdLatest(tx: WriteTx<LibraryTables>, key: string): Promise<CatalogueRow | undefined> {
  return present(tx)
    .where('key', '=', key)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .forShare()
    .executeTakeFirst();
}

/** Which of these numbers are those of controls of a catalogue. */
export async function controlNumbers(
  tx: Tx<LibraryTables>,
  catalogueId: string,
  numbers: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ number: string }>(
    `select number from catalogue_item where tenant_id = $1 and catalogue_id = $2 and kind = 'CONTROL' and number = any($3::text[])`,
    [tx.tenant, catalogueId, numbers],
  );
  return new Set(rows.map((row) => row.number));
}

/** References of implementations, obligations, exceptions and what is provided from outside that name a control of the catalogue, at most 20. */
export async function usersOf(tx: Tx<LibraryTables>, name: CatalogueName): Promise<string[]> {
  const { rows } = await tx.query<{ reference: string }>(
    `select distinct i.reference from implementation_control c
       join implementation i on i.tenant_id = c.tenant_id and i.id = c.implementation_id
      where c.tenant_id = $1 and starts_with(c.control_id, $2)
     union select o.reference from obligation o, unnest(o.control_ids) as control(id)
      where o.tenant_id = $1 and starts_with(control.id, $2)
     union select e.reference from exception e, unnest(e.control_ids) as control(id)
      where e.tenant_id = $1 and starts_with(control.id, $2)
     union select p.reference from external_provision p, unnest(p.control_ids) as control(id)
      where p.tenant_id = $1 and starts_with(control.id, $2) order by 1 limit 20`,
    [tx.tenant, idOf(name, '')],
  );
  return rows.map((row) => row.reference);
}

export async function deleteCatalogueRows(tx: WriteTx<LibraryTables>, id: string): Promise<void> {
  await tx.query('delete from catalogue_item where tenant_id = $1 and catalogue_id = $2', [tx.tenant, id]);
  await tx.query('delete from catalogue where tenant_id = $1 and id = $2', [tx.tenant, id]);
}
