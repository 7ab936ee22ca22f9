import type { Migration } from '../database/migrations.ts';
import { rolesOf } from '../database/roles.ts';

/** The tenant of the transaction; the sub-select makes it one evaluation a query instead of one a row. */
const tenant = `(select nullif(current_setting('annex.tenant', true), '')::uuid)`;

/**
 * Grants and policies of a table of messaging: the service sees its tenant's rows, the worker role finds the rows of
 * all tenants by reading and changes nothing.
 */
function secured(table: string, roles: { owner: string; login: string; worker: string }): string {
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy own_tenant on ${table} to ${roles.owner}, ${roles.login}
      using (tenant_id = ${tenant}) with check (tenant_id = ${tenant});
    create policy all_tenants on ${table} for select to ${roles.worker} using (true);
    grant select, insert, update, delete on ${table} to ${roles.login};
    grant select on ${table} to ${roles.worker};`;
}

/** The tables that every service has beside its own, made before them. */
export const messagingMigrations: readonly Migration[] = [
  {
    name: '20261124_0000_messaging',
    async up(tables) {
      const roles = rolesOf(tables.service);
      // Every recorded event pays for each index here, so one serves the search for tenants, the numbering (the
      // rows whose sequence is null, by position) and the sending (by sequence).
      await tables.sql(`
        create table outbox (
          tenant_id uuid not null,
          id uuid not null,
          position bigint generated always as identity,
          type text not null,
          body text not null,
          recorded_at timestamptz not null default clock_timestamp(),
          sequence bigint,
          published_at timestamptz,
          primary key (tenant_id, id)
        ) with (autovacuum_vacuum_scale_factor = 0.02);
        create unique index outbox_sequence on outbox (tenant_id, sequence) where sequence is not null;
        create index outbox_unpublished on outbox (tenant_id, sequence, position) where published_at is null;
        create index outbox_recorded on outbox using brin (recorded_at);
        ${secured('outbox', roles)}

        create table outbox_counter (
          tenant_id uuid primary key,
          last bigint not null
        ) with (fillfactor = 50);
        ${secured('outbox_counter', roles)}

        create table inbox (
          tenant_id uuid not null,
          consumer text not null,
          event_id uuid not null,
          source text not null,
          handled_at timestamptz not null default clock_timestamp(),
          primary key (tenant_id, consumer, event_id)
        );
        create index inbox_handled on inbox using brin (handled_at);
        ${secured('inbox', roles)}

        create table dead_letter (
          tenant_id uuid not null,
          id uuid not null,
          consumer text not null,
          event_id uuid not null,
          event text not null,
          error text not null,
          attempts int not null,
          failed_at timestamptz not null default clock_timestamp(),
          retried_at timestamptz,
          resolved_at timestamptz,
          primary key (tenant_id, id),
          unique (tenant_id, consumer, event_id)
        );
        ${secured('dead_letter', roles)}

        create table due (
          tenant_id uuid not null,
          kind text not null,
          subject_id text not null,
          due_at timestamptz not null,
          attempts int not null default 0,
          retry_after timestamptz,
          primary key (tenant_id, kind, subject_id)
        ) with (autovacuum_vacuum_scale_factor = 0.02);
        create index due_moment on due (due_at);
        ${secured('due', roles)}
      `);
    },
  },
];
