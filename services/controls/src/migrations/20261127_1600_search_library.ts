import { type Migration, systemTenant } from '@annex/service';
import { plainLetters } from './20261125_0300_create_search.ts';

/**
 * The search is a function of the owner's: `@@` is not leakproof, so under row-level security PostgreSQL would look at every row of the
 * table before it asked the index. Instead each vector carries a word of its tenant, which the function asks for together with the text:
 * one index answers for one tenant. That word only leads to rows; which of them are the tenant's is told by tenant_id, as everywhere.
 *
 * Half of a search for a frequent word is to rank thousands of rows; what is read of them besides is what costs. So facets are carried only
 * where they are counted, and the expressions of `search_plain` and `search_tenant` are written out: a function with a path of its own is
 * called, not inlined, at a tenth of a small search each.
 */
export const searchLibrary: Migration = {
  name: '20261127_1600_search_library',
  async up(tables) {
    await tables.sql(`
      alter table search_document drop constraint search_document_kind_check,
        add check (kind in ('STANDARD', 'CLAUSE', 'CONTROL', 'TERM', 'CATALOGUE_ITEM', 'COMPONENT'));
      -- Components that are there already. The owner sees those of all tenants only while row-level security does not hold for it.
      alter table component no force row level security;
      alter table component_definition no force row level security;
      insert into search_document (tenant_id, id, kind, framework, number, title, body, facets)
        select c.tenant_id, 'component:' || c.id, 'COMPONENT', 'component:' || d.key, '', c.title,
            concat_ws(E'\\n', c.description, c.purpose), array['componentType=' || c.type]
          from component c join component_definition d on d.tenant_id = c.tenant_id and d.id = c.definition_id;
      alter table component force row level security;
      alter table component_definition force row level security;`);
    await tables.sql(`
      create or replace function search_library(tenant uuid, words text, kinds text[], wanted_facets text[], frameworks text[], most int, skip int,
          extracts boolean default true, counts boolean default true, wanted_language text default 'en')
        returns table (total bigint, hits json, facets json)
        language plpgsql stable security definer set search_path = pg_catalog
        -- One plan for all words: the index is right for each, and planning would take longer than answering.
        set plan_cache_mode = force_generic_plan
        as $$
      declare
        plain text := translate(coalesce(words, ''), E'${plainLetters.from}', '${plainLetters.to}');
        asked tsquery := websearch_to_tsquery('english', plain);
        listed boolean := plain ~ '^\\s*$';
        readable tsquery := format('''tenant %s'' | ''tenant ${systemTenant.replaceAll('-', '')}''', translate(tenant::text, '-', ''))::tsquery;
        found tsquery := case when listed then readable when numnode(asked) > 0 then readable && asked end;
      begin
        if tenant is null or tenant is distinct from nullif(current_setting('annex.tenant', true), '')::uuid then
          raise exception 'The library is searched for the tenant of the transaction alone' using errcode = 'insufficient_privilege';
        end if;
        return query
        with matched as materialized (
          select d.tenant_id, d.id,
            case when counts then d.kind end as kind, case when counts then d.framework end as framework,
            case when counts then d.facets end as facets, case when counts then d.facets_hash end as facets_hash,
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
