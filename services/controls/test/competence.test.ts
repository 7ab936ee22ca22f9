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

const required = (ismsId: string, input: object = {}) =>
  make(scenario, 'createCompetence', 'competence', { ismsId, title: 'Secure coding', personId: anna, ...input });
const role = (ismsId: string, input: object = {}) =>
  make(scenario, 'createResponsibility', 'responsibility', { ismsId, title: 'Lead', kind: 'OTHER', ...input });
const action = (competenceId: string, input: object = {}) =>
  make(scenario, 'createCompetenceAction', 'competenceAction', {
    ...{ competenceId, action: 'A course of two days.', kind: 'TRAINING' },
    ...input,
  });
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateCompetenceInput!) { updateCompetence(input: $input) {
      competence { version title holding basis evidence validUntil assessedBy status evidenceFile { id } } } }`,
    { input },
    caller,
  );
const updateAction = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateCompetenceActionInput!) { updateCompetenceAction(input: $input) {
      competenceAction { version status doneAt effectiveness evaluatedBy } } }`,
    { input },
    caller,
  );
const proof = { holding: 'HELD', basis: ['TRAINING', 'EXPERIENCE', 'TRAINING'], evidence: 'Certificate 7' };
const rule = (ismsId: string, name: string) => lastResult(scenario, ismsId, `controls.competence-${name}`);

it('is held on a basis and with evidence, and says who said so', async () => {
  const ismsId = await scenario.createIsms();
  const id = await required(ismsId);
  expect(error(await update({ id, holding: 'HELD' }))).toMatchObject({
    code: 'BAD_INPUT',
    faults: [{ field: 'input.basis' }, { field: 'input.evidence' }],
  });
  const evidenceId = newId();
  const { evidence: _, ...rest } = proof;
  expect((await update({ id, expectedVersion: 1, ...rest, evidenceId }, { personId: ben })).data).toMatchObject({
    updateCompetence: {
      competence: {
        ...{ version: 2, holding: 'HELD', basis: ['EXPERIENCE', 'TRAINING'] },
        ...{ assessedBy: `person:${ben}`, evidenceFile: { id: evidenceId } },
      },
    },
  });
  expect(error(await update({ id, expectedVersion: 1, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, ...rest, evidenceId })).data).toMatchObject({
    updateCompetence: { competence: { version: 2, assessedBy: `person:${ben}` } },
  });
});

it('is required of somebody or of whoever has a role, and tells nothing of another person', async () => {
  const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
  const faults = async (input: object) =>
    error(
      await scenario.call(
        'mutation ($input: CreateCompetenceInput!) { createCompetence(input: $input) { competence { id } } }',
        { input: { ismsId, title: 'Secure coding', ...input } },
      ),
    )?.faults;
  expect(await faults({})).toMatchObject([{ field: 'input.responsibilityId' }]);
  expect(await faults({ responsibilityId: await role(other) })).toMatchObject([{ field: 'input.responsibilityId' }]);
  expect(await faults({ personId: anna, title: '' })).toMatchObject([{ field: 'input.title' }]);
  expect(await faults({ responsibilityId: await role(ismsId), ...proof })).toMatchObject([{ field: 'input.personId' }]);
  const id = await required(ismsId, { ...proof, validUntil: '2199-01-01T00:00:00Z' });
  expect(error(await update({ id, personId: null }))).toMatchObject({ code: 'BAD_INPUT' });
  expect((await update({ id, personId: ben })).data).toMatchObject({
    updateCompetence: { competence: { holding: 'NOT_HELD', basis: [], evidence: '', validUntil: null } },
  });
});

