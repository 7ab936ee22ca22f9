import { newId } from '@annex/service';
import { type Caller, error, retire } from './answers.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const later = '2199-01-01T00:00:00Z';
const judge = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    'mutation ($input: JudgeStrengthInput!) { judgeStrength(input: $input) { implementation { version strength { judgement { judged } } } } }',
    { input: { judged: 0.5, reason: 'Walked through with the team.', endsAt: later, ...input } },
    caller,
  );
const show = async (id: string, caller?: Caller) =>
  (
    await scenario.ask<{ implementation: { strength: object; strengthJudgements: object[] } }>(
      `query ($id: UUID!) { implementation(id: $id) { strength { version claimed judgement { judged judgedBy endsAt } }
        strengthJudgements { judged } } }`,
      { id },
      caller,
    )
  ).implementation;

it('stands beside what is computed until its end, and neither moves a number nor raises a version', async () => {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId });
  const before = await scenario.strength(id);
  await scenario.at('2126-11-26T10:00:00Z');
  const answer = await judge({ implementationId: id, expectedVersion: 1, endsAt: '2126-12-24T00:00:00Z' });
  expect(answer.data).toEqual({
    judgeStrength: { implementation: { version: 1, strength: { judgement: { judged: 0.5 } } } },
  });
  expect(await scenario.strength(id)).toEqual(before);
  expect(await show(id)).toMatchObject({
    strength: {
      claimed: 1,
      judgement: { judged: 0.5, judgedBy: `person:${anna}`, endsAt: '2126-12-24T00:00:00.000Z' },
    },
  });
  await scenario.at('2126-12-24T00:00:00Z');
  expect(await show(id)).toMatchObject({ strength: { judgement: null }, strengthJudgements: [{ judged: 0.5 }] });
});

it('gives way to a later one, and both are kept', async () => {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId });
  await scenario.at('2126-11-26T10:00:00Z');
  await judge({ implementationId: id, judged: 0.9 });
  await scenario.at('2126-11-27T10:00:00Z');
  await judge({ implementationId: id, judged: 0.2, endsAt: '2126-12-01T00:00:00Z' }, { personId: ben });
  expect(await show(id)).toMatchObject({
    strength: { judgement: { judged: 0.2 } },
    strengthJudgements: [{ judged: 0.2 }, { judged: 0.9 }],
  });
  expect(await show(id, { asOf: new Date('2126-11-26T12:00:00Z') })).toMatchObject({
    strength: { judgement: { judged: 0.9 } },
    strengthJudgements: [{ judged: 0.9 }],
  });
  const told = (await scenario.recorded('annex.controls.strength-judgement.changed.v1')).flatMap((event) => event.rows);
  expect(told.filter((row) => row.implementationId === id).map((row) => row.judged)).toEqual([0.9, 0.2]);
});

it('is a person’s, says why and until when, of the version that was looked at', async () => {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId });
  const faults = async (input: object) => error(await judge({ implementationId: id, ...input }))?.faults;
  expect(await faults({ judged: 1.1 })).toMatchObject([{ field: 'input.judged' }]);
  expect(await faults({ reason: ' ' })).toMatchObject([{ field: 'input.reason' }]);
  expect(await faults({ endsAt: '2020-01-01T00:00:00Z' })).toMatchObject([{ field: 'input.endsAt' }]);
  expect(error(await judge({ implementationId: id, expectedVersion: 4 }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect(error(await judge({ implementationId: newId() }))).toMatchObject({ code: 'NOT_FOUND' });
  const [, tenant] = scenario.test.tenants;
  expect(error(await judge({ implementationId: id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  const { personId: _, ...machine } = scenario.requestInfo().caller;
  const answer = await scenario.service.execute({
    query: 'mutation ($input: JudgeStrengthInput!) { judgeStrength(input: $input) { implementation { id } } }',
    variables: { input: { implementationId: id, judged: 1, reason: 'x', endsAt: later } },
    request: { ...scenario.requestInfo(), caller: { ...machine, actor: 'key:machine' } },
  });
  expect(error(answer)).toMatchObject({ code: 'FORBIDDEN' });
  await retire(scenario, ismsId);
  expect(error(await judge({ implementationId: id }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await show(id)).toMatchObject({ strengthJudgements: [] });
});
