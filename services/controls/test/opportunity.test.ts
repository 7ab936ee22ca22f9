import { newId } from '@annex/service';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const record = (ismsId: string, input: object = {}) =>
  make(scenario, 'createOpportunity', 'opportunity', { ismsId, title: 'Nobody has time', kind: 'RISK', ...input });
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateOpportunityInput!) { updateOpportunity(input: $input) {
      opportunity { version title status response result } } }`,
    { input },
    caller,
  );
const act = (opportunityId: string, input: object = {}) =>
  make(scenario, 'createOpportunityAction', 'opportunityAction', { opportunityId, action: 'Hire.', ...input });
const updateAction = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateOpportunityActionInput!) { updateOpportunityAction(input: $input) {
      opportunityAction { version status doneAt effectiveness evaluatedBy } } }`,
    { input },
    caller,
  );
const rule = (ismsId: string, name: string) => lastResult(scenario, ismsId, `controls.${name}`);

describe('clause 6.1.1', () => {
  it('asks for risks to the ISMS and opportunities, and for a judgement where one kind is missing', async () => {
    const ismsId = await scenario.createIsms();
    const determined = () => rule(ismsId, 'opportunities-determined');
    expect(await determined()).toMatchObject({ clause: '6.1.1', basis: 'REQUIREMENT', verdict: 'GAP' });
    const id = await record(ismsId);
    expect(await determined()).toMatchObject({ verdict: 'JUDGEMENT_NEEDED', facts: { total: 2, failing: 1 } });
    await record(ismsId, { kind: 'OPPORTUNITY', title: 'A new building' });
    expect(await determined()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await update({ id, response: 'NO_ACTION', responseReason: 'It is small.', status: 'CLOSED', result: 'Gone.' });
    expect(await determined()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('asks what is done about each: an action that is planned or done, or a reason why none is', async () => {
    const ismsId = await scenario.createIsms();
    const addressed = () => rule(ismsId, 'opportunities-addressed');
    expect(await addressed()).toMatchObject({ letter: 'd', verdict: 'NOT_ASSESSED' });
    const id = await record(ismsId);
    const link = { kind: 'opportunity', id, reference: 'RO-0001' };
    expect(await addressed()).toMatchObject({ verdict: 'GAP', links: [link] });
    await update({ id, response: 'ACT' });
    expect(await addressed()).toMatchObject({ verdict: 'GAP', links: [link] });
    const action = await act(id);
    expect(await addressed()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await updateAction({ id: action, status: 'CANCELLED' });
    expect(await addressed()).toMatchObject({ verdict: 'GAP' });
    await update({ id, response: 'NO_ACTION', responseReason: 'It is small.' });
    expect(await addressed()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('asks whether what was done worked, and for a judgement where it did not and nothing else is planned', async () => {
    const ismsId = await scenario.createIsms();
    const evaluated = () => rule(ismsId, 'opportunity-actions-evaluated');
    const id = await record(ismsId, { response: 'ACT' });
    const first = await act(id);
    expect(await evaluated()).toMatchObject({ letter: 'e', verdict: 'NOT_ASSESSED' });
    await updateAction({ id: first, status: 'DONE' });
    expect(await evaluated()).toMatchObject({ verdict: 'GAP', facts: { total: 1, failing: 1 }, links: [{ id }] });
    await updateAction({ id: first, effectiveness: 'NOT_EFFECTIVE', evaluation: 'Nobody applied.' });
    expect(await evaluated()).toMatchObject({ verdict: 'JUDGEMENT_NEEDED', links: [{ id }] });
    const second = await act(id, { action: 'Ask a contractor.' });
    expect(await evaluated()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await updateAction({ id: second, status: 'DONE', effectiveness: 'EFFECTIVE', evaluation: 'It is done.' });
    expect(await evaluated()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { total: 2 } });
  });

  it('shows a gap by the own rule when the date of an action comes, without anybody calling', async () => {
    await scenario.at('2026-02-01T00:00:00Z');
    const ismsId = await scenario.createIsms();
    const id = await record(ismsId, { response: 'ACT' });
    expect(await rule(ismsId, 'opportunity-actions-in-time')).toMatchObject({ verdict: 'NOT_ASSESSED' });
    const action = await act(id, { due: '2026-03-01T00:00:00Z' });
    await act(id, { due: '2026-04-01T00:00:00Z' });
    const at = async (moment: string) => {
      await scenario.at(moment);
      await scenario.settle();
      return rule(ismsId, 'opportunity-actions-in-time');
    };
    expect(await at('2026-02-28T00:00:00Z')).toMatchObject({ basis: 'OWN_RULE', verdict: 'NO_GAP_FOUND' });
    expect(await at('2026-03-01T00:00:00Z')).toMatchObject({ verdict: 'GAP', facts: { failing: 1 }, links: [{ id }] });
    await updateAction({ id: action, status: 'DONE' });
    expect(await rule(ismsId, 'opportunity-actions-in-time')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await at('2026-04-01T00:00:00Z')).toMatchObject({ verdict: 'GAP' });
  });
});

it('comes from issues and requirements of the same ISMS; requirements that are gone are left out', async () => {
  const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
  const issue = (of: string) =>
    make(scenario, 'createContextIssue', 'contextIssue', {
      ...{ ismsId: of, title: 'Few people', kind: 'INTERNAL', relevance: 'Work is left undone.' },
    });
  const partyId = await make(scenario, 'createInterestedParty', 'interestedParty', {
    ...{ ismsId, name: 'Customers', kind: 'CUSTOMER' },
  });
  const requirement = await make(scenario, 'createPartyRequirement', 'partyRequirement', { partyId, requirement: 'X' });
  const ours = await issue(ismsId);
  const id = await record(ismsId, { issueIds: [ours], requirementIds: [requirement] });
  expect(error(await update({ id, issueIds: [ours, await issue(other)] }))?.faults).toMatchObject([
    { field: 'input.issueIds.1' },
  ]);
  expect(error(await update({ id, requirementIds: [newId()] }))?.faults).toMatchObject([
    { field: 'input.requirementIds.0' },
  ]);
  const query = 'query ($id: UUID!) { opportunity(id: $id) { issues { reference } requirements { requirement } } }';
  expect(await scenario.ask(query, { id })).toEqual({
    opportunity: { issues: [{ reference: 'CI-0001' }], requirements: [{ requirement: 'X' }] },
  });
  await scenario.ask(
    'mutation ($input: DeletePartyRequirementInput!) { deletePartyRequirement(input: $input) { id } }',
    {
      input: { id: requirement },
    },
  );
  expect(await scenario.ask(query, { id })).toMatchObject({ opportunity: { requirements: [] } });
});

it('is closed once it is decided, with what came of it; its actions may still be evaluated', async () => {
  const ismsId = await scenario.createIsms();
  const id = await record(ismsId);
  const action = await act(id);
  const faults = async (input: object) => error(await update({ id, ...input }))?.faults;
  expect(await faults({ response: 'NO_ACTION' })).toMatchObject([{ field: 'input.responseReason' }]);
  expect(await faults({ status: 'CLOSED', result: 'Gone.' })).toMatchObject([{ field: 'input.response' }]);
  expect(await faults({ status: 'CLOSED', response: 'ACT' })).toMatchObject([{ field: 'input.result' }]);
  expect(await faults({ title: '' })).toMatchObject([{ field: 'input.title' }]);
  expect(
    (await update({ id, expectedVersion: 1, status: 'CLOSED', response: 'ACT', result: 'Gone.' })).data,
  ).toMatchObject({ updateOpportunity: { opportunity: { version: 2, status: 'CLOSED', result: 'Gone.' } } });
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(act(id)).rejects.toThrow('STATE_CONFLICT');
  const done = { id: action, status: 'DONE', effectiveness: 'EFFECTIVE', evaluation: 'It worked.' };
  expect((await updateAction(done, { personId: ben })).data).toMatchObject({
    updateOpportunityAction: { opportunityAction: { version: 2, status: 'DONE', evaluatedBy: `person:${ben}` } },
  });
});

it('an action changes with the version that was read, and is evaluated once it is done', async () => {
  const ismsId = await scenario.createIsms();
  const id = await act(await record(ismsId));
  expect(error(await updateAction({ id, effectiveness: 'EFFECTIVE', evaluation: 'x' }))?.faults).toMatchObject([
    { field: 'input.effectiveness' },
  ]);
  expect((await updateAction({ id, expectedVersion: 1, status: 'DONE' })).errors).toBeUndefined();
  expect(error(await updateAction({ id, expectedVersion: 1, action: 'x' }))).toMatchObject({
    code: 'VERSION_CONFLICT',
  });
  expect(error(await updateAction({ id, effectiveness: 'EFFECTIVE' }))?.faults).toMatchObject([
    { field: 'input.evaluation' },
  ]);
  expect(error(await updateAction({ id, status: 'PLANNED' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('is told as it was at a moment, to nobody of another tenant, and not changed in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await record(ismsId);
  const action = await act(id);
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, response: 'ACT' });
  await updateAction({ id: action, status: 'DONE' });
  await scenario.test.setClock(null);
  const query = `query ($ismsId: UUID) { opportunities(ismsId: $ismsId, kind: RISK, status: OPEN) { nodes { response actions { status } } } }`;
  expect(await scenario.ask(query, { ismsId }, { asOf: new Date('2026-01-15T00:00:00Z') })).toEqual({
    opportunities: { nodes: [{ response: 'UNDECIDED', actions: [{ status: 'PLANNED' }] }] },
  });
  expect(await scenario.ask(query, { ismsId })).toEqual({
    opportunities: { nodes: [{ response: 'ACT', actions: [{ status: 'DONE' }] }] },
  });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await updateAction({ id: action, action: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await updateAction({ id: action, action: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});
