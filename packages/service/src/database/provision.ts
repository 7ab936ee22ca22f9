import type { ServiceName } from '@annex/schema';
import pg from 'pg';
import { conformityMigrations } from '../conformity.ts';
import { idempotencyMigrations } from '../idempotency.ts';
import { messagingMigrations } from '../messaging/tables.ts';
import { referenceMigrations } from '../references.ts';
import { historyOf } from './history.ts';
import type { Migration } from './migrations.ts';
import { relationsOf } from './relations.ts';
import { queueRole, queueSchema, rolesOf } from './roles.ts';
import { type TableBuilder, tableBuilder } from './tables.ts';

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

/** A service's name and the migrations that make its tables. */
export interface Migrated {
  readonly name: ServiceName;
  readonly migrations: readonly Migration[];
}

/**
 * Brings a database to the present: what all services share, then the schemas of each by its migrations. Whole services
 * one after the other on one connection, under a lock that other processes wait for; safe to run again.
 * @param adminUrl a role that may create schemas and is a member of the services' owner roles
 * @returns the names of the migrations that ran, as `service/migration`
 * @throws Error naming the migration that failed; nothing of it is kept, those before it are
 */
export async function migrateDatabase(adminUrl: string, services: readonly Migrated[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await makeShared(client);
    const ran: string[] = [];
    for (const service of services) ran.push(...(await migrateService(client, service)));
    return ran;
  } finally {
    // Ending the session lets the lock go.
    await client.end();
  }
}

/** What every service shares: the clock's row, the queue's schema, and nobody creating things in public. */
async function makeShared(client: pg.Client): Promise<void> {
  await client.query(`
    revoke create on schema public from public;
    create schema if not exists annex;
    create table if not exists annex.clock (one boolean primary key default true check (one), moment timestamptz);
    grant usage on schema annex to public;
    grant select on annex.clock to public;
    create schema if not exists ${identifier(queueSchema)} authorization ${identifier(queueRole)};
  `);
}

/** Makes the three schemas of a service and runs the migrations it lacks, each in a transaction of its own. */
async function migrateService(client: pg.Client, { name: service, migrations }: Migrated): Promise<string[]> {
  const roles = rolesOf(service);
  const [owner, login, worker] = [identifier(roles.owner), identifier(roles.login), identifier(roles.worker)];
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
  const step = async (name: string, run: (tables: TableBuilder) => Promise<void>) => {
    await client.query('begin');
    try {
      await client.query(`set local search_path = ${service}`);
      await run(tableBuilder(client, service));
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new Error(`Migration ${service}/${name} failed; nothing of it was kept`, { cause: error });
    }
  };
  // Before all others: they are written for tables of the present shape.
  await step('history', () => historyOf(client, relationsOf(client, service)).convert());
  for (const migration of [...commonMigrations, ...migrations]) {
    if (applied.has(migration.name)) continue;
    await step(migration.name, async (tables) => {
      await migration.up(tables);
      await client.query(`insert into ${service}.migration (name) values ($1)`, [migration.name]);
    });
    ran.push(`${service}/${migration.name}`);
  }
  await client.query('reset role');
  return ran;
}
