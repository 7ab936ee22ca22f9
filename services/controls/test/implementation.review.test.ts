import { type Caller, error, lastResult } from './answers.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation {
      version cost { currency once yearly } effortHoursYearly reviewDate } } }`,
    { input },
    caller,
  );
const updateAll = (edits: readonly object[]) =>
  scenario.call(
    'mutation ($input: UpdateImplementationsInput!) { updateImplementations(input: $input) { changed implementations { version cost { currency once yearly } effortHoursYearly reviewDate } } }',
    { input: { edits } },
  );
const after = (answer: Awaited<ReturnType<typeof update>>) => {
  expect(answer.errors).toBeUndefined();
  return (answer.data as { updateImplementation: { implementation: object } }).updateImplementation.implementation;
};

it('says what it costs, in work too, changes that as a whole, and takes it away by null', async () => {
  const id = await scenario.implement({
    ...{ ismsId: await scenario.createIsms(), cost: { currency: 'EUR', once: 5_000_000_000, yearly: 120_000 } },
    ...{ effortHoursYearly: 40.5, reviewDate: '2027-01-01T00:00:00Z' },
  });
  const same = { cost: { currency: 'EUR', once: 5_000_000_000, yearly: 120_000 }, effortHoursYearly: 40.5 };
  expect(after(await update({ id, ...same, reviewDate: '2027-01-01T01:00:00+01:00' }))).toEqual({
    ...{ version: 1, ...same, reviewDate: '2027-01-01T00:00:00.000Z' },
  });
  expect(after(await update({ id, cost: { currency: 'CHF', yearly: 1 } }))).toMatchObject({
    version: 2,
    cost: { currency: 'CHF', once: null, yearly: 1 },
    effortHoursYearly: 40.5,
  });
  expect(after(await update({ id, cost: null, effortHoursYearly: null, reviewDate: null }))).toEqual({
    ...{ version: 3, cost: null, effortHoursYearly: null, reviewDate: null },
  });
});

it('refuses costs that are none', async () => {
  const id = await scenario.implement({ ismsId: await scenario.createIsms() });
  const fields = async (input: object) => error(await update({ id, ...input }))?.faults?.map((fault) => fault.field);
  expect(await fields({ cost: { currency: 'EURO', once: 1 } })).toEqual(['input.cost.currency']);
  expect(await fields({ cost: { currency: 'EUR' } })).toEqual(['input.cost.once']);
  expect(await fields({ cost: { currency: 'EUR', once: 1.5 } })).toEqual(['input.cost.once']);
  expect(await fields({ cost: { currency: 'EUR', yearly: -1 } })).toEqual(['input.cost.yearly']);
  expect(await fields({ effortHoursYearly: -1 })).toEqual(['input.effortHoursYearly']);
  expect(
    error(await updateAll([{ id, cost: { currency: 'EUR', yearly: 1e17 } }]))?.faults?.map((fault) => fault.field),
  ).toEqual(['input.edits.0.cost.yearly']);
});

it('shows a gap once a review date has come, whether it was set alone or among many, and none once it is moved', async () => {
  await scenario.at('2126-11-26T10:00:00Z');
  const ismsId = await scenario.createIsms();
  const [one, two, three] = [
    await scenario.implement({ ismsId, reviewDate: '2126-12-01T00:00:00Z' }),
    await scenario.implement({ ismsId }),
    await scenario.implement({ ismsId }),
  ];
  const rule = () => lastResult(scenario, ismsId, 'controls.implementations-reviewed');
  const answer = await updateAll([
    { id: two, reviewDate: '2126-12-02T00:00:00Z', cost: { currency: 'EUR', once: 7 }, effortHoursYearly: 3 },
    { id: three, title: 'Renamed' },
  ]);
  expect(answer.data).toMatchObject({
    updateImplementations: {
      changed: 2,
      implementations: [
        {
          ...{ version: 2, reviewDate: '2126-12-02T00:00:00.000Z', effortHoursYearly: 3 },
          cost: { currency: 'EUR', once: 7, yearly: null },
        },
        { version: 2, reviewDate: null, cost: null },
      ],
    },
  });
  expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { examined: 2, total: 3, failing: 0 } });
  await scenario.at('2126-12-01T00:00:00Z');
  await scenario.settle();
  expect(await rule()).toMatchObject({
    ...{ verdict: 'GAP', basis: 'OWN_RULE', facts: { examined: 2, total: 3, failing: 1 } },
    links: [{ kind: 'implementation', id: one }],
  });
  await scenario.at('2126-12-02T00:00:00Z');
  await scenario.settle();
  expect(await rule()).toMatchObject({
    facts: { examined: 2, total: 3, failing: 2 },
    links: [{ id: one }, { id: two }],
  });
  const { implementations } = await scenario.ask<{ implementations: { nodes: { id: string }[] } }>(
    'query ($ismsId: UUID) { implementations(ismsId: $ismsId, reviewBefore: "2126-12-01T00:00:01Z") { nodes { id } } }',
    { ismsId },
  );
  expect(implementations.nodes).toEqual([{ id: one }]);
  await update({ id: one, reviewDate: '2127-12-01T00:00:00Z' });
  await update({ id: two, reviewDate: null });
  expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { examined: 1, total: 3, failing: 0 } });
});
