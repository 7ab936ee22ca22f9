import type { RuleResult } from '@annex/schema';
import { make } from './context.doors.ts';
import { anna, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

type Caller = Parameters<Scenario['call']>[2];
type Answer = Awaited<ReturnType<Scenario['call']>>;
const error = (answer: Answer) => answer.errors?.[0]?.extensions;

/** The last announced result of a rule for an ISMS. */
async function result(ismsId: string, rule: string): Promise<RuleResult | undefined> {
  const events = await scenario.recorded('annex.controls.conformity.changed.v1');
  return events
    .flatMap((event) => event.rows)
    .filter((row) => row.ismsId === ismsId && row.rule === rule)
    .at(-1);
}

const issue = (ismsId: string, input: object = {}) =>
  make(scenario, 'createContextIssue', 'contextIssue', {
    ...{ ismsId, title: 'Few people', kind: 'INTERNAL', relevance: 'Work is left undone.' },
    ...input,
  });
const updateIssue = (input: object, caller?: Caller) =>
  scenario.call(
    'mutation ($input: UpdateContextIssueInput!) { updateContextIssue(input: $input) { contextIssue { version status reviewDate } } }',
    { input },
    caller,
  );
const determine = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: DetermineClimateRelevanceInput!) { determineClimateRelevance(input: $input) {
      ismsContext { climate { number relevance reason determinedBy } climateHistory { number relevance } } } }`,
    { input },
    caller,
  );
const party = (ismsId: string, name = 'Customers') =>
  make(scenario, 'createInterestedParty', 'interestedParty', { ismsId, name, kind: 'CUSTOMER' });
const requirement = (partyId: string, input: object = {}) =>
  make(scenario, 'createPartyRequirement', 'partyRequirement', { partyId, requirement: 'A certificate.', ...input });
const updateRequirement = (input: object, caller?: Caller) =>
  scenario.call(
    'mutation ($input: UpdatePartyRequirementInput!) { updatePartyRequirement(input: $input) { partyRequirement { version decision explanation decidedBy } } }',
    { input },
    caller,
  );
const deleteParty = (id: string) =>
  scenario.call('mutation ($input: DeleteInterestedPartyInput!) { deleteInterestedParty(input: $input) { id } }', {
    input: { id },
  });

describe('issues', () => {
  it('are numbered for people, filtered, changed with the version that was read, and closed', async () => {
    const ismsId = await scenario.createIsms();
    const id = await issue(ismsId);
    await issue(ismsId, { kind: 'EXTERNAL', title: 'A new law' });
    expect((await updateIssue({ id, expectedVersion: 1, status: 'CLOSED' })).data).toMatchObject({
      updateContextIssue: { contextIssue: { version: 2, status: 'CLOSED' } },
    });
    expect(error(await updateIssue({ id, expectedVersion: 1, title: 'x' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    expect((await updateIssue({ id, status: 'CLOSED' })).data).toMatchObject({
      updateContextIssue: { contextIssue: { version: 2 } },
    });
    const shown = await scenario.ask(
      `query ($ismsId: UUID) { ismsContext(ismsId: $ismsId) {
        all: issues { totalCount nodes { reference status } } external: issues(kind: EXTERNAL) { nodes { title } } open: issues(status: OPEN) { totalCount } } }`,
      { ismsId },
    );
    expect(shown).toEqual({
      ismsContext: {
        all: {
          totalCount: 2,
          nodes: [
            { reference: 'CI-0001', status: 'CLOSED' },
            { reference: 'CI-0002', status: 'OPEN' },
          ],
        },
        external: { nodes: [{ title: 'A new law' }] },
        open: { totalCount: 1 },
      },
    });
  });

  it('need a title and how they bear on the ISMS', async () => {
    const ismsId = await scenario.createIsms();
    const create = (input: object) =>
      scenario.call(
        'mutation ($input: CreateContextIssueInput!) { createContextIssue(input: $input) { contextIssue { id } } }',
        { input: { ismsId, title: 'A law', kind: 'EXTERNAL', relevance: 'It binds us.', ...input } },
      );
    expect(error(await create({ title: ' ' }))?.faults).toMatchObject([{ field: 'input.title' }]);
    expect(error(await create({ relevance: '' }))?.faults).toMatchObject([{ field: 'input.relevance' }]);
  });

  it('are judged for clause 4.1: both kinds must be there, and closed ones do not count', async () => {
    const ismsId = await scenario.createIsms();
    const rule = () => result(ismsId, 'controls.issues-determined');
    const internal = await issue(ismsId);
    expect(await rule()).toMatchObject({
      ...{ clause: '4.1', basis: 'REQUIREMENT', verdict: 'GAP', reason: 'No external issue is recorded.' },
      facts: { examined: 2, failing: 1 },
    });
    await issue(ismsId, { kind: 'EXTERNAL' });
    expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await updateIssue({ id: internal, status: 'CLOSED' });
    expect(await rule()).toMatchObject({ verdict: 'GAP', reason: 'No internal issue is recorded.' });
  });

  it('show a gap by the own rule when their review date comes, without anybody calling, until they are looked at', async () => {
    await scenario.at('2026-02-01T00:00:00Z');
    const ismsId = await scenario.createIsms();
    const rule = () => result(ismsId, 'controls.context-reviewed');
    const early = await issue(ismsId, { reviewDate: '2026-03-01T00:00:00Z' });
    const late = await issue(ismsId, { reviewDate: '2026-04-01T00:00:00Z' });
    await determine({ ismsId, relevance: 'RELEVANT', reason: 'Floods.', reviewDate: '2026-05-01T00:00:00Z' });
    expect(await rule()).toMatchObject({ basis: 'OWN_RULE', verdict: 'NO_GAP_FOUND', facts: { total: 3, failing: 0 } });
    const at = async (moment: string) => {
      await scenario.at(moment);
      await scenario.settle();
      return rule();
    };
    expect(await at('2026-02-28T23:59:59Z')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await at('2026-03-01T00:00:00Z')).toMatchObject({
      verdict: 'GAP',
      links: [{ kind: 'contextIssue', id: early }],
    });
    expect(await at('2026-04-01T00:00:00Z')).toMatchObject({
      facts: { failing: 2 },
      links: [{ id: early }, { id: late }],
    });
    expect(await at('2026-06-01T00:00:00Z')).toMatchObject({ facts: { total: 3, failing: 3 } });
    await updateIssue({ id: early, reviewDate: '2027-01-01T00:00:00Z' });
    await updateIssue({ id: late, status: 'CLOSED' });
    await determine({ ismsId, relevance: 'NOT_RELEVANT', reason: 'We moved uphill.' });
    expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { total: 1, failing: 0 } });
    await updateIssue({ id: early, reviewDate: null });
    expect(await rule()).toMatchObject({ verdict: 'NOT_ASSESSED' });
  });
});

describe('climate change', () => {
  it('is determined with a reason; the latest counts and those before are kept', async () => {
    const ismsId = await scenario.createIsms();
    expect(await result(ismsId, 'controls.climate-determined')).toMatchObject({ clause: '4.1', verdict: 'GAP' });
    expect(error(await determine({ ismsId, relevance: 'RELEVANT', reason: '  ' }))).toMatchObject({
      code: 'BAD_INPUT',
    });
    await determine({ ismsId, expectedNumber: 0, relevance: 'RELEVANT', reason: 'Floods.' });
    expect(await result(ismsId, 'controls.climate-determined')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    const stale = await determine({ ismsId, expectedNumber: 0, relevance: 'NOT_RELEVANT', reason: 'No.' });
    expect(error(stale)).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { presentVersion: 1, expectedVersion: 0 },
    });
    const answer = await determine(
      { ismsId, expectedNumber: 1, relevance: 'NOT_RELEVANT', reason: 'We moved.' },
      { personId: anna },
    );
    expect(answer.data).toEqual({
      determineClimateRelevance: {
        ismsContext: {
          climate: { number: 2, relevance: 'NOT_RELEVANT', reason: 'We moved.', determinedBy: `person:${anna}` },
          climateHistory: [
            { number: 2, relevance: 'NOT_RELEVANT' },
            { number: 1, relevance: 'RELEVANT' },
          ],
        },
      },
    });
  });

  it('gets one number each when it is determined twice at once', async () => {
    const ismsId = await scenario.createIsms();
    const answers = await Promise.all(
      [1, 2, 3].map(() => determine({ ismsId, expectedNumber: 0, relevance: 'RELEVANT', reason: 'Floods.' })),
    );
    expect(answers.filter((answer) => !answer.errors)).toHaveLength(1);
    expect(answers.flatMap((answer) => error(answer)?.code ?? [])).toEqual(['VERSION_CONFLICT', 'VERSION_CONFLICT']);
  });
});

describe('interested parties', () => {
  it('have names of their own, and are taken away with what they require', async () => {
    const ismsId = await scenario.createIsms();
    const id = await party(ismsId);
    const required = await requirement(id);
    await expect(party(ismsId)).rejects.toThrow('ALREADY_EXISTS');
    expect((await deleteParty(id)).data).toEqual({ deleteInterestedParty: { id } });
    expect(error(await updateRequirement({ id: required, requirement: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
    const told = (await scenario.recorded('annex.controls.party-requirement.changed.v1')).flatMap(
      (event) => event.rows,
    );
    expect(told.filter((row) => row.id === required)).toMatchObject([{ version: 1 }, { version: 2, deleted: true }]);
  });

  it('stay while an obligation names them', async () => {
    const ismsId = await scenario.createIsms();
    const id = await party(ismsId);
    await make(scenario, 'createObligation', 'obligation', {
      ...{ ismsId, title: 'Report', kind: 'CONTRACTUAL', source: 'Contract 7', partyId: id },
    });
    expect(error(await deleteParty(id))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await deleteParty(id)).errors?.[0]?.message).toContain('OB-0001');
  });

  it('require what the ISMS addresses or not, and a decision says how or why', async () => {
    const ismsId = await scenario.createIsms();
    const id = await requirement(await party(ismsId));
    expect(error(await updateRequirement({ id, decision: 'NOT_ADDRESSED' }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.explanation' }],
    });
    const decided = await updateRequirement(
      { id, expectedVersion: 1, decision: 'ADDRESSED', explanation: 'By certification.' },
      { personId: anna },
    );
    expect(decided.data).toEqual({
      updatePartyRequirement: {
        partyRequirement: {
          ...{ version: 2, decision: 'ADDRESSED', explanation: 'By certification.', decidedBy: `person:${anna}` },
        },
      },
    });
    expect(error(await updateRequirement({ id, expectedVersion: 1, requirement: 'x' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    // Other words of the requirement leave the decision and who made it as they are.
    expect((await updateRequirement({ id, requirement: 'A certificate each year.' })).data).toMatchObject({
      updatePartyRequirement: { partyRequirement: { version: 3, decision: 'ADDRESSED', decidedBy: `person:${anna}` } },
    });
  });

  it('are judged for clause 4.2 a, b and c', async () => {
    const ismsId = await scenario.createIsms();
    const verdicts = async () =>
      Promise.all(
        ['parties-determined', 'party-requirements-determined', 'party-requirements-decided'].map(async (name) => {
          const found = await result(ismsId, `controls.${name}`);
          return `${found?.clause} ${found?.letter} ${found?.verdict} ${found?.facts.failing}/${found?.facts.total}`;
        }),
      );
    expect(await verdicts()).toEqual(['4.2 a GAP 1/1', '4.2 b GAP 1/1', '4.2 c GAP 1/1']);
    const [one, other] = [await party(ismsId), await party(ismsId, 'Neighbours')];
    expect(await verdicts()).toEqual(['4.2 a NO_GAP_FOUND 0/2', '4.2 b GAP 2/2', '4.2 c GAP 1/1']);
    const required = await requirement(one);
    expect(await verdicts()).toEqual(['4.2 a NO_GAP_FOUND 0/2', '4.2 b GAP 1/2', '4.2 c GAP 1/1']);
    expect(await result(ismsId, 'controls.party-requirements-determined')).toMatchObject({
      links: [{ kind: 'interestedParty', id: other, reference: 'Neighbours' }],
    });
    await requirement(other, { decision: 'NOT_ADDRESSED', explanation: 'Noise is no matter of information security.' });
    expect(await verdicts()).toEqual(['4.2 a NO_GAP_FOUND 0/2', '4.2 b NO_GAP_FOUND 0/2', '4.2 c GAP 1/2']);
    await updateRequirement({ id: required, decision: 'ADDRESSED', explanation: 'By certification.' });
    expect(await verdicts()).toEqual(['4.2 a NO_GAP_FOUND 0/2', '4.2 b NO_GAP_FOUND 0/2', '4.2 c NO_GAP_FOUND 0/2']);
  });
});

it('the context is told as it was at a moment, and to nobody of another tenant', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await issue(ismsId);
  await determine({ ismsId, relevance: 'RELEVANT', reason: 'Floods.' });
  const customers = await party(ismsId);
  await scenario.at('2026-01-20T00:00:00Z');
  await updateIssue({ id, status: 'CLOSED' });
  await determine({ ismsId, relevance: 'NOT_RELEVANT', reason: 'We moved.' });
  await deleteParty(customers);
  await scenario.test.setClock(null);
  const query = `query ($ismsId: UUID) { ismsContext(ismsId: $ismsId) {
    climate { relevance } issues { nodes { status } } interestedParties { nodes { name } } } }`;
  const read = (asOf: string) => scenario.ask(query, { ismsId }, { asOf: new Date(asOf) });
  expect(await read('2026-01-15T00:00:00Z')).toEqual({
    ismsContext: {
      climate: { relevance: 'RELEVANT' },
      issues: { nodes: [{ status: 'OPEN' }] },
      interestedParties: { nodes: [{ name: 'Customers' }] },
    },
  });
  expect(await read('2026-01-25T00:00:00Z')).toEqual({
    ismsContext: {
      climate: { relevance: 'NOT_RELEVANT' },
      issues: { nodes: [{ status: 'CLOSED' }] },
      interestedParties: { nodes: [] },
    },
  });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await updateIssue({ id, title: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
});

it('the context of a retired ISMS is kept and no longer changed', async () => {
  const ismsId = await scenario.createIsms();
  const id = await issue(ismsId);
  await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
    input: { id: ismsId, status: 'RETIRED' },
  });
  expect(error(await updateIssue({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await determine({ ismsId, relevance: 'RELEVANT', reason: 'x' }))).toMatchObject({
    code: 'STATE_CONFLICT',
  });
  await expect(party(ismsId)).rejects.toThrow('STATE_CONFLICT');
});
