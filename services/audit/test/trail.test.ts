import { eventTypes } from '@annex/schema';
import { newId, systemScope } from '@annex/service';
import fc from 'fast-check';
import { leafHash } from '../src/trail/trail.ts';
import { type Auditing, tellIsms } from './auditing.ts';
import { eventOf, source, startTrail } from './trails.ts';

let auditing: Auditing;
let calls: Trail['calls'];
let at: Trail['at'];
let arrive: Trail['arrive'];
let trail: Trail['trail'];
let state: Trail['state'];

type Trail = Awaited<ReturnType<typeof startTrail>>;

beforeAll(async () => {
  ({ auditing, calls, at, arrive, trail, state } = await startTrail());
});
afterAll(() => auditing.close());

describe('the trail', () => {
  it('keeps the exact bytes, with their leaf hash and what the event says', async () => {
    const id = newId();
    const raw = eventOf(id, 1);
    await arrive(id, raw);
    const { entries } = await trail(id);
    expect(entries).toEqual([
      {
        sequence: 1,
        eventId: (JSON.parse(raw) as { id: string }).id,
        type: 'annex.risk.risk.changed.v1',
        time: '2026-11-24T09:00:00.000Z',
        actor: 'person:0190aaaa-0000-7000-8000-000000000001',
        leafHash: leafHash(Buffer.from(raw)).toString('hex'),
        bytes: raw,
        recordedAt: expect.any(String),
      },
    ]);
  });

  it('is the same whatever the order of arrival and however often each event comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }).chain((n) => {
          const numbers = Array.from({ length: n }, (_, index) => index + 1);
          return fc
            .array(fc.constantFrom(...numbers), { maxLength: 15 })
            .chain((repeats) => fc.shuffledSubarray([...numbers, ...repeats], { minLength: n + repeats.length }));
        }),
        async (order) => {
          const id = newId();
          const raws = new Map(order.map((sequence) => [sequence, eventOf(id, sequence)]));
          for (const sequence of order) await arrive(id, raws.get(sequence) ?? '');
          const { entries } = await trail(id);
          const expected = [...raws].sort(([a], [b]) => a - b);
          expect(entries.map((entry) => [entry.sequence, entry.bytes])).toEqual(expected);
          expect(await state(id)).toMatchObject({
            heads: [{ sequence: expected.length, parked: 0, missing: null }],
            alarms: [],
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is the same when events arrive side by side', async () => {
    const id = newId();
    const raws = Array.from({ length: 60 }, (_, index) => eventOf(id, index + 1));
    const order = [...raws, ...raws.slice(0, 20)].sort(() => Math.random() - 0.5);
    await Promise.all(order.map((raw) => arrive(id, raw)));
    expect((await trail(id)).entries.map((entry) => entry.bytes)).toEqual(raws);
    expect(await state(id)).toMatchObject({ heads: [{ sequence: 60, parked: 0 }], alarms: [] });
  });

  it('takes a long parked run over when the gap before it closes', async () => {
    const id = newId();
    for (let sequence = 2; sequence <= 1203; sequence += 1) {
      if (sequence !== 1202) await arrive(id, eventOf(id, sequence));
    }
    expect(await state(id)).toMatchObject({
      heads: [{ sequence: 0, parked: 1201, missing: { from: 1, to: 1 }, recordedAt: null }],
    });
    await arrive(id, eventOf(id, 1));
    expect(await state(id)).toMatchObject({
      heads: [{ sequence: 1201, parked: 1, missing: { from: 1202, to: 1202 } }],
    });
  });

  it('is read in pages, forward and from a sequence on', async () => {
    const id = newId();
    for (let sequence = 1; sequence <= 7; sequence++) await arrive(id, eventOf(id, sequence));
    const first = await trail(id, { args: 'first: 3' });
    expect(first.entries.map((entry) => entry.sequence)).toEqual([1, 2, 3]);
    const second = await trail(id, { args: `first: 3, after: "${first.pageInfo.endCursor}"` });
    expect(second.entries.map((entry) => entry.sequence)).toEqual([4, 5, 6]);
    expect((await trail(id, { args: 'afterSequence: 5' })).entries.map((entry) => entry.sequence)).toEqual([6, 7]);
    expect((await trail(id, { args: 'last: 2' })).entries.map((entry) => entry.sequence)).toEqual([6, 7]);
  });

  it('answers for a past moment without a hole, parked events and gap included', async () => {
    const id = newId();
    await at('2026-11-24T09:00:00Z');
    await arrive(id, eventOf(id, 1));
    await at('2026-11-24T09:00:05Z');
    await arrive(id, eventOf(id, 3));
    await at('2026-11-24T09:00:09Z');
    await arrive(id, eventOf(id, 2));
    const sequences = async (moment: string) =>
      (await trail(id, { asOf: moment })).entries.map((entry) => entry.sequence);
    expect(await sequences('2026-11-24T08:59:59Z')).toEqual([]);
    expect(await sequences('2026-11-24T09:00:07Z')).toEqual([1]);
    expect(await sequences('2026-11-24T09:00:09Z')).toEqual([1, 2, 3]);
    expect((await state(id, '2026-11-24T08:59:59Z')).heads).toEqual([]);
    expect((await state(id, '2026-11-24T09:00:07Z')).heads).toMatchObject([
      { sequence: 1, parked: 1, missing: { from: 2, to: 2 } },
    ]);
    expect((await state(id, '2026-11-24T09:00:10Z')).heads).toMatchObject([{ sequence: 3, parked: 0, missing: null }]);
  });

  it('can be added to by the service, and neither changed nor deleted', async () => {
    const id = newId();
    await arrive(id, eventOf(id, 1));
    const { database } = auditing.service;
    const write = (text: string) => database.write(systemScope('audit', id), (tx) => tx.query(text));
    await expect(write(`update trail set type = 'forged'`)).rejects.toThrow(/permission denied/);
    await expect(write('delete from trail')).rejects.toThrow(/permission denied/);
    await expect(write('truncate trail')).rejects.toThrow(/permission denied/);
    expect((await trail(id)).entries).toHaveLength(1);
  });

  it('holds audit’s own events too, and has a handler for every type', async () => {
    await tellIsms(auditing);
    const own = await trail(auditing.test.tenants[0], { source: '/annex/audit' });
    expect(own.entries.map((entry) => entry.type)).toContain('annex.audit.conformity.changed.v1');
    expect(own.entries.map((entry) => entry.sequence)).toEqual(own.entries.map((_, index) => index + 1));
    expect(Object.keys(auditing.service.definition.subscriptions.trail ?? {}).sort()).toEqual([...eventTypes].sort());
  });
});

