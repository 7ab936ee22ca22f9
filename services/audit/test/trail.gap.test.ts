import { newId } from '@annex/service';
import { type Auditing, risk, tellIsms } from './auditing.ts';
import { eventOf, source, startTrail } from './trails.ts';

let auditing: Auditing;
let at: Trail['at'];
let arrive: Trail['arrive'];
let trail: Trail['trail'];
let state: Trail['state'];
let requests: Trail['requests'];

type Trail = Awaited<ReturnType<typeof startTrail>>;

beforeAll(async () => {
  ({ auditing, at, arrive, trail, state, requests } = await startTrail());
});
afterAll(() => auditing.close());

describe('a gap', () => {
  it('is asked for when it is 10 s old, again with doubled waits, and is an alarm after five times', async () => {
    const [id] = auditing.test.tenants;
    const emit = (sequence: number) =>
      auditing.emit('annex.risk.risk.changed.v1', { rows: [risk(newId(), 'Medium')] }, { sequence });
    await at('2126-12-01T00:00:00Z');
    // One after the other: were 4 handled before 1, the gap would at first be another one.
    for (const sequence of [1, 4, 6]) {
      await emit(sequence);
      await auditing.settle();
    }
    await at('2126-12-01T00:00:09Z');
    await auditing.settle();
    expect(await requests(id)).toEqual([]);
    await at('2126-12-01T00:00:10Z');
    await auditing.settle();
    expect(await requests(id)).toEqual([{ source, consumer: 'trail', from: 2, to: 3, requestId: expect.any(String) }]);
    // 10 s, then 20, 40, 80, 160 after each other; 320 after the last it is an alarm.
    for (const [second, count] of [
      [29, 1],
      [30, 2],
      [69, 2],
      [70, 3],
      [149, 3],
      [150, 4],
      [309, 4],
      [310, 5],
      [629, 5],
    ] as const) {
      await auditing.test.setClock(new Date(Date.parse('2126-12-01T00:00:00Z') + second * 1000));
      await auditing.settle();
      expect([second, (await requests(id)).length]).toEqual([second, count]);
    }
    expect((await state(id)).alarms).toEqual([]);
    await at('2126-12-01T00:10:30Z');
    await auditing.settle();
    expect((await state(id)).alarms).toMatchObject([{ kind: 'GAP', from: 2, to: 3, status: 'OPEN' }]);
    await at('2126-12-02T00:00:00Z');
    await auditing.settle();
    expect(await requests(id)).toHaveLength(5);

    // It closes late after all: the alarm is over, and the next gap is watched from then on.
    await emit(2);
    await emit(3);
    await auditing.settle();
    expect(await state(id)).toMatchObject({
      heads: expect.arrayContaining([expect.objectContaining({ source, sequence: 4, missing: { from: 5, to: 5 } })]),
      alarms: [{ kind: 'GAP', status: 'RESOLVED', resolvedAt: '2126-12-02T00:00:00.000Z' }],
    });
    for (const moment of ['2126-12-02T00:00:10Z', '2126-12-02T00:00:20Z']) {
      await at(moment);
      await auditing.settle();
    }
    expect((await requests(id)).at(-1)).toMatchObject({ from: 5, to: 5 });
    expect((await state(id, '2126-12-01T12:00:00Z')).alarms).toMatchObject([{ status: 'OPEN' }]);
  });

  it('that has moved on when it falls due is a younger one', async () => {
    const id = newId();
    await at('2126-12-03T00:00:00Z');
    for (const sequence of [2, 4]) await arrive(id, eventOf(id, sequence));
    await at('2126-12-03T00:00:08Z');
    await arrive(id, eventOf(id, 1));
    await at('2126-12-03T00:00:10Z');
    await auditing.settle();
    expect(await requests(id)).toEqual([]);
    await at('2126-12-03T00:00:20Z');
    await auditing.settle();
    expect(await requests(id)).toMatchObject([{ from: 3, to: 3 }]);
  });

  it('in audit’s own events is answered by audit itself', async () => {
    const [, other] = auditing.test.tenants;
    await tellIsms(auditing, other);
    const before = (await trail(other, { source: '/annex/audit' })).entries;
    expect(before.length).toBeGreaterThan(1);
    // Everything of the trail is lost, and then only the last event comes.
    await auditing.test.admin(async (client) => {
      await client.query(`delete from audit.trail where tenant_id = $1`, [other]);
      await client.query(`delete from audit.trail_head where tenant_id = $1`, [other]);
      await client.query(`delete from audit.inbox where tenant_id = $1 and consumer = 'trail'`, [other]);
    });
    await at('2126-12-04T00:00:00Z');
    await arrive(other, before.at(-1)?.bytes ?? '');
    await at('2126-12-04T00:00:10Z');
    await auditing.settle();
    const after = (await trail(other, { source: '/annex/audit' })).entries;
    expect(after.slice(0, before.length).map((entry) => entry.bytes)).toEqual(before.map((entry) => entry.bytes));
    expect(after.at(-1)?.type).toBe('annex.audit.resend.requested.v1');
  });
});
