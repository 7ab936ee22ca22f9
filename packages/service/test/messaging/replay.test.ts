import {
  allIdle,
  type Messaging,
  openQueues,
  type QueueConfig,
  replay,
  requestResync,
  resendRange,
  sweep,
} from '../../src/messaging/index.ts';
import { messagingMetrics } from '../../src/messaging/metrics.ts';
import { startRelay } from '../../src/messaging/relay.ts';
import { systemScope } from '../../src/scope.ts';
import { silent, type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import {
  definitionOf,
  effectsOf,
  type Handle,
  ismsChanged,
  ismsType,
  loseQueue,
  onBothBackends,
  record,
  services,
  start,
  until,
} from './harness.ts';

const unpublished = (db: TestDatabase) =>
  db.admin(async (client) => {
    const { rows } = await client.query<{ n: string }>(
      'select count(*) as n from controls.outbox where published_at is null',
    );
    return Number(rows[0]?.n);
  });

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

  it('loses nothing when the whole queue is lost: replay sends it all again, and what was handled is not handled twice', async () => {
    const controls = db.connect('controls');
    const risk = db.connect('risk');
    // First, twenty events that risk handles.
    const sender = await start(controls, queue, definitionOf('controls'));
    const receiver = await start(risk, queue, definitionOf('risk'));
    await record(controls, db.tenants[0], 20);
    await allIdle([sender, receiver]);
    // Then thirty that are in the queue when it is lost, from under a relay that believes them to be there.
    await receiver.stop();
    await record(controls, db.tenants[0], 30);
    await until('in the queue', async () => (await unpublished(db)) === 0);
    expect(await loseQueue(queue, db)).toBeGreaterThan(0);
    const next = await start(risk, queue, definitionOf('risk'));
    running.push(sender, next);
    await allIdle([sender, next]);
    expect((await effectsOf(db, 'risk', db.tenants[0])).size).toBe(20);

    expect(await replay(controls)).toBe(50);
    await allIdle([sender, next]);
    expect([...(await effectsOf(db, 'risk', db.tenants[0])).values()]).toEqual(Array.from({ length: 50 }, () => 1));
  });

  it('replays one tenant, or what is young enough, and never beyond the retention', async () => {
    const controls = db.connect('controls');
    const queues = await openQueues(queue, silent);
    const relay = startRelay({
      database: controls,
      queues,
      log: silent,
      metrics: messagingMetrics('controls', undefined),
    });
    for (const tenant of db.tenants) await record(controls, tenant, 10);
    await until('published', async () => (await unpublished(db)) === 0);
    await relay.stop();
    await db.admin((client) =>
      client.query(`update controls.outbox set recorded_at = recorded_at - interval '10 days' where sequence <= 4;
                    update controls.outbox set recorded_at = recorded_at - interval '100 days' where sequence <= 1`),
    );
    expect(await replay(controls, { tenant: db.tenants[0], since: new Date(Date.now() - 86_400_000) })).toBe(6);
    expect(await replay(controls, { tenant: db.tenants[0], since: new Date(0) })).toBe(3);
    expect(await replay(controls)).toBe(9);
    await queues.close();
  });

  it('sends a run of sequences once more, to the consumer that asked', async () => {
    const controls = db.connect('controls');
    const sender = await start(controls, queue, definitionOf('controls'), { relay: { inFlightPerTenant: 10_000 } });
    running.push(sender);
    await record(controls, db.tenants[0], 500);
    await until('published', async () => (await unpublished(db)) === 0);
    await loseQueue(queue, db);
    await controls.write(systemScope('controls', db.tenants[0]), async (tx) => {
      await resendRange(tx, { consumer: 'risk', from: 3, to: 450 });
      await resendRange(tx, { consumer: 'nobody', from: 1, to: 500 });
    });
    await sender.ticker.tick();
    const heard: number[] = [];
    const hear: Handle = async (_tx, event) => void heard.push((event as unknown as { sequence: number }).sequence);
    const receiver = await start(
      db.connect('risk'),
      queue,
      definitionOf('risk', () => hear),
    );
    running.push(receiver);
    await receiver.idle();
    expect(heard.sort((a, b) => a - b)).toEqual(Array.from({ length: 448 }, (_, n) => n + 3));
    const queues = await openQueues(queue, silent);
    expect(await queues.pending('evidence')).toBe(0);
    await queues.close();
  });

  it('announces the present state of a tenant when asked to', async () => {
    const controls = db.connect('controls');
    const announced: string[] = [];
    const definition = definitionOf('controls', undefined, {
      announce: async (tx) => {
        announced.push(tx.tenant);
        tx.record(ismsType, ismsChanged());
      },
    });
    const sender = await start(controls, queue, definition);
    const receiver = await start(db.connect('risk'), queue, definitionOf('risk'));
    running.push(sender, receiver);
    await controls.write(systemScope('controls', db.tenants[1]), (tx) => requestResync(tx));
    expect(await sender.ticker.tick()).toBe(1);
    await allIdle([sender, receiver]);
    expect(announced).toEqual([db.tenants[1]]);
    expect((await effectsOf(db, 'risk', db.tenants[1])).size).toBe(1);
  });

  it('sweeps what is older than the retention, remembering what was handled longer than what can be sent again', async () => {
    const controls = db.connect('controls');
    const sender = await start(controls, queue, definitionOf('controls'));
    const receiver = await start(db.connect('risk'), queue, definitionOf('risk'));
    running.push(sender, receiver);
    await record(controls, db.tenants[0], 10);
    await allIdle([sender, receiver]);
    await db.admin((client) =>
      client.query(`update controls.outbox set recorded_at = now() - interval '31 days' where sequence <= 6;
                    update controls.outbox set published_at = null where sequence = 1;
                    update risk.inbox set handled_at = now() - interval '31 days'`),
    );
    await sender.relay.stop();
    await db.admin((client) => client.query('update controls.outbox set published_at = null where sequence = 1'));
    expect(await sweep(controls, 30)).toBe(5);
    expect(await sweep(db.connect('risk'), 30)).toBe(0);
    await db.admin((client) => client.query(`update risk.inbox set handled_at = now() - interval '38 days'`));
    expect(await sweep(db.connect('risk'), 30)).toBe(10);
  });
});
