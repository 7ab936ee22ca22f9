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
  {
    name: '20261125_0000_relay_and_inbox_in_one_round_trip',
    async up(tables) {
      const { login } = rolesOf(tables.service);
      await tables.sql(`
        -- Losing a mark in a crash means sending again, which consumers take; waiting for the disk would hold up what comes next.
        create function relay_published(tenant uuid, ids uuid[]) returns void
          language plpgsql volatile set search_path = ${tables.service} as $$
        begin
          perform set_config('annex.tenant', tenant::text, true), set_config('synchronous_commit', 'off', true);
          update outbox set published_at = clock_timestamp() where tenant_id = tenant and id = any(ids);
        end $$;

        -- A row where the event is new to the consumer. It is no dead letter any more then.
        create function inbox_arrive(tenant uuid, reader text, arrived uuid, origin text) returns setof int
          language plpgsql volatile set search_path = ${tables.service} as $$
        begin
          insert into inbox (tenant_id, consumer, event_id, source) values (tenant, reader, arrived, origin) on conflict do nothing;
          if not found then return; end if;
          update dead_letter set resolved_at = clock_timestamp()
           where tenant_id = tenant and consumer = reader and event_id = arrived and resolved_at is null;
          return next 1;
        end $$;

        revoke execute on function relay_published, inbox_arrive from public;
        grant execute on function relay_published, inbox_arrive to ${login};
      `);
    },
  },
  {
    name: '20261127_1700_relay_takes_from',
    async up(tables) {
      const { login } = rolesOf(tables.service);
      // Each statement of a volatile function sees what was committed before it: should two relays overlap for a moment (a lock lost
      // unnoticed), the second waits for the counter's row and then sees what the first has numbered.
      //
      // A relay keeps for a moment what it has sent to some consumers and not yet to all; what comes next is taken from behind it. The last
      // parameter has a default, so that a process of the version before takes from the beginning, as it did.
      await tables.sql(`
        drop function if exists relay_take;
        create function relay_take(tenant uuid, batch int, most int, bytes bigint, reached bigint default 0)
          returns table (id uuid, type text, body text, sequence bigint, age float8, numbered int)
          language plpgsql volatile set search_path = ${tables.service} as $$
        #variable_conflict use_column
        declare
          counted bigint;
          given int;
        begin
          perform set_config('annex.tenant', tenant::text, true);
          insert into outbox_counter as c (tenant_id, last) values (tenant, 0)
            on conflict (tenant_id) do update set last = c.last returning c.last into counted;
          update outbox o set sequence = counted + w.n
            from (select u.id, row_number() over (order by u.position) as n from outbox u
                   where u.tenant_id = tenant and u.sequence is null and u.published_at is null
                   order by u.position limit batch) w
           where o.tenant_id = tenant and o.id = w.id;
          get diagnostics given = row_count;
          if given > 0 then
            update outbox_counter c set last = counted + given where c.tenant_id = tenant;
          end if;
          return query
            select w.id, w.type, w.body, w.sequence, w.age, given from (
              select f.id, f.type, f.body, f.sequence, extract(epoch from clock_timestamp() - f.recorded_at)::float8 as age,
                     sum(octet_length(f.body)) over (order by f.sequence) - octet_length(f.body) as before
                from (select * from outbox u where u.tenant_id = tenant and u.published_at is null and u.sequence > reached
                       order by u.sequence limit most) f) w
             where w.before < bytes order by w.sequence;
        end $$;
        revoke execute on function relay_take from public;
        grant execute on function relay_take to ${login};
      `);
    },
  },
];
