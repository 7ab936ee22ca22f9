import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import type { WriteTx } from '../../src/database/transaction.ts';
import type { Due } from '../../src/definition.ts';
import { schedule, unschedule } from '../../src/messaging/index.ts';
import { messagingMetrics } from '../../src/messaging/metrics.ts';
import { startTicker } from '../../src/messaging/ticker.ts';
import { systemScope } from '../../src/scope.ts';
import { silent, type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import { effectsOf, services } from './harness.ts';

const noon = new Date('2027-03-01T12:00:00Z');
const metrics = messagingMetrics('risk', undefined);

describe('the ticker', () => {
  let db: TestDatabase;
  let risk: Database<unknown>;
  beforeEach(async () => {
    db = await testDatabase(services);
    risk = db.connect('risk', { poolSize: 10 });
    await db.setClock(noon);
  });
  afterEach(() => db.close());

  const ticker = (timers: Record<string, (tx: WriteTx<unknown>, due: Due) => Promise<void>>, everyMs = 0) =>
    startTicker({ database: risk, timers, clock: 'shared', log: silent, metrics, options: { everyMs } });
  const inTenant = <R>(run: (tx: WriteTx<unknown>) => Promise<R>, which: 0 | 1 = 0) =>
    risk.write(systemScope('risk', db.tenants[which]), run);
  const dueRows = () =>
    db.admin(async (client) => (await client.query('select * from risk.due order by tenant_id, subject_id')).rows);

  it('handles each due moment once with two side by side, in the tenant that it belongs to', async () => {
    const handle = async (tx: WriteTx<unknown>, due: Due) => {
      await tx.query('insert into effect (tenant_id, id, event_id, consumer) values ($1, $2, $3, $4)', [
        tx.tenant,
        uuidv7(),
        due.subjectId,
        due.kind,
      ]);
      await tx.query('select pg_sleep(0.002)');
    };
    const subjects = Array.from({ length: 250 }, () => uuidv7());
    for (const which of [0, 1] as const) {
      await inTenant(async (tx) => {
        for (const subject of subjects) await schedule(tx, 'expiry', subject, noon);
      }, which);
    }
    const [one, two] = [ticker({ expiry: handle }), ticker({ expiry: handle })];
    const counts = await Promise.all([one.tick(), two.tick()]);
    // Rows that were in the other's hands when it looked are left to a next look.
    counts.push(await one.tick());
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[1]).toBeGreaterThan(0);
    for (const tenant of db.tenants) {
      const effects = await effectsOf(db, 'risk', tenant);
      expect(effects.size).toBe(250);
      expect([...effects.values()].every((count) => count === 1)).toBe(true);
    }
    expect(await dueRows()).toEqual([]);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('follows business time; a later call moves the moment, another takes it back', async () => {
    const handled: Due[] = [];
    const one = ticker({ review: async (_tx, due) => void handled.push(due) });
    const day = 86_400_000;
    await inTenant(async (tx) => {
      await schedule(tx, 'review', 'a', new Date(noon.getTime() + day));
      await schedule(tx, 'review', 'b', new Date(noon.getTime() + day));
      await schedule(tx, 'review', 'c', new Date(noon.getTime() + day));
      await schedule(tx, 'review', 'b', new Date(noon.getTime() + 3 * day));
      await unschedule(tx, 'review', 'c');
    });
    expect(await one.tick()).toBe(0);
    await db.setClock(new Date(noon.getTime() + 2 * day));
    expect(await one.tick()).toBe(1);
    expect(handled.map((due) => due.subjectId)).toEqual(['a']);
    expect(handled[0]?.dueAt).toEqual(new Date(noon.getTime() + day));
    await db.setClock(new Date(noon.getTime() + 4 * day));
    expect(await one.tick()).toBe(1);
    await one.stop();
  });

  it('keeps what failed for another time and goes on with the rest; nothing of the failed attempt stays', async () => {
    let broken = true;
    const one = ticker({
      review: async (tx, due) => {
        await schedule(tx, 'other', due.subjectId, noon);
        if (broken && due.subjectId === 'b') throw new Error('not today');
      },
    });
    await inTenant(async (tx) => {
      for (const subject of ['a', 'b', 'c']) await schedule(tx, 'review', subject, noon);
    });
    expect(await one.tick()).toBe(2);
    // Kinds that nobody here handles wait for a process that does.
    expect((await dueRows()).map((row) => `${row.kind} ${row.subject_id}`).sort()).toEqual([
      'other a',
      'other c',
      'review b',
    ]);
    const [row] = (await dueRows()).filter((due) => due.kind === 'review');
    expect(row.attempts).toBe(1);
    expect(row.retry_after.getTime()).toBeGreaterThan(Date.now());
    expect(await one.tick()).toBe(0);
    broken = false;
    await db.admin((client) =>
      client.query('update risk.due set retry_after = clock_timestamp() where retry_after is not null'),
    );
    expect(await one.tick()).toBe(1);
    await one.stop();
  });

  it('ends a tick although a handler falls due again at once', async () => {
    let calls = 0;
    const one = ticker({
      again: async (tx, due) => {
        calls++;
        if (calls < 40) await schedule(tx, 'again', due.subjectId, noon);
      },
    });
    await inTenant((tx) => schedule(tx, 'again', 'x', noon));
    expect(await one.tick()).toBe(40);
    expect(await dueRows()).toEqual([]);
    await one.stop();
  });

  it('ticks by itself, and finishes what it has in hand when it is stopped', async () => {
    let begun = false;
    let ended = false;
    const one = ticker(
      {
        slow: async () => {
          begun = true;
          await new Promise((resolve) => setTimeout(resolve, 300));
          ended = true;
        },
      },
      20,
    );
    await inTenant((tx) => schedule(tx, 'slow', 'x', noon));
    for (let waited = 0; !begun && waited < 5000; waited += 10) await new Promise((resolve) => setTimeout(resolve, 10));
    await one.stop();
    expect(ended).toBe(true);
    expect(await dueRows()).toEqual([]);
  });
});
