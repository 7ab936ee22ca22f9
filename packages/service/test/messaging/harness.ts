import { type ConsumerName, type EventData, type EventType, eventTypes, routes, type ServiceName } from '@annex/schema';
import { createPostgresBackend, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import type { Migrated } from '../../src/database/provision.ts';
import { queueSchema } from '../../src/database/roles.ts';
import type { WriteTx } from '../../src/database/transaction.ts';
import type { ServiceDefinition } from '../../src/definition.ts';
import { type Messaging, type MessagingParts, type QueueConfig, startMessaging } from '../../src/messaging/index.ts';
import { systemScope } from '../../src/scope.ts';
import { silent, type TestDatabase } from '../../src/testing/index.ts';

/** A table whose rows count how often an event had its effect. */
const effects: Migrated['migrations'] = [
  {
    name: '20261124_0100_effects',
    up: (tables) =>
      tables.log('effect', {
        columns: {
          event_id: 'uuid not null',
          consumer: 'text not null',
          made_at: 'timestamptz not null default clock_timestamp()',
        },
        time: 'made_at',
      }),
  },
];

export const services: readonly Migrated[] = [
  { name: 'controls', migrations: effects },
  { name: 'risk', migrations: effects },
  { name: 'audit', migrations: effects },
];

export type Handle = (tx: WriteTx, event: { id: string; type: string; data: unknown }, raw: string) => Promise<void>;

/** What handlers of these tests do: leave one row an event. */
export const effect =
  (consumer: ConsumerName): Handle =>
  async (tx, event) => {
    await tx.query('insert into effect (tenant_id, id, event_id, consumer) values ($1, $2, $3, $4)', [
      tx.tenant,
      uuidv7(),
      event.id,
      consumer,
    ]);
  };

/** A service whose consumers handle everything they get by `handle`. */
export function definitionOf(
  name: ServiceName,
  handle: (consumer: ConsumerName) => Handle = effect,
  more: Partial<ServiceDefinition<unknown>> = {},
): ServiceDefinition<unknown> {
  const consumers = (Object.keys(routes) as ConsumerName[]).filter((consumer) => routes[consumer].service === name);
  const subscriptions = Object.fromEntries(
    consumers.map((consumer) => [consumer, Object.fromEntries(eventTypes.map((type) => [type, handle(consumer)]))]),
  ) as ServiceDefinition<unknown>['subscriptions'];
  return {
    name,
    migrations: effects,
    modules: [],
    subscriptions,
    timers: {},
    announce: async () => undefined,
    ...more,
  };
}

/** Fast failures, no polling by the ticker: tests say when time passes. */
export const testOptions = {
  delivery: { attempts: 3, backoffMs: 20 },
  ticker: { everyMs: 0 },
} as const;

export function start(
  database: Database<unknown>,
  queue: QueueConfig,
  definition: ServiceDefinition<unknown>,
  options: MessagingParts<unknown>['options'] = {},
): Promise<Messaging> {
  return startMessaging({
    definition,
    database,
    queue,
    log: silent,
    clock: 'shared',
    options: { ...testOptions, ...options },
  });
}

/** Runs the tests on both backends of the queue; each gets queues of its own by the database or a prefix. */
export function onBothBackends(body: (queueOf: (db: TestDatabase) => QueueConfig) => void): void {
  describe('on PostgreSQL', () => {
    body((db) => db.queue);
  });
  const url = process.env.TEST_REDIS_URL;
  if (url) {
    describe('on Redis', () => {
      body((db) => ({ kind: 'redis', url, prefix: `annex-${new URL(db.url).pathname.slice(1)}` }));
    });
  } else {
    describe('on Redis', () => {
      it.skip('skipped: TEST_REDIS_URL is not set and no redis-server is on the PATH', () => undefined);
    });
  }
}

/** Loses the whole queue, as an emptied Redis or a dropped schema would. */
export async function loseQueue(queue: QueueConfig, db: TestDatabase): Promise<number> {
  if (queue.kind === 'postgres') {
    return db.admin(async (client) => {
      const gone = await client.query(`delete from ${queueSchema}.job`);
      await client.query(`delete from ${queueSchema}.meta; delete from ${queueSchema}.event`);
      return gone.rowCount ?? 0;
    });
  }
  const redis = new Redis(queue.url);
  const keys = await redis.keys(`${queue.prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  await redis.quit();
  return keys.length;
}

/** BullMQ's own queue of a consumer, to put things into it that no relay would. */
export function rawQueue(queue: QueueConfig, consumer: ConsumerName): Queue {
  if (queue.kind === 'redis') return new Queue(consumer, { connection: { url: queue.url }, prefix: queue.prefix });
  return new Queue(
    consumer,
    { connection: { connectionString: queue.connectionString, schema: queue.schema, max: 2 } },
    createPostgresBackend as never,
  ) as unknown as Queue;
}

/** One row of `annex.controls.isms.changed.v1`. */
export function ismsChanged(name = 'Head office'): EventData<'annex.controls.isms.changed.v1'> {
  return { rows: [{ id: uuidv7(), version: 1, name, status: 'OPERATING' }] };
}

export const ismsType = 'annex.controls.isms.changed.v1' satisfies EventType;

/** Records `count` events in one transaction. */
export async function record(database: Database<unknown>, tenant: string, count = 1, name?: string): Promise<void> {
  await database.write(systemScope(database.service, tenant), async (tx) => {
    for (let n = 0; n < count; n++) tx.record(ismsType, ismsChanged(name));
  });
}

/** How often each event had its effect, by event id. */
export async function effectsOf(db: TestDatabase, service: ServiceName, tenant: string): Promise<Map<string, number>> {
  return db.admin(async (client) => {
    const { rows } = await client.query<{ key: string; n: string }>(
      `select consumer || ' ' || event_id as key, count(*) as n from ${service}.effect where tenant_id = $1 group by 1`,
      [tenant],
    );
    return new Map(rows.map((row) => [row.key, Number(row.n)]));
  });
}

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `check` holds. */
export async function until(what: string, check: () => Promise<boolean> | boolean, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Not within ${ms} ms: ${what}`);
    await wait(20);
  }
}
