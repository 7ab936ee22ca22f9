import { spawn } from 'node:child_process';
import { Registry } from 'prom-client';
import type { Database } from '../../src/database/database.ts';
import { startConsumer } from '../../src/messaging/consumer.ts';
import {
  allIdle,
  listDeadLetters,
  type Messaging,
  openQueues,
  type QueueConfig,
  retryDeadLetter,
  retryDeadLetters,
  startMessaging,
} from '../../src/messaging/index.ts';
import { messagingMetrics } from '../../src/messaging/metrics.ts';
import { systemScope } from '../../src/scope.ts';
import { silent, type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import {
  definitionOf,
  effect,
  effectsOf,
  type Handle,
  ismsChanged,
  ismsType,
  onBothBackends,
  rawQueue,
  record,
  services,
  start,
  testOptions,
  until,
  wait,
} from './harness.ts';

const ones = (n: number) => Array.from({ length: n }, () => 1);

const letters = (db: TestDatabase, tenant: string, unresolved = false) =>
  db
    .connect('risk', { poolSize: 1 })
    .read(systemScope('risk', tenant), (tx) => listDeadLetters(tx, { limit: 50, unresolved }));

onBothBackends((queueOf) => {
  let db: TestDatabase;
  let queue: QueueConfig;
  let running: Messaging[];

  beforeEach(async () => {
    db = await testDatabase(services);
    queue = queueOf(db);
    running = [];
  });
  afterEach(async () => {
    for (const messaging of running) await messaging.stop();
    await db.close();
  });

  /** Controls says things, risk hears them. */
  const pair = async (handle: Handle = effect('risk')) => {
    const controls = db.connect('controls');
    const risk = db.connect('risk');
    const sender = await start(controls, queue, definitionOf('controls'));
    const receiver = await start(
      risk,
      queue,
      definitionOf('risk', () => handle),
    );
    running.push(sender, receiver);
    return { controls, risk, sender, receiver };
  };

  const quiet = async () => {
    for (let round = 0; round < 2; round++) for (const messaging of running) await messaging.idle();
  };

  it('gives every event one effect, however often and however close together it is delivered', async () => {
    let handled = 0;
    const { controls } = await pair(async (tx, event, raw) => {
      handled++;
      await effect('risk')(tx, event, raw);
      await tx.query('select pg_sleep(0.005)');
    });
    await record(controls, db.tenants[0], 30);
    await quiet();
    const events = await db.admin(async (client) => {
      const { rows } = await client.query<{ id: string; event: string }>(
        `select id, '{"sequence":' || sequence || ',' || body as event from controls.outbox`,
      );
      return rows;
    });
    await db.admin((client) => client.query('truncate risk.inbox; truncate risk.effect'));
    handled = 0;
    // Under different job ids, so that the copies are in hand at the same time.
    const raw = rawQueue(queue, 'risk');
    await raw.addBulk(
      [1, 2, 3, 4].flatMap((copy) =>
        events.map(({ id, event }) => ({
          name: ismsType,
          data: { tenant: db.tenants[0], id, type: ismsType, event },
          opts: { jobId: `${id}-${copy}`, removeOnComplete: true, removeOnFail: true },
        })),
      ),
    );
    await raw.close();
    await quiet();
    expect([...(await effectsOf(db, 'risk', db.tenants[0])).values()]).toEqual(ones(30));
    expect(handled).toBe(30);
  });

  it('tries again what failed, and one success is one effect', async () => {
    const tries = new Map<string, number>();
    const { controls } = await pair(async (tx, event, raw) => {
      await effect('risk')(tx, event, raw);
      const count = (tries.get(event.id) ?? 0) + 1;
      tries.set(event.id, count);
      if (count < 3) throw new Error('not yet');
    });
    await record(controls, db.tenants[0], 5);
    await quiet();
    expect([...tries.values()]).toEqual([3, 3, 3, 3, 3]);
    expect([...(await effectsOf(db, 'risk', db.tenants[0])).values()]).toEqual(ones(5));
    expect(await letters(db, db.tenants[0])).toEqual([]);
  });

  it('makes a dead letter of what keeps failing, blocks no other, and handles it when asked again', async () => {
    let broken = true;
    const { controls, risk, receiver } = await pair(async (tx, event, raw) => {
      const rows = (event.data as { rows: { name: string }[] }).rows;
      if (broken && rows[0]?.name === 'bad') throw new Error('it cannot be added up');
      await effect('risk')(tx, event, raw);
    });
    await record(controls, db.tenants[0], 1, 'bad');
    await record(controls, db.tenants[0], 10, 'good');
    await record(controls, db.tenants[0], 1, 'bad');
    await quiet();
    expect((await effectsOf(db, 'risk', db.tenants[0])).size).toBe(10);
    const dead = await letters(db, db.tenants[0]);
    expect(dead).toHaveLength(2);
    expect(dead[0]).toMatchObject({ consumer: 'risk', attempts: 3, retriedAt: null, resolvedAt: null });
    expect(dead[0]?.error).toContain('it cannot be added up');
    expect(await letters(db, db.tenants[1])).toEqual([]);

    // Asked while it is still broken: it fails again, and is the same row.
    await risk.write(systemScope('risk', db.tenants[0]), (tx) => retryDeadLetter(tx, dead[0]?.id ?? ''));
    await receiver.ticker.tick();
    await quiet();
    const again = await letters(db, db.tenants[0]);
    expect(again.map((letter) => letter.attempts).sort()).toEqual([3, 6]);

    broken = false;
    expect(await risk.write(systemScope('risk', db.tenants[0]), (tx) => retryDeadLetters(tx))).toBe(2);
    await receiver.ticker.tick();
    await quiet();
    expect(await letters(db, db.tenants[0], true)).toEqual([]);
    const resolved = await letters(db, db.tenants[0]);
    expect(resolved.every((letter) => letter.retriedAt !== null && letter.resolvedAt !== null)).toBe(true);
    expect([...(await effectsOf(db, 'risk', db.tenants[0])).values()]).toEqual(ones(12));
    expect(await risk.write(systemScope('risk', db.tenants[0]), (tx) => retryDeadLetters(tx))).toBe(0);
  });

  it('makes a dead letter at once of what no attempt can help: not JSON, not its schema, no event of Annex, not its tenant', async () => {
    const { controls } = await pair();
    await record(controls, db.tenants[0], 1);
    await quiet();
    const good = await db.admin(async (client) => {
      const { rows } = await client.query<{ event: string }>(
        `select '{"sequence":1,' || body as event from controls.outbox`,
      );
      return JSON.parse(rows[0]?.event ?? '') as Record<string, unknown>;
    });
    const odd = (n: number) => `01900000-0000-7000-8000-00000000000${n}`;
    const texts = [
      '{ not json',
      JSON.stringify({ ...good, id: odd(1), sequence: 0 }),
      JSON.stringify({ ...good, id: odd(2), data: { rows: [] } }),
      JSON.stringify({ ...good, id: odd(3), type: 'annex.risk.unheard.changed.v1' }),
      JSON.stringify({ ...good, id: odd(4), tenantid: db.tenants[1] }),
      JSON.stringify({ ...good, id: odd(5), hops: 17 }),
    ];
    const raw = rawQueue(queue, 'risk');
    for (const [n, event] of texts.entries()) {
      await raw.add(
        'odd',
        { tenant: db.tenants[0], id: odd(n), type: 'odd', event },
        { jobId: odd(n), attempts: 8, removeOnComplete: true },
      );
    }
    await raw.add('foreign', { something: 'else' }, { jobId: 'foreign', removeOnComplete: true });
    await raw.close();
    await quiet();
    const dead = (await letters(db, db.tenants[0])).sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
    expect(dead.map((letter) => letter.attempts)).toEqual(ones(6));
    expect(dead.map((letter) => letter.error)).toEqual([
      expect.stringContaining('not JSON'),
      expect.stringContaining('/sequence'),
      expect.stringContaining('data/rows'),
      expect.stringContaining('annex.risk.unheard.changed.v1'),
      expect.stringContaining('the outbox'),
      expect.stringContaining('loop between services'),
    ]);
    expect((await effectsOf(db, 'risk', db.tenants[0])).size).toBe(1);
  });

  it('ends a loop of events loudly after sixteen hops', async () => {
    let told = 0;
    const { controls } = await pair(async (tx) => {
      told++;
      tx.record(ismsType, ismsChanged());
    });
    await record(controls, db.tenants[0], 1);
    await until('it ended', async () => (await letters(db, db.tenants[0])).length === 1, 30_000);
    await quiet();
    expect(told).toBe(17);
    const [dead] = await letters(db, db.tenants[0]);
    expect(dead?.error).toContain('taken for a loop');
    const event = JSON.parse(dead?.event ?? '{}') as { hops: number; causationid?: string };
    expect(event.hops).toBe(17);
    expect(event.causationid).toBeDefined();
  });

  it('hands a delivery to the next process within seconds when one is killed with it in hand', async () => {
    const controls = db.connect('controls');
    running.push(await start(controls, queue, definitionOf('controls')));
    const child = spawn(
      process.execPath,
      [`${import.meta.dirname}/frozen.ts`, JSON.stringify(queue), db.urlFor('risk')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await record(controls, db.tenants[0], 1);
    await until('the process has it in hand', () => said.includes('in hand'));
    child.kill('SIGKILL');
    const killed = Date.now();
    running.push(await start(db.connect('risk'), queue, definitionOf('risk')));
    await until('it was handled', async () => (await effectsOf(db, 'risk', db.tenants[0])).size === 1, 25_000);
    expect(Date.now() - killed).toBeLessThan(15_000);
  });

  it('keeps an event whose dead letter cannot be written, and handles it when the database is back', async () => {
    const controls = db.connect('controls');
    running.push(await start(controls, queue, definitionOf('controls')));
    const risk = db.connect('risk');
    let away = true;
    const failing: Database<unknown> = {
      ...risk,
      write: (...asked) => (away ? Promise.reject(new Error('the database is away')) : risk.write(...asked)),
    };
    const queues = await openQueues(queue, silent, { attempts: 2, backoffMs: 10 });
    startConsumer({
      consumer: 'risk',
      handlers: definitionOf('risk').subscriptions.risk ?? {},
      database: failing,
      queues,
      concurrency: 2,
      log: silent,
      metrics: messagingMetrics('risk', undefined),
      buryAgainMs: 50,
    });
    await record(controls, db.tenants[0], 3);
    await wait(2000);
    expect(await queues.pending('risk')).toBe(3);
    away = false;
    await until('handled', async () => (await effectsOf(db, 'risk', db.tenants[0])).size === 3);
    expect(await letters(db, db.tenants[0])).toEqual([]);
    await queues.close();
  });

  it('finishes what it has in hand when it is stopped, and leaves the rest to the next', async () => {
    let begun = 0;
    const controls = db.connect('controls');
    running.push(await start(controls, queue, definitionOf('controls')));
    const slow: Handle = async (tx, event, raw) => {
      begun++;
      await wait(300);
      await effect('risk')(tx, event, raw);
    };
    const first = await start(
      db.connect('risk'),
      queue,
      definitionOf('risk', () => slow),
      { concurrency: 2 },
    );
    await record(controls, db.tenants[0], 6);
    await until('some are in hand', () => begun > 0);
    await first.stop();
    expect((await effectsOf(db, 'risk', db.tenants[0])).size).toBe(begun);
    expect(begun).toBeLessThan(6);
    const next = await start(db.connect('risk'), queue, definitionOf('risk'));
    running.push(next);
    await quiet();
    expect([...(await effectsOf(db, 'risk', db.tenants[0])).values()]).toEqual(ones(6));
  });

  it('lets services of one process share their queues, and the connections under them', async () => {
    const queues = await openQueues(queue, silent, testOptions.delivery);
    const names = ['controls', 'risk', 'audit'] as const;
    const messagings = await Promise.all(
      names.map((name) => {
        const parts = {
          database: db.connect(name),
          queue: queues,
          log: silent,
          clock: 'shared',
          options: testOptions,
        } as const;
        return startMessaging({ ...parts, definition: definitionOf(name) });
      }),
    );
    await record(db.connect('controls'), db.tenants[0], 40);
    await allIdle(messagings);
    expect([...(await effectsOf(db, 'risk', db.tenants[0])).values()]).toEqual(ones(40));
    // audit has two consumers, its projections and the trail.
    expect([...(await effectsOf(db, 'audit', db.tenants[0])).values()]).toEqual(ones(80));
    const connections = await db.admin((client) =>
      client.query(
        `select from pg_stat_activity where application_name = 'annex queue' and datname = current_database()`,
      ),
    );
    expect(connections.rowCount).toBeLessThanOrEqual(5);
    for (const messaging of messagings) await messaging.stop();
    await queues.close();
  });

  it('refuses to start a service that lacks a handler for what it is sent, and counts what it does', async () => {
    const controls = db.connect('controls');
    const risk = db.connect('risk');
    const lacking = { ...definitionOf('risk'), subscriptions: {} };
    await expect(start(risk, queue, lacking)).rejects.toThrow(
      /risk has no handler for .*risk: annex.controls.isms.changed.v1/,
    );
    const metrics = new Registry();
    for (const [database, name] of [
      [controls, 'controls'],
      [risk, 'risk'],
    ] as const) {
      const definition = definitionOf(name);
      running.push(
        await startMessaging({
          definition,
          database,
          queue,
          log: silent,
          clock: 'shared',
          metrics,
          options: testOptions,
        }),
      );
    }
    await record(controls, db.tenants[0], 3);
    await quiet();
    const text = await metrics.metrics();
    expect(text).toContain('annex_events_recorded_total{service="controls"} 3');
    expect(text).toContain('annex_events_published_total{service="controls",consumer="risk"} 3');
    expect(text).toContain('annex_events_handled_total{service="risk",consumer="risk"} 3');
    expect(text).toContain('annex_outbox_lag_seconds{service="controls"}');
  });
});
