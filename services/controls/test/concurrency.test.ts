import type { AnnexEvent, EventRow } from '@annex/schema';
import { type Database, newId, type Scope } from '@annex/service';
import type { ControlsDatabase } from '../src/database.ts';
import { linkMeasure } from '../src/link/link.operations.ts';
import { attainmentChanged, measureChanged } from '../src/measure/measure.operations.ts';
import { findStrengths, strengthInputs } from '../src/strength/strength.store.ts';
import { strengthOf } from '../src/strength/strength.ts';
import { attainmentRow, type Scenario, startScenario } from './scenario.ts';

/** Hundreds of transactions each, on whatever machine this is. */
const patience = 240_000;

let scenario: Scenario;
let database: Database<ControlsDatabase>;
let scope: Scope;
let ismsId: string;

beforeAll(async () => {
  scenario = await startScenario();
  database = scenario.test.connect<ControlsDatabase>('controls', { poolSize: 8 });
  scope = scenario.test.scope();
  ismsId = await scenario.createIsms();
});
afterAll(() => scenario?.close());

const told = (...rows: EventRow<'annex.evidence.attainment.changed.v1'>[]) =>
  ({ data: { rows } }) as unknown as AnnexEvent<'annex.evidence.attainment.changed.v1'>;
const hear = (...rows: EventRow<'annex.evidence.attainment.changed.v1'>[]) =>
  database.write(scope, (tx) => attainmentChanged(tx, told(...rows)));

/** What is kept of the implementations, and what comes out when everything is computed anew. */
const keptAndRecomputed = (ids: readonly string[]) =>
  database.read(scope, async (tx) => {
    const kept = new Map((await findStrengths(tx, ids)).map((row) => [row.id, row]));
    return (await strengthInputs(tx, ids)).map(({ implementation, facts }) => {
      const { verified, claimed, verification } = strengthOf(facts);
      const row = kept.get(implementation.id);
      return {
        kept: { verified: row?.verified, claimed: row?.claimed, verification: row?.verification },
        anew: { verified, claimed, verification },
      };
    });
  });

async function expectEqual(ids: readonly string[]) {
  const found = await keptAndRecomputed(ids);
  expect(found).toHaveLength(ids.length);
  for (const { kept, anew } of found) expect(kept).toEqual(anew);
}

it(
  'is right when news of two measures of one implementation is handled side by side, 50 times',
  async () => {
    const id = await scenario.implement({ ismsId });
    const [one, other] = [newId(), newId()];
    await scenario.assess(id, 1);
    await scenario.link(id, one);
    await scenario.link(id, other);
    for (let round = 1; round <= 50; round++) {
      const [a, b] = [(round % 10) / 10, ((round * 7) % 10) / 10];
      await Promise.all([
        hear(attainmentRow(ismsId, one, a, { version: round })),
        hear(attainmentRow(ismsId, other, b, { version: round })),
      ]);
      const [result] = await keptAndRecomputed([id]);
      expect(result?.kept.verified).toBeCloseTo((a + b) / 2, 9);
      expect(result?.kept).toEqual(result?.anew);
    }
  },
  patience,
);

it(
  'is right when a measure is linked while the first news of it is handled, 50 times',
  async () => {
    const ids: string[] = [];
    for (let round = 1; round <= 50; round++) {
      const id = await scenario.implement({ ismsId });
      const measureId = newId();
      await scenario.assess(id, 1);
      await Promise.all([
        database.write(scope, (tx) => linkMeasure(tx, { implementationId: id, measureId })),
        hear(attainmentRow(ismsId, measureId, 0.6)),
      ]);
      ids.push(id);
    }
    await expectEqual(ids);
    for (const { kept } of await keptAndRecomputed(ids)) expect(kept.verified).toBe(0.6);
  },
  patience,
);

it(
  'never leaves a link to a measure that was deleted meanwhile counting, 30 times',
  async () => {
    const ids: string[] = [];
    for (let round = 1; round <= 30; round++) {
      const id = await scenario.implement({ ismsId });
      const measureId = newId();
      await scenario.assess(id, 1);
      await hear(attainmentRow(ismsId, measureId, 1));
      const gone = {
        id: measureId,
        ismsId,
        version: 2,
        deleted: true,
        reference: 'M-1',
        title: 'm',
        unit: '',
        worst: 1,
        target: 0,
      };
      await Promise.allSettled([
        database.write(scope, (tx) => linkMeasure(tx, { implementationId: id, measureId })),
        database.write(scope, (tx) =>
          measureChanged(tx, { data: { rows: [gone] } } as unknown as AnnexEvent<'annex.evidence.measure.changed.v1'>),
        ),
      ]);
      ids.push(id);
    }
    await expectEqual(ids);
    for (const { kept } of await keptAndRecomputed(ids)) expect(kept.verified).toBe(0);
  },
  patience,
);

it(
  'is right when many events about many shared measures are handled side by side, in any order',
  async () => {
    const measures = Array.from({ length: 6 }, newId);
    const ids: string[] = [];
    for (let index = 0; index < 8; index++) {
      const id = await scenario.implement({ ismsId });
      await scenario.assess(id, 1);
      for (const [at, measureId] of measures.entries()) {
        if ((index + at) % 2 === 0)
          await scenario.link(id, measureId, { weight: at + 1, standing: at === 4 ? 'KEY' : 'ORDINARY' });
      }
      ids.push(id);
    }
    const rows = measures.flatMap((measureId, at) =>
      Array.from({ length: 8 }, (_, version) =>
        attainmentRow(ismsId, measureId, ((at + version) % 5) / 4, { version: version + 1 }),
      ),
    );
    const shuffled = rows.map((row, index) => ({ row, key: (index * 37) % 101 })).sort((a, b) => a.key - b.key);
    const batches = Array.from({ length: 12 }, (_, batch) =>
      shuffled.filter((__, index) => index % 12 === batch).map(({ row }) => row),
    );
    await Promise.all(batches.map((batch) => hear(...batch)));
    await expectEqual(ids);
  },
  patience,
);
