import { randomUUID } from 'node:crypto';
import { eventFaults } from '@annex/schema';
import { pino } from 'pino';
import type { Database } from '../../src/database/database.ts';
import { messagingMetrics } from '../../src/messaging/metrics.ts';
import { openQueues, type QueueConfig, type Queues } from '../../src/messaging/queue.ts';
import { type Relay, startRelay } from '../../src/messaging/relay.ts';
import { systemScope } from '../../src/scope.ts';
import { silent, type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import {
  definitionOf,
  effectsOf,
  ismsChanged,
  ismsType,
  onBothBackends,
  record,
  services,
  start,
  until,
  wait,
} from './harness.ts';

interface OutboxRow {
  id: string;
  position: string;
  sequence: string | null;
  published: boolean;
  body: string;
}

const outbox = (db: TestDatabase, tenant: string) =>
  db.admin(async (client) => {
    const { rows } = await client.query<OutboxRow>(
      'select id, position, sequence, published_at is not null as published, body from controls.outbox where tenant_id = $1 order by sequence',
      [tenant],
    );
    return rows;
  });

const oneTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

onBothBackends((queueOf) => {
  let db: TestDatabase;
  let queue: QueueConfig;
  let queues: Queues;
  let relays: Relay[];
  const metrics = messagingMetrics('controls', undefined);
  /** A relay that is stopped at the end, also of a test that fails. */
  const relayOf = (database: Database<unknown>, parts: Partial<Parameters<typeof startRelay>[0]> = {}): Relay => {
    const relay = startRelay({ database, queues, log: silent, metrics, ...parts });
    relays.push(relay);
    return relay;
  };

  beforeEach(async () => {
    db = await testDatabase(services);
    queue = queueOf(db);
    queues = await openQueues(queue, silent);
    relays = [];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await queues.close();
    await db.close();
  });

  it('numbers the events of twenty writers at once without gaps, each tenant by itself', async () => {
    const database = db.connect('controls', { poolSize: 12 });
    relayOf(database, { options: { inFlightPerTenant: 100_000 } });
    const committed = [0, 0];
    await Promise.all(
      oneTo(20).map(async (writer) => {
        for (const turn of oneTo(15)) {
          const which = (writer + turn) % 2;
          const count = 1 + (turn % 3);
          const fails = turn % 5 === 0;
          await database
            .write(systemScope('controls', db.tenants[which] ?? ''), async (tx) => {
              for (let n = 0; n < count; n++) tx.record(ismsType, ismsChanged());
              await tx.query('select pg_sleep($1)', [Math.random() * 0.01]);
              if (fails) throw new Error('changed its mind');
            })
            .then(
              () => {
                committed[which] = (committed[which] ?? 0) + count;
              },
              () => undefined,
            );
        }
      }),
    );
    for (const [which, tenant] of db.tenants.entries()) {
      await until('all published', async () => (await outbox(db, tenant)).every((row) => row.published));
      expect((await outbox(db, tenant)).map((row) => Number(row.sequence))).toEqual(oneTo(committed[which] ?? 0));
    }
  });

  it('leaves no gap where a transaction rolled back after its events reached the outbox', async () => {
    const database = db.connect('controls');
    await record(database, db.tenants[0], 2);
    // As an event row that was inserted and never committed: it takes a position, and no sequence.
    await db.admin(async (client) => {
      await client.query(
        `begin; insert into controls.outbox (tenant_id, id, type, body) values ('${db.tenants[0]}', gen_random_uuid(), 'x', 'x'); rollback`,
      );
    });
    await record(database, db.tenants[0], 2);
    relayOf(database);
    await until('all published', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
    const rows = await outbox(db, db.tenants[0]);
    expect(rows.map((row) => Number(row.sequence))).toEqual([1, 2, 3, 4]);
    expect(Number(rows[3]?.position) - Number(rows[0]?.position)).toBe(4);
  });

  it('delivers the exact bytes: the sequence and then what the outbox keeps', async () => {
    const raws: string[] = [];
    const controls = db.connect('controls');
    const risk = db.connect('risk');
    relayOf(controls);
    const messaging = await start(
      risk,
      queue,
      definitionOf('risk', () => async (_tx, _event, raw) => void raws.push(raw)),
    );
    await record(controls, db.tenants[0], 1, 'Ünïcode \u0000 " \\ 𝄞');
    await until('delivered', () => raws.length === 1);
    const [row] = await outbox(db, db.tenants[0]);
    expect(raws[0]).toBe(`{"sequence":1,${row?.body}`);
    expect(eventFaults(JSON.parse(raws[0] ?? ''))).toEqual([]);
    await messaging.stop();
  });

  it('has one relay of several at work; the next takes over, and a process that only writes wakes it by NOTIFY', async () => {
    const [one, two] = [db.connect('controls'), db.connect('controls')];
    // With a poll this rare, whatever arrives soon came by being told.
    const slow = { pollMs: 60_000 };
    const first = relayOf(one, { options: slow });
    await until('the first leads', () => first.leading);
    const second = relayOf(two, { options: { pollMs: 100 } });
    await wait(300);
    expect(second.leading).toBe(false);
    const begun = Date.now();
    await record(two, db.tenants[0]);
    await until(
      'published by the first',
      async () => (await outbox(db, db.tenants[0])).every((row) => row.published),
      5000,
    );
    expect(Date.now() - begun).toBeLessThan(3000);
    await first.stop();
    await until('the second leads', () => second.leading);
    await record(two, db.tenants[0]);
    await until('published by the second', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
  });

  it('goes on after its connection was cut, and another may have the lock meanwhile', async () => {
    const database = db.connect('controls');
    // Told by the log: the moment without the lead may be shorter than a look at it.
    let led = 0;
    const log = pino({}, { write: (line: string) => (led += line.includes('this process leads') ? 1 : 0) });
    const relay = relayOf(database, { log, options: { pollMs: 50 } });
    await until('it leads', () => relay.leading);
    await db.admin((client) =>
      client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())`),
    );
    await until('it leads again', () => led === 2 && relay.leading);
    await record(database, db.tenants[0]);
    await until('published', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
  });

  it('lets a tenant have its share in the queues and no more, while other tenants go on', async () => {
    const controls = db.connect('controls');
    const [crowd, quiet] = db.tenants;
    relayOf(controls, { options: { inFlightPerTenant: 50, pollMs: 50 } });
    await record(controls, crowd, 60);
    await wait(500);
    await record(controls, quiet, 3);
    await until('the quiet tenant is served', async () => (await outbox(db, quiet)).every((row) => row.published));
    // Five consumers each event: ten events are fifty jobs.
    const published = (await outbox(db, crowd)).filter((row) => row.published);
    expect(published.map((row) => Number(row.sequence))).toEqual(oneTo(10));
    for (const consumer of ['evidence', 'audit', 'trail', 'integrations', 'risk'] as const) {
      queues.work(consumer, 8, async () => undefined);
    }
    await until('everything went out once there was room', async () =>
      (await outbox(db, crowd)).every((row) => row.published),
    );
  });

  it('makes duplicates and loses nothing when it dies between adding the jobs and marking them', async () => {
    const controls = db.connect('controls');
    let deaths = 0;
    const dying: Queues = {
      ...queues,
      async add(consumer, events) {
        await queues.add(consumer, events);
        if (consumer === 'risk' && deaths < 3) {
          deaths++;
          // Long enough for the consumer to have handled it, so that the next adding is a duplicate.
          await wait(200);
          throw new Error('the connection went away after the jobs arrived');
        }
      },
    };
    relayOf(controls, { queues: dying, options: { pollMs: 50 } });
    const messaging = await start(db.connect('risk'), queue, definitionOf('risk'));
    await record(controls, db.tenants[0], 20);
    await until('published', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
    await messaging.idle();
    const effects = await effectsOf(db, 'risk', db.tenants[0]);
    expect(deaths).toBe(3);
    expect([...effects.values()]).toEqual(oneTo(20).map(() => 1));
    await messaging.stop();
  });

  describe('before those who come after others', () => {
    /** Queues in whose process it is quiet when the test says so. */
    const untilSaid = () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      return { restless: { ...queues, quiet: () => promise } satisfies Queues, say: resolve };
    };
    /** Queues that cannot be reached by what is for the integrations, three times. */
    const refusingThrice = (reached: Queues) => {
      let asked = 0;
      const refusing: Queues = {
        ...reached,
        async add(consumer, events) {
          if (consumer === 'integrations' && asked++ < 3) throw new Error('the queue is away');
          await queues.add(consumer, events);
        },
      };
      return { refusing, attempts: () => asked };
    };
    const published = async () => (await outbox(db, db.tenants[0])).filter((row) => row.published).length;
    const pending = () => Promise.all((['risk', 'trail', 'integrations'] as const).map(queues.pending));

    it('serves at once whom somebody waits for, and the others together when there is quiet, in order', async () => {
      const controls = db.connect('controls');
      const { restless, say } = untilSaid();
      const added: number[] = [];
      const watched: Queues = {
        ...restless,
        async add(consumer, events) {
          await queues.add(consumer, events);
          if (consumer === 'trail') added.push(...events.map(({ event }) => JSON.parse(event).sequence));
        },
      };
      relayOf(controls, { queues: watched });
      for (const turn of oneTo(3)) {
        await record(controls, db.tenants[0]);
        await until('sent to risk', async () => (await queues.pending('risk')) === turn);
      }
      expect(await pending()).toEqual([3, 0, 0]);
      expect(await published()).toBe(0);
      say();
      await until('published', async () => (await published()) === 3);
      expect(await pending()).toEqual([3, 3, 3]);
      expect(added).toEqual([1, 2, 3]);
    });

    it('does not wait for quiet with much to send', async () => {
      const controls = db.connect('controls');
      const { restless } = untilSaid();
      relayOf(controls, { queues: restless, options: { batch: 20 } });
      await record(controls, db.tenants[0], 20);
      await until('published', async () => (await published()) === 20);
      expect(await pending()).toEqual([20, 20, 20]);
    });

    it('sends what it kept of many tenants', async () => {
      const controls = db.connect('controls');
      const { restless, say } = untilSaid();
      relayOf(controls, { queues: restless });
      await Promise.all(oneTo(40).map(() => record(controls, randomUUID())));
      await until('sent to risk', async () => (await queues.pending('risk')) === 40);
      expect(await pending()).toEqual([40, 0, 0]);
      say();
      await until('sent to all', async () => (await pending()).join() === '40,40,40');
    });

    it('sends what it kept when it stops', async () => {
      const controls = db.connect('controls');
      const { restless } = untilSaid();
      const relay = relayOf(controls, { queues: restless });
      await record(controls, db.tenants[0], 2);
      await until('sent to risk', async () => (await queues.pending('risk')) === 2);
      await relay.stop();
      expect(await published()).toBe(2);
      expect(await pending()).toEqual([2, 2, 2]);
    });

    it('leaves to the next what it kept when it could not send it on, and tries again itself', async () => {
      const controls = db.connect('controls');
      const { restless, say } = untilSaid();
      const { refusing, attempts } = refusingThrice(restless);
      relayOf(controls, { queues: refusing, options: { pollMs: 50 } });
      await record(controls, db.tenants[0]);
      await until('sent to risk', async () => (await queues.pending('risk')) === 1);
      say();
      await until('refused', () => attempts() > 0);
      await record(controls, db.tenants[0]);
      await until('published', async () => (await published()) === 2);
      expect(attempts()).toBeGreaterThan(3);
      expect(await pending()).toEqual([2, 2, 2]);
    });

    it('tries again what it had too much of to keep, and could not send', async () => {
      const controls = db.connect('controls');
      const { refusing } = refusingThrice(queues);
      relayOf(controls, { queues: refusing, options: { batch: 20, pollMs: 50 } });
      await record(controls, db.tenants[0], 20);
      await until('published', async () => (await published()) === 20);
      expect(await pending()).toEqual([20, 20, 20]);
    });

    it('sends events again that a replay takes back while others are kept', async () => {
      const controls = db.connect('controls');
      const { restless, say } = untilSaid();
      let served: Queues = queues;
      relayOf(controls, { queues: { ...queues, quiet: () => served.quiet() }, options: { pollMs: 50 } });
      await record(controls, db.tenants[0]);
      await until('published', async () => (await published()) === 1);
      served = restless;
      await record(controls, db.tenants[0]);
      await until('sent to risk', async () => (await queues.pending('risk')) === 2);
      await db.admin((client) => client.query('update controls.outbox set published_at = null where sequence = 1'));
      say();
      await until('both published', async () => (await published()) === 2);
    });
  });
});
