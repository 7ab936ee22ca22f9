import { eventFaults } from '@annex/schema';
import { pino } from 'pino';
import { messagingMetrics } from '../../src/messaging/metrics.ts';
import { openQueues, type QueueConfig, type Queues } from '../../src/messaging/queue.ts';
import { startRelay } from '../../src/messaging/relay.ts';
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
  const metrics = messagingMetrics('controls', undefined);

  beforeEach(async () => {
    db = await testDatabase(services);
    queue = queueOf(db);
    queues = await openQueues(queue, silent);
  });
  afterEach(async () => {
    await queues.close();
    await db.close();
  });

  it('numbers the events of twenty writers at once without gaps, each tenant by itself', async () => {
    const database = db.connect('controls', { poolSize: 12 });
    const relay = startRelay({ database, queues, log: silent, metrics, options: { inFlightPerTenant: 100_000 } });
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
    await relay.stop();
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
    const relay = startRelay({ database, queues, log: silent, metrics });
    await until('all published', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
    const rows = await outbox(db, db.tenants[0]);
    expect(rows.map((row) => Number(row.sequence))).toEqual([1, 2, 3, 4]);
    expect(Number(rows[3]?.position) - Number(rows[0]?.position)).toBe(4);
    await relay.stop();
  });

  it('delivers the exact bytes: the sequence and then what the outbox keeps', async () => {
    const raws: string[] = [];
    const controls = db.connect('controls');
    const risk = db.connect('risk');
    const relay = startRelay({ database: controls, queues, log: silent, metrics });
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
    await relay.stop();
  });

  it('has one relay of several at work; the next takes over, and a process that only writes wakes it by NOTIFY', async () => {
    const [one, two] = [db.connect('controls'), db.connect('controls')];
    // With a poll this rare, whatever arrives soon came by being told.
    const slow = { pollMs: 60_000 };
    const first = startRelay({ database: one, queues, log: silent, metrics, options: slow });
    await until('the first leads', () => first.leading);
    const second = startRelay({ database: two, queues, log: silent, metrics, options: { pollMs: 100 } });
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
    await second.stop();
  });

  it('goes on after its connection was cut, and another may have the lock meanwhile', async () => {
    const database = db.connect('controls');
    // Told by the log: the moment without the lead may be shorter than a look at it.
    let led = 0;
    const log = pino({}, { write: (line: string) => (led += line.includes('this process leads') ? 1 : 0) });
    const relay = startRelay({ database, queues, log, metrics, options: { pollMs: 50 } });
    await until('it leads', () => relay.leading);
    await db.admin((client) =>
      client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())`),
    );
    await until('it leads again', () => led === 2 && relay.leading);
    await record(database, db.tenants[0]);
    await until('published', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
    await relay.stop();
  });

  it('lets a tenant have its share in the queues and no more, while other tenants go on', async () => {
    const controls = db.connect('controls');
    const [crowd, quiet] = db.tenants;
    const relay = startRelay({
      database: controls,
      queues,
      log: silent,
      metrics,
      options: { inFlightPerTenant: 50, pollMs: 50 },
    });
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
    await relay.stop();
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
    const relay = startRelay({ database: controls, queues: dying, log: silent, metrics, options: { pollMs: 50 } });
    const messaging = await start(db.connect('risk'), queue, definitionOf('risk'));
    await record(controls, db.tenants[0], 20);
    await until('published', async () => (await outbox(db, db.tenants[0])).every((row) => row.published));
    await messaging.idle();
    const effects = await effectsOf(db, 'risk', db.tenants[0]);
    expect(deaths).toBe(3);
    expect([...effects.values()]).toEqual(oneTo(20).map(() => 1));
    await messaging.stop();
    await relay.stop();
  });
});