describe('an action', () => {
  it('is planned, done, and evaluated with a reason', async () => {
    const ismsId = await scenario.createIsms();
    const id = await action(await required(ismsId));
    const worked = { effectiveness: 'EFFECTIVE', evaluation: 'The exam was passed.' };
    expect(error(await updateAction({ id, ...worked }))).toMatchObject({
      faults: [{ field: 'input.effectiveness', given: 'EFFECTIVE' }],
    });
    expect((await updateAction({ id, expectedVersion: 1, status: 'DONE' })).data).toMatchObject({
      updateCompetenceAction: { competenceAction: { version: 2, status: 'DONE', evaluatedBy: null } },
    });
    expect(error(await updateAction({ id, effectiveness: 'EFFECTIVE' }))).toMatchObject({
      faults: [{ field: 'input.evaluation' }],
    });
    expect((await updateAction({ id, ...worked }, { personId: ben })).data).toMatchObject({
      updateCompetenceAction: {
        competenceAction: { version: 3, effectiveness: 'EFFECTIVE', evaluatedBy: `person:${ben}` },
      },
    });
    expect(error(await updateAction({ id, status: 'CANCELLED' }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { present: 'DONE', allowed: [] },
    });
    expect(error(await updateAction({ id, expectedVersion: 1, action: 'x' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
  });

  it('is not planned for what is required no longer', async () => {
    const ismsId = await scenario.createIsms();
    const id = await required(ismsId);
    await update({ id, status: 'NO_LONGER' });
    await expect(action(id)).rejects.toThrow('STATE_CONFLICT');
    expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('shows a gap for 7.2 c until it is evaluated', async () => {
    const ismsId = await scenario.createIsms();
    const competence = await required(ismsId);
    expect(await rule(ismsId, 'actions-evaluated')).toMatchObject({ letter: 'c', verdict: 'NOT_ASSESSED' });
    const id = await action(competence);
    await updateAction({ id, status: 'DONE' });
    expect(await rule(ismsId, 'actions-evaluated')).toMatchObject({
      verdict: 'GAP',
      links: [{ kind: 'competence', id: competence, reference: 'CP-0001' }],
    });
    await updateAction({ id, effectiveness: 'NOT_EFFECTIVE', evaluation: 'Nobody remembers it.' });
    expect(await rule(ismsId, 'actions-evaluated')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'GAP' });
  });
});

describe('clause 7.2', () => {
  it('asks what each role requires', async () => {
    const ismsId = await scenario.createIsms();
    expect(await rule(ismsId, 'determined')).toMatchObject({ clause: '7.2', letter: 'a', verdict: 'GAP' });
    const [lead, keeper] = [await role(ismsId), await role(ismsId, { title: 'Keeper' })];
    await required(ismsId, { responsibilityId: lead });
    expect(await rule(ismsId, 'determined')).toMatchObject({
      verdict: 'GAP',
      facts: { total: 2, failing: 1 },
      links: [{ kind: 'responsibility', id: keeper }],
    });
    await required(ismsId, { responsibilityId: keeper, personId: null });
    expect(await rule(ismsId, 'determined')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('asks for evidence of what is required, for a judgement while an action is planned, and again when the role has another holder', async () => {
    const ismsId = await scenario.createIsms();
    expect(await rule(ismsId, 'held')).toMatchObject({ letter: 'b', verdict: 'NOT_ASSESSED' });
    const lead = await role(ismsId, { personId: anna });
    const id = await required(ismsId, { responsibilityId: lead });
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'GAP', links: [{ kind: 'competence', id }] });
    await action(id);
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'JUDGEMENT_NEEDED', facts: { failing: 1 } });
    await update({ id, ...proof });
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    const change = (input: object) =>
      scenario.ask(
        'mutation ($input: UpdateResponsibilityInput!) { updateResponsibility(input: $input) { responsibility { id } } }',
        { input: { id: lead, ...input } },
      );
    await change({ personId: ben });
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
    await change({ status: 'ENDED' });
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'NOT_ASSESSED' });
  });

  it('shows a gap when a certificate ends or a planned action was due, without anybody calling', async () => {
    await scenario.at('2026-02-01T00:00:00Z');
    const ismsId = await scenario.createIsms();
    const id = await required(ismsId, { ...proof, validUntil: '2026-03-01T00:00:00Z' });
    await action(id, { due: '2026-04-01T00:00:00Z' });
    const at = async (moment: string) => {
      await scenario.at(moment);
      await scenario.settle();
      return (await rule(ismsId, 'held'))?.verdict;
    };
    expect(await at('2026-02-28T00:00:00Z')).toBe('NO_GAP_FOUND');
    expect(await at('2026-03-01T00:00:00Z')).toBe('JUDGEMENT_NEEDED');
    expect(await at('2026-04-01T00:00:00Z')).toBe('GAP');
    await update({ id, validUntil: '2027-03-01T00:00:00Z' });
    expect(await rule(ismsId, 'held')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });
});

it('is told as it was at a moment, to nobody of another tenant, and not changed in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await required(ismsId);
  const planned = await action(id);
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, ...proof });
  await updateAction({ id: planned, status: 'DONE' });
  await scenario.test.setClock(null);
  const query = 'query ($id: UUID!) { competence(id: $id) { holding actions { status } } }';
  expect(await scenario.ask(query, { id }, { asOf: new Date('2026-01-15T00:00:00Z') })).toEqual({
    competence: { holding: 'NOT_HELD', actions: [{ status: 'PLANNED' }] },
  });
  expect(await scenario.ask(query, { id })).toEqual({ competence: { holding: 'HELD', actions: [{ status: 'DONE' }] } });
  const found = await scenario.ask(
    `query ($ismsId: UUID) { held: competences(ismsId: $ismsId, holding: HELD, personId: "${anna}") { totalCount }
      not: competences(ismsId: $ismsId, holding: NOT_HELD, status: REQUIRED) { totalCount } }`,
    { ismsId },
  );
  expect(found).toEqual({ held: { totalCount: 1 }, not: { totalCount: 0 } });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await updateAction({ id: planned, action: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await updateAction({ id: planned, action: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});
