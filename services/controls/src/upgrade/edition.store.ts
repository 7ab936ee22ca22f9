import type { Tx, WriteTx } from '@annex/service';
import type { CatalogueRow, LibraryTables } from '../library/library.store.ts';
import type { EditionControl } from './edition.ts';

/** An edition of an own catalogue. */
export type EditionRow = Pick<CatalogueRow, 'id' | 'key' | 'edition' | 'title' | 'predecessor'>;

const editions = (tx: Tx<LibraryTables>, key: string) =>
  tx.db
    .selectFrom('catalogue')
    .select(['id', 'key', 'edition', 'title', 'predecessor'])
    .where('tenantId', '=', tx.tenant)
    .where('key', '=', key)
    .orderBy('id');

/** Every edition of an own catalogue, in the order of their ids. */
export const editionsOf = (tx: Tx<LibraryTables>, key: string): Promise<EditionRow[]> => editions(tx, key).execute();

/** The same, each held until the transaction ends, so that none is taken away meanwhile. */
export const holdEditions = (tx: WriteTx<LibraryTables>, key: string): Promise<EditionRow[]> =>
  editions(tx, key).forShare().execute();

/** The controls of an edition in its order, without their texts: what they read is told by a digest that spaces do not change. */
export async function editionControls(tx: Tx<LibraryTables>, catalogueId: string): Promise<EditionControl[]> {
  const { rows } = await tx.query<{
    id: string;
    number: string;
    reading: string;
    replaces: string[] | null;
    withdrawn: boolean;
    oscal_id: string | null;
    went_to: string[];
  }>(
    `select id, number, replaces, withdrawn, content ->> 'id' as oscal_id,
        md5(btrim(regexp_replace(title || ' ' || text, '\\s+', ' ', 'g'))) as reading,
        case when withdrawn then array(
          select link ->> 'href' from jsonb_array_elements(content -> 'links') as link
           where link ->> 'rel' in ('moved-to', 'incorporated-into')) else '{}' end as went_to
       from catalogue_item
       cross join lateral (select coalesce(content -> 'props' @> '[{"name": "status", "value": "withdrawn"}]', false) as withdrawn) as state
      where tenant_id = $1 and catalogue_id = $2 and kind = 'CONTROL' order by position`,
    [tx.tenant, catalogueId],
  );
  return rows.map(({ oscal_id: oscalId, went_to: wentTo, ...row }) => ({ ...row, oscalId, wentTo }));
}

/** The own catalogues of these names (`acme:2026`), with how many controls each has. */
export async function editionsNamed(
  tx: Tx<LibraryTables>,
  names: readonly string[],
): Promise<{ id: string; title: string; size: number }[]> {
  const { rows } = await tx.query<{ id: string; title: string; size: number }>(
    `select c.key || ':' || c.edition as id, c.title,
        (select count(*)::int from catalogue_item i where i.tenant_id = c.tenant_id and i.catalogue_id = c.id and i.kind = 'CONTROL') as size
       from catalogue c where c.tenant_id = $1 and (c.key, c.edition) in (
         select split_part(name, ':', 1), split_part(name, ':', 2) from unnest($2::text[]) as name)`,
    [tx.tenant, names],
  );
  return rows;
}
