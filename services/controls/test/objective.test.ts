import { newId } from '@annex/service';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { planned } from './planning.doors.ts';
import { anna, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const draft = (ismsId: string, input: object = {}) =>
  make(scenario, 'createObjective', 'objective', { ismsId, ...planned, ...input });
const create = (input: object, caller?: Caller) =>
  scenario.call(
    'mutation ($input: CreateObjectiveInput!) { createObjective(input: $input) { objective { id } } }',
    { input: { title: 'An aim', ...input } },
    caller,
  );
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateObjectiveInput!) { updateObjective(input: $input) {
      objective { version status title result closedAt communicatedAt measures { id } } } }`,
    { input },
    caller,
  );
const pursue = async (ismsId: string, input: object = {}) => {
  const id = await draft(ismsId, input);
  expect((await update({ id, status: 'ACTIVE' })).errors).toBeUndefined();
  return id;
};
const progress = async (id: string) => {
  const { objective } = await scenario.ask<{ objective: { progress: number | null; progressExplanation: object } }>(
    `query ($id: UUID!) { objective(id: $id) { progress progressExplanation { sentence formula
      inputs { measureId reference attainment freshness counted } } } }`,
    { id },
  );
  return objective;
};
const rule = (ismsId: string, name: string) => lastResult(scenario, ismsId, `controls.objectives-${name}`);

it('begins as a draft with a title alone, and is pursued once it says all that 6.2 asks to be planned', async () => {
  const ismsId = await scenario.createIsms();
  const id = await make(scenario, 'createObjective', 'objective', { ismsId, title: 'An aim' });
  const refused = error(await update({ id, status: 'ACTIVE' }));
  expect(refused).toMatchObject({ code: 'STATE_CONFLICT', details: { problems: 8 } });
  expect((refused?.faults as { field: string }[] | undefined)?.map((fault) => fault.field)).toEqual(
    ['statement', 'policyBasis', 'basis', 'actions', 'resources', 'ownerId', 'due', 'evaluation'].map(
      (field) => `input.${field}`,
    ),
  );
  const { title: _, ...rest } = planned;
  expect((await update({ id, ...rest, status: 'ACTIVE' })).data).toMatchObject({
    updateObjective: { objective: { version: 2, status: 'ACTIVE' } },
  });
  expect(error(await update({ id, evaluation: '' }))).toMatchObject({
    code: 'STATE_CONFLICT',
    faults: [{ field: 'input.evaluation' }],
  });
  expect(error(await update({ id, ownerId: null }))).toMatchObject({ faults: [{ field: 'input.ownerId' }] });
});

it('ends with what came of it, and never changes after', async () => {
  const ismsId = await scenario.createIsms();
  const id = await pursue(ismsId);
  expect(error(await update({ id, status: 'ACHIEVED' }))).toMatchObject({
    code: 'BAD_INPUT',
    faults: [{ field: 'input.result' }],
  });
  expect(error(await update({ id, status: 'DRAFT' }))).toMatchObject({
    code: 'STATE_CONFLICT',
    details: { present: 'ACTIVE', allowed: ['ACHIEVED', 'DROPPED'] },
  });
  expect((await update({ id, status: 'ACHIEVED', result: 'None was open.' })).data).toMatchObject({
    updateObjective: { objective: { status: 'ACHIEVED', result: 'None was open.', closedAt: expect.any(String) } },
  });
  expect(error(await update({ id, title: 'Other' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('changes with the version that was read, and makes no version when nothing changes', async () => {
  const ismsId = await scenario.createIsms();
  const id = await draft(ismsId);
  expect((await update({ id, expectedVersion: 1, title: 'Other' })).data).toMatchObject({
    updateObjective: { objective: { version: 2 } },
  });
  expect(error(await update({ id, expectedVersion: 1, title: 'Third' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, title: 'Other', actions: planned.actions })).data).toMatchObject({
    updateObjective: { objective: { version: 2 } },
  });
});

it('names what it does not know by its place, and demands what texts need', async () => {
  const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
  const partyId = await make(scenario, 'createInterestedParty', 'interestedParty', {
    ...{ ismsId: other, name: 'Customers', kind: 'CUSTOMER' },
  });
  const elsewhere = await make(scenario, 'createPartyRequirement', 'partyRequirement', { partyId, requirement: 'X' });
  const measureId = newId();
  await scenario.name(other, measureId);
  const faults = async (input: object) => error(await create({ ismsId, ...input }))?.faults;
  expect(await faults({ requirementIds: [elsewhere] })).toMatchObject([{ field: 'input.requirementIds.0' }]);
  expect(await faults({ obligationIds: [newId()] })).toMatchObject([{ field: 'input.obligationIds.0' }]);
  expect(await faults({ measureIds: [newId(), measureId] })).toMatchObject([
    { field: 'input.measureIds.1', given: measureId },
  ]);
  expect(await faults({ title: ' ' })).toMatchObject([{ field: 'input.title' }]);
  expect(await faults({ communicatedAt: '2199-01-01T00:00:00Z', communication: 'All hands' })).toMatchObject([
    { field: 'input.communicatedAt' },
  ]);
  expect(await faults({ communicatedAt: '2020-01-01T00:00:00Z' })).toMatchObject([{ field: 'input.communication' }]);
});

it('links requirements, obligations and risks, and leaves out the requirements that are gone', async () => {
  const ismsId = await scenario.createIsms();
  const partyId = await make(scenario, 'createInterestedParty', 'interestedParty', {
    ...{ ismsId, name: 'Customers', kind: 'CUSTOMER' },
  });
  const requirement = await make(scenario, 'createPartyRequirement', 'partyRequirement', { partyId, requirement: 'X' });
  const obligation = await make(scenario, 'createObligation', 'obligation', {
    ...{ ismsId, title: 'GDPR', kind: 'LEGAL', source: 'GDPR' },
  });
  const risk = newId();
  const id = await draft(ismsId, { requirementIds: [requirement], obligationIds: [obligation], riskIds: [risk] });
  const query = `query ($id: UUID!) { objective(id: $id) { reference riskIds requirements { id } obligations { id } risks { id } } }`;
  expect(await scenario.ask(query, { id })).toEqual({
    objective: {
      ...{ reference: 'OBJ-0001', riskIds: [risk], risks: [] },
      requirements: [{ id: requirement }],
      obligations: [{ id: obligation }],
    },
  });
  await scenario.ask(
    'mutation ($input: DeletePartyRequirementInput!) { deletePartyRequirement(input: $input) { id } }',
    { input: { id: requirement } },
  );
  expect(await scenario.ask(query, { id })).toMatchObject({ objective: { requirements: [] } });
});

describe('progress', () => {
  it('is the mean of what the measures say, explained with every input, and unknown while nothing was measured', async () => {
    const ismsId = await scenario.createIsms();
    const [one, other] = [newId(), newId()];
    const id = await pursue(ismsId, { measureIds: [one, other] });
    expect(await progress(id)).toMatchObject({
      progress: null,
      progressExplanation: { sentence: 'None of 2 linked measures was measured yet.' },
    });
    await scenario.name(ismsId, one, { reference: 'M-0007' });
    await scenario.tell(ismsId, one, 0.8);
    expect(await progress(id)).toEqual({
      progress: 0.4,
      progressExplanation: {
        sentence: 'By 2 linked measures the objective is achieved to 0.4; 1 never measured count 0.',
        formula: 'mean of attainment × freshness = (0.8 + 0) ÷ 2 = 0.4',
        inputs: [
          { measureId: one, reference: 'M-0007', attainment: 0.8, freshness: 1, counted: 0.8 },
          { measureId: other, reference: null, attainment: null, freshness: 0, counted: 0 },
        ],
      },
    });
    await scenario.tell(ismsId, other, 0.6);
    expect(await progress(id)).toMatchObject({ progress: 0.7 });
    await scenario.tell(ismsId, other, 0.6, { state: 'STALE', freshness: 0 });
    expect(await progress(id)).toMatchObject({ progress: 0.4 });
  });

  it('moves the rule that objectives are monitored, without anybody calling', async () => {
    const ismsId = await scenario.createIsms();
    const measureId = newId();
    const id = await pursue(ismsId, { measureIds: [measureId] });
    expect(await rule(ismsId, 'monitored')).toMatchObject({
      ...{ clause: '6.2', letter: 'd', basis: 'REQUIREMENT', verdict: 'GAP' },
      links: [{ kind: 'objective', id, reference: 'OBJ-0001' }],
    });
    await scenario.tell(ismsId, measureId, 0.1);
    expect(await rule(ismsId, 'monitored')).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { total: 1, failing: 0 } });
    await scenario.tell(ismsId, measureId, 0.1, { state: 'STALE', freshness: 0 });
    expect(await rule(ismsId, 'monitored')).toMatchObject({ verdict: 'GAP' });
    await scenario.tell(ismsId, measureId, 1);
    await scenario.name(ismsId, measureId, { deleted: true });
    expect(await rule(ismsId, 'monitored')).toMatchObject({ verdict: 'GAP' });
    await update({ id, measurability: 'NOT_PRACTICABLE', measurabilityReason: 'Nobody counts that.' });
    expect(await rule(ismsId, 'monitored')).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
  });

  it('of a measure linked while news of it arrives is never judged by half of both', async () => {
    const ismsId = await scenario.createIsms();
    for (let round = 0; round < 5; round++) {
      const measureId = newId();
      const id = await pursue(ismsId);
      await Promise.all([scenario.tell(ismsId, measureId, 1), update({ id, measureIds: [measureId] })]);
      expect(await rule(ismsId, 'monitored')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    }
  });
});

describe('clause 6.2', () => {
  it('shows a gap until an objective is pursued, and after it ended', async () => {
    const ismsId = await scenario.createIsms();
    expect(await rule(ismsId, 'set')).toMatchObject({ clause: '6.2', verdict: 'GAP' });
    expect(await rule(ismsId, 'communicated')).toMatchObject({ verdict: 'NOT_ASSESSED' });
    const id = await draft(ismsId);
    expect(await rule(ismsId, 'set')).toMatchObject({ verdict: 'GAP', reason: expect.stringContaining('drafted') });
    await update({ id, status: 'ACTIVE' });
    expect(await rule(ismsId, 'set')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await update({ id, status: 'DROPPED', result: 'The product was sold.' });
    expect(await rule(ismsId, 'set')).toMatchObject({ verdict: 'GAP' });
  });

  it('asks for communication, and anew when the aim is another', async () => {
    const ismsId = await scenario.createIsms();
    const id = await pursue(ismsId);
    expect(await rule(ismsId, 'communicated')).toMatchObject({ letter: 'e', verdict: 'GAP', facts: { failing: 1 } });
    await update({ id, communication: 'All hands', communicatedAt: '2026-01-01T00:00:00Z' });
    expect(await rule(ismsId, 'communicated')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await update({ id, resources: 'Two hours a week.' });
    expect(await rule(ismsId, 'communicated')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect((await update({ id, statement: 'None at all.' })).data).toMatchObject({
      updateObjective: { objective: { communicatedAt: null } },
    });
    expect(await rule(ismsId, 'communicated')).toMatchObject({ verdict: 'GAP' });
  });

  it('shows a gap by the own rule when a date comes, without anybody calling', async () => {
    await scenario.at('2026-02-01T00:00:00Z');
    const ismsId = await scenario.createIsms();
    const first = await pursue(ismsId, { due: '2026-05-01T00:00:00Z', reviewDate: '2026-03-01T00:00:00Z' });
    const second = await pursue(ismsId, { due: '2026-04-01T00:00:00Z' });
    await draft(ismsId, { due: '2026-02-15T00:00:00Z' });
    const at = async (moment: string) => {
      await scenario.at(moment);
      await scenario.settle();
      return rule(ismsId, 'in-time');
    };
    expect(await at('2026-02-28T00:00:00Z')).toMatchObject({ basis: 'OWN_RULE', verdict: 'NO_GAP_FOUND' });
    expect(await at('2026-03-01T00:00:00Z')).toMatchObject({ verdict: 'GAP', links: [{ id: first }] });
    await update({ id: first, reviewDate: null });
    expect(await rule(ismsId, 'in-time')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await at('2026-04-01T00:00:00Z')).toMatchObject({ verdict: 'GAP', links: [{ id: second }] });
    await update({ id: second, status: 'ACHIEVED', result: 'Done.' });
    expect(await at('2026-05-02T00:00:00Z')).toMatchObject({ facts: { total: 1, failing: 1 }, links: [{ id: first }] });
  });
});

it('is told as it was at a moment, to nobody of another tenant, and not changed in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const measureId = newId();
  const id = await draft(ismsId, { measureIds: [measureId] });
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, status: 'ACTIVE' }, { personId: anna });
  await scenario.tell(ismsId, measureId, 0.5);
  await scenario.test.setClock(null);
  const query = 'query ($id: UUID!) { objective(id: $id) { status progress } }';
  const read = (asOf: string) => scenario.ask(query, { id }, { asOf: new Date(asOf) });
  expect(await read('2026-01-15T00:00:00Z')).toEqual({ objective: { status: 'DRAFT', progress: null } });
  expect(await read('2026-01-25T00:00:00Z')).toEqual({ objective: { status: 'ACTIVE', progress: 0.5 } });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await update({ id, title: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await create({ ismsId }))).toMatchObject({ code: 'STATE_CONFLICT' });
});
