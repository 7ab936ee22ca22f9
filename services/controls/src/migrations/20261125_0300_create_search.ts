import { type Migration, systemTenant } from '@annex/service';

/** Inside an E'' string, so that the migration reads the same whatever font it is read in. */
const typographic = [
  ['"', ['\\u201C', '\\u201D', '\\u201E', '\\u00AB', '\\u00BB', '\\u2033']],
  ["''", ['\\u2018', '\\u2019', '\\u201A', '\\u2032']],
  ['-', ['\\u2010', '\\u2011']],
  // A dash between words is not the minus that leaves a word out, and ISO/IEC 27001:2022 is four words.
  [' ', ['\\u2012', '\\u2013', '\\u2014', '\\u2212', '\\u2026', '\\u00A0', '\\u2009', '\\u202F', '/', ':', '_']],
] as const;
const from = typographic.flatMap(([, found]) => found).join('');
const to = typographic.map(([plain, found]) => plain.repeat(found.length)).join('');

/** What is found with a word, one group after the other; the letters are the weights. */
const vector = `
  setweight(to_tsvector('english', search_plain(concat_ws(' ', title, number, regexp_replace(number, '^[A-Z]+[.]', '')))), 'A') ||
  setweight(to_tsvector('english', search_plain(concat_ws(' ',
    case kind when 'CATALOGUE_ITEM' then 'catalogue item requirement' else lower(kind) end,
    (select string_agg(lower(split_part(facet, '=', 2)), ' ' order by place) from unnest(facets) with ordinality as f(facet, place)),
    framework, regexp_replace(framework, '^iso', 'iso iec ')))), 'B') ||
  setweight(to_tsvector('english', search_plain(left(body, 100000))), 'C') ||
  array_to_tsvector(array[search_tenant(tenant_id)])`;

/**
 * The search is a function of the owner's: `@@` is not leakproof, so under row-level security PostgreSQL would look at every row of the
 * table before it asked the index. Instead each vector carries a word of its tenant, which the function asks for together with the text:
 * one index answers for one tenant. That word only leads to rows; which of them are the tenant's is told by tenant_id, as everywhere.
 */
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
        return translate(given, E'${from}\\u00AD\\u200B\\uFEFF', '${to}');
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
    await tables.sql(`
      create function search_library(tenant uuid, words text, kinds text[], wanted_facets text[], frameworks text[], most int, skip int,
          extracts boolean default true, counts boolean default true, wanted_language text default 'en')
        returns table (total bigint, hits json, facets json)
        language plpgsql stable security definer set search_path = pg_catalog
        -- One plan for all words: the index is right for each, and planning would take longer than answering.
        set plan_cache_mode = force_generic_plan
        as $$
      declare
        plain text := controls.search_plain(coalesce(words, ''));
        asked tsquery := websearch_to_tsquery('english', plain);
        listed boolean := plain ~ '^\\s*$';
        readable tsquery := format('%L | %L', controls.search_tenant(tenant), controls.search_tenant('${systemTenant}'))::tsquery;
        found tsquery := case when listed then readable when numnode(asked) > 0 then readable && asked end;
      begin
        if tenant is null or tenant is distinct from nullif(current_setting('annex.tenant', true), '')::uuid then
          raise exception 'The library is searched for the tenant of the transaction alone' using errcode = 'insufficient_privilege';
        end if;
        return query
        with matched as materialized (
          select d.tenant_id, d.id, d.kind, d.framework, d.facets, d.facets_hash,
            case when listed then 0 else ts_rank_cd(d.search, asked) end as rank
            from controls.search_document d
           where d.search @@ found
             and (d.tenant_id = tenant or (d.tenant_id = '${systemTenant}' and d.language = wanted_language))
             and (kinds is null or d.kind = any(kinds))
             and (frameworks is null or d.framework = any(frameworks))
             and (wanted_facets is null or d.facets @> wanted_facets)),
        page as (
          select m.tenant_id, m.id, m.rank from matched m order by m.rank desc, m.id, m.tenant_id limit most offset skip),
        shown as (
          select json_build_object('id', d.id, 'kind', d.kind, 'framework', d.framework, 'number', d.number, 'title', d.title, 'rank', p.rank,
              'body', case when extracts then left(d.body, 20000) end) as hit,
            row_number() over (order by p.rank desc, p.id, p.tenant_id) as place
            from page p join controls.search_document d on d.tenant_id = p.tenant_id and d.id = p.id),
        alike as (
          -- Those of one hash are alike, so the least is any (any_value came with PostgreSQL 16).
          select array['kind=' || min(m.kind), 'framework=' || min(m.framework)] || min(m.facets) as facets, count(*) as count
            from matched m where counts group by m.facets_hash),
        counted as (
          select f.facet, sum(a.count)::bigint as count from alike a, unnest(a.facets) as f(facet) group by f.facet)
        select (select count(*) from matched),
          (select coalesce(json_agg(s.hit order by s.place), '[]') from shown s),
          (select coalesce(json_agg(json_build_array(c.facet, c.count) order by c.count desc, c.facet collate "C"), '[]') from counted c);
      end $$;
      revoke all on function search_library from public;
      grant execute on function search_library to annex_controls;`);
  },
};
