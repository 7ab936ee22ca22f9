import { newId } from '@annex/service';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const role = (ismsId: string, input: object = {}) =>
  make(scenario, 'createResponsibility', 'responsibility', {
    ...{ ismsId, title: 'Head of information security', kind: 'CONFORMITY' },
    ...input,
  });
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateResponsibilityInput!) { updateResponsibility(input: $input) {
      responsibility { version title status assignedBy communicatedAt person { id } } } }`,
    { input },
    caller,
  );
const verdicts = (ismsId: string) =>
  Promise.all(
    ['responsibility-conformity', 'responsibility-reporting', 'responsibilities-communicated'].map(async (name) => {
      const found = await lastResult(scenario, ismsId, `controls.${name}`);
      return `${found?.clause} ${found?.letter ?? '-'} ${found?.verdict} ${found?.facts.failing}/${found?.facts.total}`;
    }),
  );

it('is assigned to a person, and a new holder is to be communicated anew', async () => {
  const ismsId = await scenario.createIsms();
  const id = await role(ismsId, {
    ...{ personId: anna, communication: 'All hands', communicatedAt: '2026-01-01T00:00:00Z' },
  });
  expect((await update({ id, expectedVersion: 1, personId: ben }, { personId: anna })).data).toMatchObject({
    updateResponsibility: {
      responsibility: { version: 2, person: { id: ben }, assignedBy: `person:${anna}`, communicatedAt: null },
    },
  });
  expect(error(await update({ id, expectedVersion: 1, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, personId: ben })).data).toMatchObject({
    updateResponsibility: { responsibility: { version: 2 } },
  });
  expect((await update({ id, personId: null })).data).toMatchObject({
    updateResponsibility: { responsibility: { version: 3, person: null, assignedBy: null } },
  });
});

it('is judged for clause 5.3: conformity and reporting assigned, every role communicated', async () => {
  const ismsId = await scenario.createIsms();
  expect(await verdicts(ismsId)).toEqual(['5.3 a GAP 1/1', '5.3 b GAP 1/1', '5.3 - GAP 1/1']);
  const first = await role(ismsId);
  expect(await verdicts(ismsId)).toEqual(['5.3 a GAP 1/1', '5.3 b GAP 1/1', '5.3 - GAP 1/1']);
  await update({ id: first, personId: anna });
  const second = await role(ismsId, { kind: 'REPORTING', title: 'Reporter', personId: ben });
  expect(await verdicts(ismsId)).toEqual(['5.3 a NO_GAP_FOUND 0/1', '5.3 b NO_GAP_FOUND 0/1', '5.3 - GAP 2/2']);
  const told = { communication: 'Letter of appointment', communicatedAt: '2026-01-01T00:00:00Z' };
  await update({ id: first, ...told });
  expect(await lastResult(scenario, ismsId, 'controls.responsibilities-communicated')).toMatchObject({
    verdict: 'GAP',
    links: [{ kind: 'responsibility', id: second, reference: 'RL-0002' }],
  });
  await update({ id: second, ...told });
  expect(await verdicts(ismsId)).toEqual([
    ...['5.3 a NO_GAP_FOUND 0/1', '5.3 b NO_GAP_FOUND 0/1', '5.3 - NO_GAP_FOUND 0/2'],
  ]);
  await update({ id: second, status: 'ENDED' });
  expect(await verdicts(ismsId)).toEqual(['5.3 a NO_GAP_FOUND 0/1', '5.3 b GAP 1/1', '5.3 - NO_GAP_FOUND 0/1']);
  expect(error(await update({ id: second, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('is communicated once somebody has it, not in the future, and to somebody', async () => {
  const ismsId = await scenario.createIsms();
  const id = await role(ismsId);
  const faults = async (input: object) => error(await update({ id, ...input }))?.faults;
  const told = { communication: 'All hands', communicatedAt: '2026-01-01T00:00:00Z' };
  expect(await faults(told)).toMatchObject([{ field: 'input.communicatedAt' }]);
  expect(await faults({ ...told, personId: anna, communication: ' ' })).toMatchObject([
    { field: 'input.communication' },
  ]);
  expect(await faults({ ...told, personId: anna, communicatedAt: '2199-01-01T00:00:00Z' })).toMatchObject([
    { field: 'input.communicatedAt' },
  ]);
  expect(await faults({ title: ' ' })).toMatchObject([{ field: 'input.title' }]);
});

it('is found by what it answers for, who has it and whether it is there, now and as of a moment', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await role(ismsId, { personId: anna });
  await role(ismsId, { kind: 'OTHER', title: 'Keeper of keys', personId: ben });
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, personId: ben });
  await scenario.test.setClock(null);
  const query = `query ($ismsId: UUID) { anna: responsibilities(ismsId: $ismsId, personId: "${anna}") { nodes { reference } }
    ben: responsibilities(ismsId: $ismsId, personId: "${ben}") { totalCount } other: responsibilities(ismsId: $ismsId, kind: OTHER, status: IN_FORCE) { nodes { title } } }`;
  expect(await scenario.ask(query, { ismsId })).toEqual({
    anna: { nodes: [] },
    ben: { totalCount: 2 },
    other: { nodes: [{ title: 'Keeper of keys' }] },
  });
  expect(await scenario.ask(query, { ismsId }, { asOf: new Date('2026-01-15T00:00:00Z') })).toMatchObject({
    anna: { nodes: [{ reference: 'RL-0001' }] },
    ben: { totalCount: 1 },
  });
});

it('belongs to its tenant, and stays as it is in a retired ISMS', async () => {
  const ismsId = await scenario.createIsms();
  const id = await role(ismsId);
  const [, tenant] = scenario.test.tenants;
  const query = 'query ($id: UUID!) { responsibility(id: $id) { id } }';
  expect(error(await scenario.call(query, { id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await scenario.call(query, { id: newId() }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await update({ id, title: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(role(ismsId)).rejects.toThrow('STATE_CONFLICT');
});
