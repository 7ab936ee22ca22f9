import { newId } from '@annex/service';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const complete = { occasion: 'Each quarter', audience: 'All who work here', channel: 'All hands' };
const plan = (ismsId: string, input: object = {}) =>
  make(scenario, 'createCommunication', 'communication', {
    ismsId,
    topic: 'The policy',
    direction: 'INTERNAL',
    ...input,
  });
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateCommunicationInput!) { updateCommunication(input: $input) {
      communication { version topic status audience parties { name } } } }`,
    { input },
    caller,
  );
const rule = (ismsId: string) => lastResult(scenario, ismsId, 'controls.communication-planned');
const party = (ismsId: string) =>
  make(scenario, 'createInterestedParty', 'interestedParty', { ismsId, name: 'Customers', kind: 'CUSTOMER' });

it('is judged for clause 7.4: something is planned, each entry says when, with whom and how, within and out of the organisation', async () => {
  const ismsId = await scenario.createIsms();
  expect(await rule(ismsId)).toMatchObject({
    clause: '7.4',
    basis: 'REQUIREMENT',
    verdict: 'GAP',
    facts: { total: 1 },
  });
  const id = await plan(ismsId);
  expect(await rule(ismsId)).toMatchObject({
    verdict: 'GAP',
    links: [{ kind: 'communication', id, reference: 'CM-0001' }],
  });
  await update({ id, ...complete });
  expect(await rule(ismsId)).toMatchObject({
    verdict: 'JUDGEMENT_NEEDED',
    reason: expect.stringContaining('out of the organisation'),
  });
  // Naming the parties says with whom.
  const external = await plan(ismsId, {
    ...complete,
    direction: 'EXTERNAL',
    audience: '',
    partyIds: [await party(ismsId)],
  });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { examined: 2, failing: 0 } });
  await update({ id: external, channel: ' ' });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'GAP', links: [{ id: external }] });
  await update({ id: external, status: 'ENDED' });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
});

it('changes with the version that was read, and not once it has ended', async () => {
  const ismsId = await scenario.createIsms();
  const id = await plan(ismsId);
  expect((await update({ id, expectedVersion: 1, audience: 'Staff' })).data).toMatchObject({
    updateCommunication: { communication: { version: 2, audience: 'Staff' } },
  });
  expect(error(await update({ id, expectedVersion: 1, audience: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, audience: ' Staff ' })).data).toMatchObject({
    updateCommunication: { communication: { version: 2 } },
  });
  await update({ id, status: 'ENDED' });
  expect(error(await update({ id, status: 'IN_FORCE' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('names parties of the same ISMS, and leaves out those that are gone', async () => {
  const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
  const [ours, theirs] = [await party(ismsId), await party(other)];
  const id = await plan(ismsId);
  expect(error(await update({ id, partyIds: [ours, theirs, newId()] }))?.faults).toMatchObject([
    { field: 'input.partyIds.1', given: theirs },
    { field: 'input.partyIds.2' },
  ]);
  expect(error(await update({ id, topic: ' ' }))?.faults).toMatchObject([{ field: 'input.topic' }]);
  expect((await update({ id, partyIds: [ours, ours] })).data).toMatchObject({
    updateCommunication: { communication: { parties: [{ name: 'Customers' }] } },
  });
  await scenario.ask('mutation ($input: DeleteInterestedPartyInput!) { deleteInterestedParty(input: $input) { id } }', {
    input: { id: ours },
  });
  const query = 'query ($id: UUID!) { communication(id: $id) { parties { name } } }';
  expect(await scenario.ask(query, { id })).toEqual({ communication: { parties: [] } });
});

it('is told as it was at a moment, to nobody of another tenant, and not changed in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await plan(ismsId);
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, topic: 'The scope' });
  await scenario.test.setClock(null);
  const query = `query ($ismsId: UUID) { communications(ismsId: $ismsId, direction: INTERNAL, status: IN_FORCE) { nodes { topic } } }`;
  expect(await scenario.ask(query, { ismsId }, { asOf: new Date('2026-01-15T00:00:00Z') })).toEqual({
    communications: { nodes: [{ topic: 'The policy' }] },
  });
  expect(await scenario.ask(query, { ismsId })).toEqual({ communications: { nodes: [{ topic: 'The scope' }] } });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await update({ id, topic: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await update({ id, topic: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});
