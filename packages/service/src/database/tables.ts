import type { ServiceName } from '@annex/schema';
import pg from 'pg';
import { systemTenant } from '../scope.ts';
import { rolesOf } from './roles.ts';

/** A column's SQL: type and constraints, for example `text not null`. */
export type Columns = { readonly [name: string]: string };

export interface EntityTable {
  /** Beside tenant_id, id, version, created_at/by, updated_at/by, which every entity has. */
  readonly columns: Columns;
  /** The type of `id`; uuid unless the thing is named by another key (a rule, a projection of one). */
  readonly id?: 'uuid' | 'text';
  /** false where it does not belong to an ISMS; otherwise `isms_id uuid not null` is added. */
  readonly isms?: boolean;
  /** Column lists, each made in the table and its history, the tenant leading: `['isms_id', 'status']`. */
  readonly indexes?: readonly (readonly string[])[];
  /** Unique among the present rows of a tenant. */
  readonly unique?: readonly (readonly string[])[];
  /** Rows of the system tenant are readable by all (shared catalogues). */
  readonly shared?: boolean;
}

export interface LogTable {
  /** Beside tenant_id and id (uuid). */
  readonly columns: Columns;
  /** The timestamptz column (one of `columns`) that tells when a row came to be; as-of reads leave out later ones. */
  readonly time: string;
  readonly indexes?: readonly (readonly string[])[];
  readonly unique?: readonly (readonly string[])[];
}

/** Makes and changes table, history, trigger, policies, grants and as-of view together. */
export interface TableBuilder {
  readonly service: ServiceName;
  /** A table whose every version is kept: `<service>.<name>`, `<service>_history.<name>`, `<service>_asof.<name>`. */
  entity(name: string, table: EntityTable): Promise<void>;
  /** A table that only grows (measurements, check results): no history, an as-of view by its time column. */
  log(name: string, table: LogTable): Promise<void>;
  addColumn(table: string, column: string, definition: string): Promise<void>;
  renameColumn(table: string, from: string, to: string): Promise<void>;
  dropColumn(table: string, column: string): Promise<void>;
  renameTable(from: string, to: string): Promise<void>;
  dropTable(name: string): Promise<void>;
  /** Anything else, run as the owner with the service's schema as the search path. */
  sql(text: string): Promise<void>;
}

/** The tenant of the transaction; the sub-select makes it one evaluation a query instead of one a row. */
export const tenantSetting = `(select nullif(current_setting('annex.tenant', true), '')::uuid)`;
const asOfMoment = `(select nullif(current_setting('annex.now', true), '')::timestamptz)`;

const q = (name: string) => pg.escapeIdentifier(name);

/** PostgreSQL cuts names at 63 bytes; long column lists are told by their first letters. */
function indexName(table: string, columns: readonly string[], suffix: string): string {
  const full = `${table}_${columns.join('_')}_${suffix}`;
  return full.length <= 60
    ? full
    : `${table}_${columns.map((column) => column.slice(0, 3)).join('_')}_${suffix}`.slice(0, 60);
}

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
}

