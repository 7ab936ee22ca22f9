import { createHash, randomBytes } from 'node:crypto';
import type { ServiceName } from '@annex/schema';
import pg from 'pg';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { ClockKind } from '../clock.ts';
import { connectDatabase, type Database } from '../database/database.ts';
import { type Migrated, migrateDatabase } from '../database/provision.ts';
import { queueRole, queueSchema, rolePassword, rolesOf, urlAs } from '../database/roles.ts';
import { openQueues, type QueueConfig } from '../messaging/index.ts';
import { type Scope, systemScope } from '../scope.ts';
import { testSecret } from './cluster.ts';

/** A database of a test file's own. */
export interface TestDatabase {
  readonly url: string;
  readonly tenants: readonly [string, string];
  /** Connects as the login role of a service; closed with the database. */
  connect<T>(service: ServiceName, options?: { clock?: ClockKind; poolSize?: number }): Database<T>;
  urlFor(service: ServiceName): string;
  /** The queue on PostgreSQL that lies in this database. */
  readonly queue: QueueConfig;
  scope(tenant?: string): Scope;
  /** Sets the shared clock (annex.clock); null lets it follow the wall again. */
  setClock(moment: Date | null): Promise<void>;
  /** A connection of the superuser as if it were new, for looking behind the curtain. */
  admin<R>(run: (client: pg.ClientBase) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

async function withClient<R>(url: string, run: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

const databaseIn = (url: string, name: string) => {
  const at = new URL(url);
  at.pathname = `/${name}`;
  return at.href;
};

const queueIn = (url: string): QueueConfig => ({
  kind: 'postgres',
  connectionString: urlAs(url, queueRole, rolePassword(testSecret, queueRole)),
  schema: queueSchema,
});

/** One migrated template for each set of migrations, made by whoever comes first. */
async function template(clusterUrl: string, services: readonly Migrated[]): Promise<string> {
  const names = services.map(
    (service) => `${service.name}:${service.migrations.map((m) => `${m.name}${m.up}`).join()}`,
  );
  const name = `annex_template_${createHash('sha256')
    .update(`${process.ppid} ${names.join('|')}`)
    .digest('hex')
    .slice(0, 16)}`;
  await withClient(clusterUrl, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount) return;
    const making = `${name}_making`;
    await client.query(`drop database if exists ${making}`);
    await client.query(`create database ${making}`);
    const url = databaseIn(clusterUrl, making);
    await migrateDatabase(url, services);
    // With the queue's tables, which would else be made once more for each file.
    await (await openQueues(queueIn(url), silent)).close();
    await client.query(`alter database ${making} rename to ${name}`);
  });
  return name;
}

/**
 * A real database for this test file, with the schemas of the given services, and two tenants' ids.
 */
export async function testDatabase(services: readonly Migrated[]): Promise<TestDatabase> {
  const clusterUrl = process.env.TEST_DATABASE_URL;
  if (!clusterUrl) throw new Error('TEST_DATABASE_URL is not set: run tests by `npm test`, which starts a database');
  const from = await template(clusterUrl, services);
  const name = `annex_test_${randomBytes(6).toString('hex')}`;
  await withClient(clusterUrl, async (client) => {
    await client.query(`create database ${name} template ${from} strategy file_copy`);
  });
  const url = databaseIn(clusterUrl, name);
  const open: Database<unknown>[] = [];
  // Kept between uses: to connect takes longer than what most tests ask.
  const curtain = new pg.Pool({ connectionString: url, max: 4 });
  // The server ended one that lay idle; the pool opens another.
  curtain.on('error', () => undefined);
  const admin: TestDatabase['admin'] = async (run) => {
    const client = await curtain.connect();
    try {
      const result = await run(client);
      await client.query('rollback');
      await client.query('discard all');
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  const tenants = [uuidv7(), uuidv7()] as const;
  const urlFor = (service: ServiceName) => {
    const { login } = rolesOf(service);
    return urlAs(url, login, rolePassword(testSecret, login));
  };
  return {
    url,
    tenants,
    urlFor,
    queue: queueIn(url),
    connect<T>(service: ServiceName, options: { clock?: ClockKind; poolSize?: number } = {}) {
      const database = connectDatabase<T>({
        service,
        url: urlFor(service),
        poolSize: options.poolSize ?? 8,
        clock: options.clock ?? 'shared',
        log: silent,
      });
      open.push(database as Database<unknown>);
      return database;
    },
    scope: (tenant = tenants[0]) => systemScope('identity', tenant),
    setClock: (moment) =>
      admin(async (client) => {
        await client.query(
          'insert into annex.clock (one, moment) values (true, $1) on conflict (one) do update set moment = excluded.moment',
          [moment],
        );
      }),
    admin,
    async close() {
      for (const database of open) await database.close();
      await curtain.end();
      await withClient(clusterUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      });
    },
  };
}