describe('another event under a number that is taken', () => {
  it.each([
    ['recorded', 1],
    ['parked', 3],
  ])('is an alarm and changes nothing where one is %s', async (_, sequence) => {
    const id = newId();
    const kept = eventOf(id, sequence);
    if (sequence > 1) await arrive(id, eventOf(id, 1));
    await arrive(id, kept);
    calls.length = 0;
    const forged = eventOf(id, sequence, { title: 'forged' });
    await arrive(id, forged);
    await arrive(id, forged);
    expect((await state(id)).alarms).toMatchObject([
      { kind: 'CONFLICT', from: sequence, to: sequence, status: 'OPEN', givenBytes: forged },
    ]);
    // Rung once, though it came twice.
    expect(calls).toMatchObject([{ kind: 'CONFLICT', tenant: id, source, from: sequence }]);
    if (sequence > 1) await arrive(id, eventOf(id, 2));
    expect((await trail(id)).entries.at(-1)?.bytes).toBe(kept);
  });

  it('is an alarm too where the id is known under another number', async () => {
    const id = newId();
    const event = newId();
    await arrive(id, eventOf(id, 1, { id: event }));
    await arrive(id, eventOf(id, 2, { id: event }));
    expect(await state(id)).toMatchObject({ heads: [{ sequence: 1 }], alarms: [{ kind: 'CONFLICT', from: 2 }] });
  });
});