/** The builder that migrations are given; `client` acts as the owner, inside a transaction. */
export function tableBuilder(client: pg.ClientBase, service: ServiceName): TableBuilder {
  const { login } = rolesOf(service);
  const present = (name: string) => `${service}.${q(name)}`;
  const history = (name: string) => `${service}_history.${q(name)}`;
  const asOf = (name: string) => `${service}_asof.${q(name)}`;
  const sql = async (text: string) => {
    await client.query(text);
  };

  const secure = (table: string, shared: boolean, privileges: string) => {
    const own = `tenant_id = ${tenantSetting}`;
    const readable = shared ? `(${own} or tenant_id = '${systemTenant}')` : own;
    return `
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant_reads on ${table} for select using (${readable});
      create policy tenant_inserts on ${table} for insert with check (${own});
      create policy tenant_updates on ${table} for update using (${own}) with check (${own});
      create policy tenant_deletes on ${table} for delete using (${own});
      grant ${privileges} on ${table} to ${q(login)};`;
  };

  /** Read from the catalogue rather than remembered: migrations run years apart. */
  const columnsOf = async (name: string): Promise<ColumnFacts[]> => {
    const { rows } = await client.query<ColumnFacts>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
      [present(name)],
    );
    return rows;
  };

  const hasHistory = async (name: string): Promise<boolean> =>
    (await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [history(name)])).rows[0]
      ?.found ?? false;

  /**
   * The trigger keeps every version, also when transactions overlap or write a row twice: a version begins at the
   * business time or one microsecond after the one before it began, whichever is later.
   */
  const keepHistory = async (name: string) => {
    const columns = (await columnsOf(name)).map((column) => q(column.name));
    const list = columns.join(', ');
    const fresh = columns.map((column) => `n.${column}`).join(', ');
    const keep = `${service}_history.${q(`${name}_keep`)}`;
    const moment = `coalesce(nullif(current_setting('annex.now', true), '')::timestamptz, clock_timestamp())`;
    await sql(`
      create or replace function ${keep}() returns trigger language plpgsql security definer set search_path = pg_catalog set enable_nestloop = off as $keep$
      declare
        moment timestamptz := ${moment};
        -- Row-level security lets a transaction write rows of one tenant only.
        tenant uuid := ${tenantSetting};
      begin
        -- By a list of ids, not row by row or by a join: the planner's guess of the history's size may be old, and a bad plan is quadratic.
        if tg_op = 'INSERT' then
          with before as (
            select h.id, max(h.recorded_to) as recorded_to from ${history(name)} h
            where h.tenant_id = tenant and h.id = any(array(select id from fresh)) group by h.id)
          insert into ${history(name)} (${list}, recorded_from, recorded_to)
          select ${fresh}, greatest(moment, b.recorded_to), 'infinity' from fresh n left join before b on b.id = n.id;
        elsif tg_op = 'UPDATE' then
          with closed as (
            update ${history(name)} h set recorded_to = greatest(moment, h.recorded_from + interval '1 microsecond')
            where h.tenant_id = tenant and h.id = any(array(select id from fresh)) and h.recorded_to = 'infinity'
            returning h.id, h.recorded_to)
          insert into ${history(name)} (${list}, recorded_from, recorded_to)
          select ${fresh}, c.recorded_to, 'infinity' from fresh n join closed c on c.id = n.id;
        else
          update ${history(name)} h set recorded_to = greatest(moment, h.recorded_from + interval '1 microsecond')
          where h.tenant_id = tenant and h.id = any(array(select id from gone)) and h.recorded_to = 'infinity';
        end if;
        return null;
      end $keep$;
      revoke all on function ${keep}() from public;`);
  };

  const showAsOf = async (name: string, timeColumn?: string) => {
    const list = (await columnsOf(name)).map((column) => q(column.name)).join(', ');
    const source = timeColumn
      ? `${present(name)} where ${q(timeColumn)} <= ${asOfMoment}`
      : `${history(name)} where recorded_from <= ${asOfMoment} and recorded_to > ${asOfMoment}`;
    await sql(`
      drop view if exists ${asOf(name)};
      create view ${asOf(name)} with (security_invoker = true) as select ${list} from ${source};
      ${timeColumn ? `comment on view ${asOf(name)} is 'time:${timeColumn}';` : ''}
      grant select on ${asOf(name)} to ${q(login)};`);
  };

  /** The time column of a log table, kept in the comment of its as-of view. */
  const timeColumnOf = async (name: string): Promise<string | undefined> => {
    const { rows } = await client.query<{ comment: string | null }>(
      `select obj_description(to_regclass($1), 'pg_class') as comment`,
      [asOf(name)],
    );
    return rows[0]?.comment?.startsWith('time:') ? rows[0].comment.slice('time:'.length) : undefined;
  };

  const refresh = async (name: string, kept: boolean, timeColumn: string | undefined) => {
    if (kept) await keepHistory(name);
    await showAsOf(name, timeColumn);
  };

  return {
    service,
    sql,

    async entity(name, table) {
      const { columns, id = 'uuid', isms = true, indexes = [], unique = [], shared = false } = table;
      const own = Object.entries(columns).map(([column, definition]) => `${q(column)} ${definition}`);
      await sql(`
        create table ${present(name)} (
          tenant_id uuid not null,
          id ${id} not null,
          ${isms ? 'isms_id uuid not null,' : ''}
          version integer not null default 1 check (version >= 1),
          created_at timestamptz not null,
          created_by text not null,
          updated_at timestamptz not null,
          updated_by text not null,
          ${own.map((line) => `${line},`).join('\n          ')}
          primary key (tenant_id, id));
        ${secure(present(name), shared, 'select, insert, update, delete')}
        create table ${history(name)} (like ${present(name)}, recorded_from timestamptz not null, recorded_to timestamptz not null,
          primary key (tenant_id, id, recorded_from), check (recorded_from < recorded_to));
        create unique index ${q(indexName(name, [], 'present'))} on ${history(name)} (tenant_id, id) where recorded_to = 'infinity';
        ${secure(history(name), shared, 'select')}`);
      for (const index of indexes) {
        const list = ['tenant_id', ...index].map(q).join(', ');
        await sql(`create index ${q(indexName(name, index, 'index'))} on ${present(name)} (${list});
          create index ${q(indexName(name, index, 'index'))} on ${history(name)} (${list});`);
      }
      for (const index of unique) {
        const list = ['tenant_id', ...index].map(q).join(', ');
        await sql(`create unique index ${q(indexName(name, index, 'unique'))} on ${present(name)} (${list});
          create index ${q(indexName(name, index, 'index'))} on ${history(name)} (${list});`);
      }
      await keepHistory(name);
      const keep = `${service}_history.${q(`${name}_keep`)}()`;
      await sql(`
        create trigger keep_inserted after insert on ${present(name)} referencing new table as fresh for each statement execute function ${keep};
        create trigger keep_updated after update on ${present(name)} referencing new table as fresh for each statement execute function ${keep};
        create trigger keep_deleted after delete on ${present(name)} referencing old table as gone for each statement execute function ${keep};`);
      await showAsOf(name);
    },

    async log(name, table) {
      const { columns, time, indexes = [], unique = [] } = table;
      const own = Object.entries(columns).map(([column, definition]) => `${q(column)} ${definition},`);
      await sql(`
        create table ${present(name)} (
          tenant_id uuid not null,
          id uuid not null,
          ${own.join('\n          ')}
          primary key (tenant_id, id));
        ${secure(present(name), false, 'select, insert, update, delete')}`);
      for (const [lists, kind] of [
        [indexes, 'index'],
        [unique, 'unique index'],
      ] as const) {
        for (const index of lists) {
          await sql(
            `create ${kind} ${q(indexName(name, index, kind === 'index' ? 'index' : 'unique'))} on ${present(name)} (${['tenant_id', ...index].map(q).join(', ')})`,
          );
        }
      }
      await showAsOf(name, time);
    },

    async addColumn(table, column, definition) {
      const kept = await hasHistory(table);
      const time = await timeColumnOf(table);
      await sql(`alter table ${present(table)} add column ${q(column)} ${definition}`);
      if (kept) {
        // Past versions get the default that present rows got, and no constraint: the past is not checked again.
        const type = (await columnsOf(table)).find((facts) => facts.name === column)?.type ?? 'text';
        const fallback = /\bdefault\s+(.+?)(?:\s+(?:not null|check|references)\b.*)?$/i.exec(definition)?.[1];
        await sql(
          `alter table ${history(table)} add column ${q(column)} ${type} ${fallback ? `default ${fallback}` : ''}`,
        );
      }
      await refresh(table, kept, time);
    },

    async renameColumn(table, from, to) {
      const kept = await hasHistory(table);
      const time = await timeColumnOf(table);
      await sql(`alter table ${present(table)} rename column ${q(from)} to ${q(to)}`);
      if (kept) await sql(`alter table ${history(table)} rename column ${q(from)} to ${q(to)}`);
      await refresh(table, kept, time === from ? to : time);
    },

    async dropColumn(table, column) {
      const kept = await hasHistory(table);
      const time = await timeColumnOf(table);
      await sql(`drop view ${asOf(table)}; alter table ${present(table)} drop column ${q(column)}`);
      if (kept) await sql(`alter table ${history(table)} drop column ${q(column)}`);
      await refresh(table, kept, time);
    },

    async renameTable(from, to) {
      const kept = await hasHistory(from);
      const time = await timeColumnOf(from);
      await sql(`drop view ${asOf(from)}; alter table ${present(from)} rename to ${q(to)}`);
      if (kept) {
        await sql(`
          alter table ${history(from)} rename to ${q(to)};
          alter function ${service}_history.${q(`${from}_keep`)}() rename to ${q(`${to}_keep`)};`);
      }
      await refresh(to, kept, time);
    },

    async dropTable(name) {
      await sql(`
        drop view if exists ${asOf(name)};
        drop table ${present(name)};
        drop table if exists ${history(name)};
        drop function if exists ${service}_history.${q(`${name}_keep`)}();`);
    },
  };
}
