import type { ServiceName } from '@annex/schema';
import pg from 'pg';
import { conformityMigrations } from '../conformity.ts';
import { idempotencyMigrations } from '../idempotency.ts';
import { messagingMigrations } from '../messaging/tables.ts';
import { referenceMigrations } from '../references.ts';
import type { Migration } from './migrations.ts';
import { queueRole, queueSchema, rolesOf } from './roles.ts';
import { tableBuilder } from './tables.ts';

const identifier = (name: string) => pg.escapeIdentifier(name);

/** One lock for all schema work in a database: services that start together migrate one after the other. */
const migrationLock = 4_159_401;

/** The tables that every service has, before its own. */
const commonMigrations: readonly Migration[] = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  ...referenceMigrations,
  ...conformityMigrations,
];

async function withLock<R>(adminUrl: string, run: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    return await run(client);
  } finally {
    // Ending the session lets the lock go.
    await client.end();
  }
}

/** What every service shares: the clock's row, the queue's schema, and nobody creating things in public. */
export async function provisionDatabase(adminUrl: string): Promise<void> {
  await withLock(adminUrl, async (client) => {
    await client.query(`
      revoke create on schema public from public;
      create schema if not exists annex;
      create table if not exists annex.clock (one boolean primary key default true check (one), moment timestamptz);
      grant usage on schema annex to public;
      grant select on annex.clock to public;
      create schema if not exists ${identifier(queueSchema)} authorization ${identifier(queueRole)};
    `);
  });
}

/**
 * Makes the three schemas of a service and brings them to the present by its migrations, each in a transaction of its own.
 * @returns the names of the migrations that ran
 */
export async function migrateService(
  adminUrl: string,
  service: ServiceName,
  migrations: readonly Migration[],
): Promise<string[]> {
  const roles = rolesOf(service);
  const [owner, login, worker] = [identifier(roles.owner), identifier(roles.login), identifier(roles.worker)];
  return withLock(adminUrl, async (client) => {
    // Several statements sent as one answer with a result each; the last names what has run.
    const results = (await client.query(`
      create schema if not exists ${service} authorization ${owner};
      create schema if not exists ${service}_history authorization ${owner};
      create schema if not exists ${service}_asof authorization ${owner};
      grant usage on schema ${service}, ${service}_history, ${service}_asof to ${login};
      grant usage on schema ${service} to ${worker};
      set role ${owner};
      create table if not exists ${service}.migration (name text primary key, applied_at timestamptz not null default clock_timestamp());
      select name from ${service}.migration;
    `)) as unknown as pg.QueryResult<{ name: string }>[];
    const applied = new Set(results.at(-1)?.rows.map((row) => row.name));
    const ran: string[] = [];
    for (const migration of [...commonMigrations, ...migrations]) {
      if (applied.has(migration.name)) continue;
      await client.query('begin');
      try {
        await client.query(`set local search_path = ${service}`);
        await migration.up(tableBuilder(client, service));
        await client.query(`insert into ${service}.migration (name) values ($1)`, [migration.name]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw new Error(`Migration ${service}/${migration.name} failed; nothing of it was kept`, { cause: error });
      }
      ran.push(migration.name);
    }
    await client.query('reset role');
    return ran;
  });
}
