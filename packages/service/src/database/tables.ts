import type { ServiceName } from '@annex/schema';
import type pg from 'pg';
import { systemTenant } from '../scope.ts';
import { historyOf } from './history.ts';
import { asOfMoment, q, relationsOf } from './relations.ts';
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
  /** Anything else, run as the owner with the service's schema as the search path. */
  sql(text: string): Promise<void>;
}

/** The tenant of the transaction; the sub-select makes it one evaluation a query instead of one a row. */
export const tenantSetting = `(select nullif(current_setting('annex.tenant', true), '')::uuid)`;

/** PostgreSQL cuts names at 63 bytes; long column lists are told by their first letters. */
function indexName(table: string, columns: readonly string[], suffix: string): string {
  const full = `${table}_${columns.join('_')}_${suffix}`;
  return full.length <= 60
    ? full
    : `${table}_${columns.map((column) => column.slice(0, 3)).join('_')}_${suffix}`.slice(0, 60);
}

/** The builder that migrations are given; `client` acts as the owner, inside a transaction. */
export function tableBuilder(client: pg.ClientBase, service: ServiceName): TableBuilder {
  const { login } = rolesOf(service);
  const relations = relationsOf(client, service);
  const { present, past, asOf, view, columnsOf, listOf } = relations;
  const history = historyOf(client, relations);
  const sql = async (text: string) => {
    await client.query(text);
  };

  /** For the owner too. Not of past versions: it adds them by triggers alone, from rows whose policies held. */
  const forced = (table: string) => `alter table ${table} force row level security;`;

  const secure = (table: string, shared: boolean, privileges: string) => {
    const own = `tenant_id = ${tenantSetting}`;
    const readable = shared ? `(${own} or tenant_id = '${systemTenant}')` : own;
    return `
      alter table ${table} enable row level security;
      create policy tenant_reads on ${table} for select using (${readable});
      create policy tenant_inserts on ${table} for insert with check (${own});
      create policy tenant_updates on ${table} for update using (${own}) with check (${own});
      create policy tenant_deletes on ${table} for delete using (${own});
      grant ${privileges} on ${table} to ${q(login)};`;
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
    await history.hide(name);
    if (kept) await history.refresh(name);
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
        ${forced(present(name))}
        create table ${past(name)} (like ${present(name)}, recorded_to timestamptz not null,
          primary key (tenant_id, id, recorded_from), check (recorded_from < recorded_to));
        ${secure(past(name), shared, 'select')}`);
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
      await history.begin(name);
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
        ${secure(present(name), false, 'select, insert, update, delete')}
        ${forced(present(name))}`);
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
      const kept = await history.exists(table);
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
      const kept = await history.exists(table);
      const time = await timeColumnOf(table);
      await sql(`alter table ${present(table)} rename column ${q(from)} to ${q(to)}`);
      if (kept) await sql(`alter table ${past(table)} rename column ${q(from)} to ${q(to)}`);
      await refresh(table, kept, time === from ? to : time);
    },

    async dropColumn(table, column) {
      const kept = await history.exists(table);
      const time = await timeColumnOf(table);
      await history.hide(table);
      await sql(`alter table ${present(table)} drop column ${q(column)}`);
      if (kept) await sql(`alter table ${past(table)} drop column ${q(column)}`);
      await refresh(table, kept, time);
    },

    async renameTable(from, to) {
      const kept = await history.exists(from);
      const time = await timeColumnOf(from);
      await history.hide(from);
      await sql(`alter table ${present(from)} rename to ${q(to)}`);
      if (kept) await history.rename(from, to);
      await refresh(to, kept, time);
    },

    async dropTable(name) {
      await history.hide(name);
      await sql(`drop table ${present(name)}`);
      await history.drop(name);
    },
  };
}
