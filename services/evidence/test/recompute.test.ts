import fc from 'fast-check';
import { latestMeasurements, measuresQuery, presentSources } from '../src/measure/measure.store.ts';
import { collectOpenFindings, readAttainment } from '../src/measure/measure.ts';
import { day, log, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** What happens to the measures, one after the other and some at once. */
const step = fc.oneof(
  fc.record({
    what: fc.constant('import' as const),
    source: fc.constantFrom('x', 'y', 'z'),
    open: fc.nat(60),
    success: fc.boolean(),
  }),
  fc.record({ what: fc.constant('record' as const), value: fc.integer({ min: -20, max: 120 }), ago: fc.nat(6) }),
  fc.record({
    what: fc.constant('aim' as const),
    target: fc.integer({ min: 0, max: 5 }),
    worst: fc.integer({ min: 6, max: 90 }),
  }),
  fc.record({ what: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 5 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe('what measures say', () => {
  it('is, after any run of changes, what computing everything anew gives', async () => {
    let now = Date.parse('2026-03-01T00:00:00Z');
    await world.at(new Date(now).toISOString());
    const manual = await world.measure({ unit: '%', target: 0, worst: 100, frequency: 'P3D', grace: 'P1D' });
    const collecting = [
      await world.measure({ collector: 'SARIF_OPEN_FINDINGS' }),
      await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['x', 'y'], frequency: 'P4D' }),
    ];
    const doStep = async (one: Step) => {
      if (one.what === 'import') await world.import(one.source, log(one.open, { success: one.success }));
      else if (one.what === 'wait') {
        now += one.days * day;
        await world.at(new Date(now).toISOString());
        await world.settle();
      } else {
        const [name, type, input] =
          one.what === 'record'
            ? [
                'recordMeasurement',
                'RecordMeasurementInput',
                { measureId: manual, value: one.value, measuredAt: new Date(now - one.ago * day) },
              ]
            : [
                'updateMeasure',
                'UpdateMeasureInput',
                { id: one.target % 2 ? manual : collecting[0], target: one.target, worst: one.worst },
              ];
        await world.ask(`mutation($input: ${type}!) { ${name}(input: $input) { measure { id } } }`, {
          input: JSON.parse(JSON.stringify(input)),
        });
      }
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
        async (runs) => {
          for (const run of runs) {
            await Promise.all(run.filter((one) => one.what !== 'wait').map(doStep));
            for (const one of run.filter((other) => other.what === 'wait')) await doStep(one);
          }
          await world.service.database.read(world.test.scope(), async (tx) => {
            const measures = await measuresQuery(tx, world.ismsId).execute();
            const latest = await latestMeasurements(
              tx,
              measures.map((measure) => measure.id),
            );
            const stored = await tx.db.selectFrom('attainment').selectAll().where('tenantId', '=', tx.tenant).execute();
            const sources = await presentSources(tx, world.ismsId);
            for (const measure of measures) {
              const measurement = latest.get(measure.id) ?? null;
              const { nextChange: _, ...anew } = readAttainment(measurement, measure, tx.now);
              expect(stored.find((row) => row.id === measure.id)).toMatchObject(anew);
              const collected =
                measure.collector === 'MANUAL' ? undefined : collectOpenFindings(measure.sources, sources);
              if (collected) expect(measurement).toMatchObject({ value: collected.value, state: collected.state });
            }
          });
          for (const id of [manual, ...collecting]) {
            const told = await world.attainments(id);
            expect(told.map((row) => row.version)).toEqual(told.map((_, at) => at + 1));
          }
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
