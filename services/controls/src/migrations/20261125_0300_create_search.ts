import { type Migration, systemTenant } from '@annex/service';

/** Inside an E'' string, so that the migration reads the same whatever font it is read in. */
const typographic = [
  ['"', ['\\u201C', '\\u201D', '\\u201E', '\\u00AB', '\\u00BB', '\\u2033']],
  ["''", ['\\u2018', '\\u2019', '\\u201A', '\\u2032']],
  ['-', ['\\u2010', '\\u2011']],
  // A dash between words is not the minus that leaves a word out, and ISO/IEC 27001:2022 is four words.
  [' ', ['\\u2012', '\\u2013', '\\u2014', '\\u2212', '\\u2026', '\\u00A0', '\\u2009', '\\u202F', '/', ':', '_']],
] as const;
/** What `search_plain` puts in the place of what; what has no counterpart is left out. */
export const plainLetters = {
  from: `${typographic.flatMap(([, found]) => found).join('')}\\u00AD\\u200B\\uFEFF`,
  to: typographic.map(([plain, found]) => plain.repeat(found.length)).join(''),
};

/** What is found with a word, one group after the other; the letters are the weights. */
const vector = `
  setweight(to_tsvector('english', search_plain(concat_ws(' ', title, number, regexp_replace(number, '^[A-Z]+[.]', '')))), 'A') ||
  setweight(to_tsvector('english', search_plain(concat_ws(' ',
    case kind when 'CATALOGUE_ITEM' then 'catalogue item requirement' else lower(kind) end,
    (select string_agg(lower(split_part(facet, '=', 2)), ' ' order by place) from unnest(facets) with ordinality as f(facet, place)),
    framework, regexp_replace(framework, '^iso', 'iso iec ')))), 'B') ||
  setweight(to_tsvector('english', search_plain(left(body, 100000))), 'C') ||
  array_to_tsvector(array[search_tenant(tenant_id)])`;

/** What the library is searched by, and the words by which it is found. How it is searched is made by `searchLibrary`. */
export const createSearch: Migration = {
  name: '20261125_0300_create_search',
  async up(tables) {
    const own = `tenant_id = (select nullif(current_setting('annex.tenant', true), '')::uuid)`;
    const secure = (table: string) => `
      alter table ${table} enable row level security;
      create policy tenant_reads on ${table} for select using (${own} or tenant_id = '${systemTenant}');
      create policy tenant_inserts on ${table} for insert with check (${own});
      create policy tenant_updates on ${table} for update using (${own}) with check (${own});
      create policy tenant_deletes on ${table} for delete using (${own});
      grant select, insert, update, delete on ${table} to annex_controls;`;
    await tables.sql(`
      create function search_plain(given text) returns text language sql immutable parallel safe set search_path = pg_catalog
        return translate(given, E'${plainLetters.from}', '${plainLetters.to}');
      -- No text parses into a word with a space in it, so none can pretend to be of a tenant.
      create function search_tenant(tenant uuid) returns text language sql immutable parallel safe set search_path = pg_catalog
        return 'tenant ' || translate(tenant::text, '-', '');
      create function search_vector(tenant_id uuid, kind text, framework text, number text, title text, body text, facets text[])
        returns tsvector language sql immutable parallel safe set search_path = pg_catalog, controls
        as $$ select ${vector} $$;
      create table search_document (
        tenant_id uuid not null,
        id text not null,
        kind text not null check (kind in ('STANDARD', 'CLAUSE', 'CONTROL', 'TERM', 'CATALOGUE_ITEM')),
        framework text not null,
        number text not null,
        title text not null,
        body text not null,
        facets text[] not null,
        language text not null default 'en',
        -- What is counted together; counting by whole arrays would cost more than finding them.
        facets_hash bigint not null generated always as (hash_array_extended(array[kind, framework] || facets, 0)) stored,
        search tsvector not null generated always as (search_vector(tenant_id, kind, framework, number, title, body, facets)) stored,
        primary key (tenant_id, id));
      create index search_document_framework on search_document (tenant_id, framework);
      -- Written seldom and read often: without fast updates no reader has to go through a list of what is not in the index yet.
      create index search_document_search on search_document using gin (search) with (fastupdate = off);
      -- What was loaded last, so that a start with the same library writes nothing.
      create table search_loaded (tenant_id uuid primary key, hash text not null);
      ${secure('search_document')}
      ${secure('search_loaded')}`);
  },
};
