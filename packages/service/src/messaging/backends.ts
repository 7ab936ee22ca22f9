import {
  type BackendFactory,
  type IQueueBackend,
  LATEST_SCHEMA_VERSION,
  PostgresConnection,
  PostgresQueueBackend,
  type Queue,
  type QueueOptions,
  runMigrations,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { Client } from '../database/client.ts';

/** What differs between BullMQ's two backends: how to connect once for a whole process, and to ask for many jobs at once. */
export interface Backend {
  readonly connection: object;
  readonly prefix?: string;
  readonly factory?: BackendFactory<IQueueBackend>;
  existing(queue: Queue, ids: readonly string[]): Promise<Set<string>>;
  close(): Promise<void>;
}

/** One pool and one listening connection for all queues and workers of the process; a queue that closes leaves them open. */
class SharedConnection extends PostgresConnection {
  readonly #oneByOne = new WeakSet<object>();

  override async close(): Promise<void> {}

  /** Workers that start together all listen on it, and a connection takes one statement at a time. */
  override async getListenClient() {
    const client = await super.getListenClient();
    if (this.#oneByOne.has(client)) return client;
    this.#oneByOne.add(client);
    const query = client.query.bind(client);
    let before: Promise<unknown> = Promise.resolve();
    client.query = ((text: string, values?: unknown[]) => {
      const answer = before.then(() => query(text, values));
      before = answer.catch(() => undefined);
      return answer;
    }) as typeof client.query;
    return client;
  }

  async end(): Promise<void> {
    await super.close();
  }
}

/**
 * Brings the queue's tables up to what this BullMQ needs, as the schema's owner. The schema itself is made by whoever
 * provisions the database: its owner may not create schemas, and `create schema if not exists` asks for that right
 * even where the schema exists, so that statement is left out.
 */
async function migrateQueue(connectionString: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const found = await client.query<{ present: boolean }>('select to_regnamespace($1) is not null as present', [
      pg.escapeIdentifier(schema),
    ]);
    const present = found.rows[0]?.present ?? false;
    const version = await runMigrations(
      {
        query: (async (text: string, values?: unknown[]) =>
          present && /^create schema if not exists/i.test(text)
            ? { rows: [], rowCount: 0 }
            : client.query(text, values)) as pg.Client['query'],
      },
      schema,
    );
    if (version < LATEST_SCHEMA_VERSION)
      throw new Error(`The queue's schema is at ${version}, not at ${LATEST_SCHEMA_VERSION}`);
  } finally {
    await client.end();
  }
}

/** Four connections for all queues of the process, and one that listens. */
export async function postgresBackend(
  connectionString: string,
  schema: string,
  onError: (error: Error) => void,
): Promise<Backend> {
  await migrateQueue(connectionString, schema);
  const shared = new SharedConnection({
    connectionString,
    schema,
    max: 4,
    Client,
    application_name: 'annex queue',
    keepAlive: true,
  });
  shared.setMaxListeners(0);
  shared.on('error', onError);
  await shared.waitUntilReady();
  return {
    connection: {},
    factory: ((name: string, options: QueueOptions) =>
      new PostgresQueueBackend(
        shared,
        name,
        options as object as ConstructorParameters<typeof PostgresQueueBackend>[2],
      )) as unknown as BackendFactory<IQueueBackend>,
    async existing(queue, ids) {
      // BullMQ tells the state of one job a call; thousands at once are asked of its table.
      const found = await shared.pool.query('select id from job where queue = $1 and id = any($2::text[])', [
        queue.name,
        [...ids],
      ]);
      return new Set(found.rows.map((row) => String((row as { id: unknown }).id)));
    },
    close: () => shared.end(),
  };
}

/** One command for all keys: a thousand of them would hold up what this process has in hand. */
const whichExist = `local found = {} for at, key in ipairs(KEYS) do found[at] = redis.call('exists', key) end return found`;

/** One connection for all queues of the process; BullMQ opens one more a worker, to block on. */
export async function redisBackend(url: string, prefix: string, onError: (error: Error) => void): Promise<Backend> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  redis.on('error', onError);
  await redis.connect();
  return {
    connection: redis,
    prefix,
    async existing(queue, ids) {
      const keys = ids.map((id) => queue.toKey(id));
      const answers = (await redis.eval(whichExist, keys.length, ...keys)) as number[];
      return new Set(ids.filter((_, index) => answers[index] === 1));
    },
    async close() {
      await redis.quit();
    },
  };
}
