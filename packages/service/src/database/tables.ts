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
  /**
   * A table whose every version is kept. `<service>.<name>` holds the present ones, `<service>_history.<name>_past` those
   * before; `<service>_history.<name>` shows all with the moments between which each held, `<service>_asof.<name>` those of a moment.
   */
  entity(name: string, table: EntityTable): Promise<void>;
  /** A table that only grows (measurements, check results): no history, an as-of view by its time column. */
  log(name: string, table: LogTable): Promise<void>;
  addColumn(table: string, column: string, definition: string): Promise<void>;
  renameColumn(table: string, from: string, to: string): Promise<void>;
  dropColumn(table: string, column: string): Promise<void>;
  renameTable(from: string, to: string): Promise<void>;
  dropTable(name: string): Promise<void>;
  /**
   * Brings entities to the present shape that were made when a history held the present version too (before 27 November
   * 2026); versions and their moments stay. Does nothing where there are none.
   */
  keepPastAlone(): Promise<void>;
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
  const past = (name: string) => `${service}_history.${q(`${name}_past`)}`;
  const versions = (name: string) => `${service}_history.${q(name)}`;
  const asOf = (name: string) => `${service}_asof.${q(name)}`;
  const sql = async (text: string) => {
    await client.query(text);
  };
  const functionsOf = (name: string) => ({
    begin: `${service}_history.${q(`${name}_begin`)}`,
    follow: `${service}_history.${q(`${name}_follow`)}`,
    keep: `${service}_history.${q(`${name}_keep`)}`,
  });
  /** Whoever asks is who reads the tables below, so that their policies hold. */
  const view = (name: string, select: string) => `
      create view ${name} with (security_invoker = true) as ${select};
      grant select on ${name} to ${q(login)};`;

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

  /** Of past versions the owner is the writer, by triggers alone: what they add comes from rows whose policies held. */
  const unforced = (table: string) => `alter table ${table} no force row level security;`;

  /** The columns of the thing itself. Read from the catalogue rather than remembered: migrations run years apart. */
  const columnsOf = async (name: string): Promise<ColumnFacts[]> => {
    const { rows } = await client.query<ColumnFacts>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_attribute a
       where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'recorded_from'
       order by a.attnum`,
      [present(name)],
    );
    return rows;
  };
  const listOf = async (name: string) => (await columnsOf(name)).map((column) => q(column.name)).join(', ');

  const hasHistory = async (name: string): Promise<boolean> =>
    (await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [past(name)])).rows[0]
      ?.found ?? false;

  /**
   * The triggers keep every version, also when transactions overlap or write a row twice: a version begins at the
   * business time or one microsecond after the one before it began, whichever is later, and that is when the one before ends.
   */
  const keepHistory = async (name: string) => {
    const list = await listOf(name);
    const moment = `coalesce(nullif(current_setting('annex.now', true), '')::timestamptz, clock_timestamp())`;
    const { begin, follow, keep } = functionsOf(name);
    await sql(`
      create or replace function ${begin}() returns trigger language plpgsql security definer set search_path = pg_catalog as $begin$
      begin
        -- What was deleted and comes again begins after its last version ended.
        new.recorded_from := greatest(${moment},
          (select max(p.recorded_to) from ${past(name)} p where p.tenant_id = new.tenant_id and p.id = new.id));
        return new;
      end $begin$;
      create or replace function ${follow}() returns trigger language plpgsql as $follow$
      begin
        new.recorded_from := greatest(${moment}, old.recorded_from + interval '1 microsecond');
        return new;
      end $follow$;
      create or replace function ${keep}() returns trigger language plpgsql security definer set search_path = pg_catalog as $keep$
      declare
        moment timestamptz := ${moment};
      begin
        insert into ${past(name)} (${list}, recorded_from, recorded_to)
        select ${list}, recorded_from, greatest(moment, recorded_from + interval '1 microsecond') from gone;
        return null;
      end $keep$;
      revoke all on function ${begin}(), ${follow}(), ${keep}() from public;`);
  };

  /** The triggers of a table that has none yet. */
  const addTriggers = async (name: string) => {
    await keepHistory(name);
    const { begin, follow, keep } = functionsOf(name);
    await sql(`
      create trigger begin_version before insert on ${present(name)} for each row execute function ${begin}();
      create trigger follow_version before update on ${present(name)} for each row execute function ${follow}();
      create trigger keep_updated after update on ${present(name)} referencing old table as gone for each statement execute function ${keep}();
      create trigger keep_deleted after delete on ${present(name)} referencing old table as gone for each statement execute function ${keep}();`);
  };

  const dropViews = (name: string) => sql(`drop view if exists ${asOf(name)}; drop view if exists ${versions(name)};`);

  /** The condition stands outside of the union: so the planner uses the indexes of both tables, for order and joins too. */
  const showVersions = async (name: string) => {
    const list = await listOf(name);
    await sql(`
      ${view(
        versions(name),
        `select ${list}, recorded_from, timestamptz 'infinity' as recorded_to from ${present(name)}
        union all select ${list}, recorded_from, recorded_to from ${past(name)}`,
      )}
      ${view(asOf(name), `select ${list} from ${versions(name)} where recorded_from <= ${asOfMoment} and recorded_to > ${asOfMoment}`)}`);
  };

  const showLog = async (name: string, timeColumn: string) => {
    await sql(`
      ${view(asOf(name), `select ${await listOf(name)} from ${present(name)} where ${q(timeColumn)} <= ${asOfMoment}`)}
      comment on view ${asOf(name)} is 'time:${timeColumn}';`);
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
    await dropViews(name);
    if (kept) {
      await keepHistory(name);
      await showVersions(name);
    }
    if (timeColumn) await showLog(name, timeColumn);
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
          recorded_from timestamptz not null,
          primary key (tenant_id, id));
        ${secure(present(name), shared, 'select, insert, update, delete')}
        create table ${past(name)} (like ${present(name)}, recorded_to timestamptz not null,
          primary key (tenant_id, id, recorded_from), check (recorded_from < recorded_to));
        ${secure(past(name), shared, 'select')}
        ${unforced(past(name))}`);
      for (const index of indexes) {
        const list = ['tenant_id', ...index].map(q).join(', ');
        await sql(`create index ${q(indexName(name, index, 'index'))} on ${present(name)} (${list});
          create index ${q(indexName(name, index, 'index'))} on ${past(name)} (${list});`);
      }
      for (const index of unique) {
        const list = ['tenant_id', ...index].map(q).join(', ');
        await sql(`create unique index ${q(indexName(name, index, 'unique'))} on ${present(name)} (${list});
          create index ${q(indexName(name, index, 'index'))} on ${past(name)} (${list});`);
      }
      await addTriggers(name);
      await showVersions(name);
    },

    async keepPastAlone() {
      // A renamed table's index is still called by its first name.
      const { rows } = await client.query<{ name: string; index: string }>(
        `select h.relname as name, i.indexrelid::regclass::text as index
         from pg_class h join pg_index i on i.indrelid = h.oid and i.indpred is not null
         where h.relnamespace = $1::regnamespace and h.relkind = 'r' and to_regclass($2 || '.' || quote_ident(h.relname)) is not null
         order by h.relname`,
        [`${service}_history`, service],
      );
      for (const { name, index } of rows) {
        // The owner sees every tenant's rows while the policies are not forced on it.
        await sql(`
          drop view if exists ${asOf(name)};
          ${unforced(versions(name))}
          ${unforced(present(name))}
          alter table ${present(name)} disable trigger user;
          alter table ${present(name)} add column recorded_from timestamptz;
          update ${present(name)} e set recorded_from = h.recorded_from
          from ${versions(name)} h where h.tenant_id = e.tenant_id and h.id = e.id and h.recorded_to = 'infinity';
          delete from ${versions(name)} where recorded_to = 'infinity';
          alter table ${present(name)} alter column recorded_from set not null;
          alter table ${present(name)} enable trigger user;
          drop trigger keep_inserted on ${present(name)};
          drop trigger keep_updated on ${present(name)};
          drop trigger keep_deleted on ${present(name)};
          drop index ${index};
          alter table ${present(name)} force row level security;
          alter table ${versions(name)} rename to ${q(`${name}_past`)};`);
        await addTriggers(name);
        await showVersions(name);
      }
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
      await showLog(name, time);
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
          `alter table ${past(table)} add column ${q(column)} ${type} ${fallback ? `default ${fallback}` : ''}`,
        );
      }
      await refresh(table, kept, time);
    },

    async renameColumn(table, from, to) {
      const kept = await hasHistory(table);
      const time = await timeColumnOf(table);
      await sql(`alter table ${present(table)} rename column ${q(from)} to ${q(to)}`);
      if (kept) await sql(`alter table ${past(table)} rename column ${q(from)} to ${q(to)}`);
      await refresh(table, kept, time === from ? to : time);
    },

    async dropColumn(table, column) {
      const kept = await hasHistory(table);
      const time = await timeColumnOf(table);
      await dropViews(table);
      await sql(`alter table ${present(table)} drop column ${q(column)}`);
      if (kept) await sql(`alter table ${past(table)} drop column ${q(column)}`);
      await refresh(table, kept, time);
    },

    async renameTable(from, to) {
      const kept = await hasHistory(from);
      const time = await timeColumnOf(from);
      await dropViews(from);
      await sql(`alter table ${present(from)} rename to ${q(to)}`);
      if (kept) {
        await sql(`alter table ${past(from)} rename to ${q(`${to}_past`)};`);
        for (const [name, before] of Object.entries(functionsOf(from))) {
          await sql(`alter function ${before}() rename to ${q(`${to}_${name}`)}`);
        }
      }
      await refresh(to, kept, time);
    },

    async dropTable(name) {
      await dropViews(name);
      await sql(`drop table ${present(name)}; drop table if exists ${past(name)};`);
      const { begin, follow, keep } = functionsOf(name);
      await sql(`drop function if exists ${begin}(), ${follow}(), ${keep}()`);
    },
  };
}
