import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { anna, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const need = (ismsId: string, input: object = {}) =>
  make(scenario, 'createResourceNeed', 'resourceNeed', {
    ismsId,
    title: 'A second engineer',
    kind: 'PEOPLE',
    ...input,
  });
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateResourceNeedInput!) { updateResourceNeed(input: $input) {
      resourceNeed { version title status answer decidedBy } } }`,
    { input },
    caller,
  );
const rule = (ismsId: string) => lastResult(scenario, ismsId, 'controls.resources-provided');

it('is judged for clause 7.1: something is determined, provided, and what was refused is for people to judge', async () => {
  const ismsId = await scenario.createIsms();
  expect(await rule(ismsId)).toMatchObject({
    clause: '7.1',
    basis: 'REQUIREMENT',
    verdict: 'GAP',
    facts: { total: 1 },
  });
  const id = await need(ismsId);
  expect(await rule(ismsId)).toMatchObject({
    verdict: 'GAP',
    links: [{ kind: 'resourceNeed', id, reference: 'RN-0001' }],
  });
  await update({ id, status: 'PROVIDED', answer: 'She starts in May.' });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  const refused = await need(ismsId, { kind: 'MONEY', title: 'A scanner', status: 'REFUSED', answer: 'Next year.' });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'JUDGEMENT_NEEDED', links: [{ id: refused }] });
  await update({ id: refused, status: 'WITHDRAWN' });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { total: 1 } });
});

it('is a gap once the date comes by which it is needed, without anybody calling', async () => {
  await scenario.at('2026-02-01T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await need(ismsId, { neededBy: '2026-03-01T00:00:00Z' });
  expect(await rule(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  await scenario.at('2026-03-01T00:00:00Z');
  await scenario.settle();
  expect(await rule(ismsId)).toMatchObject({ verdict: 'GAP', links: [{ id }] });
});

it('is answered with a word and by somebody, may be asked for again, and rests once it is withdrawn', async () => {
  const ismsId = await scenario.createIsms();
  const id = await need(ismsId);
  expect(error(await update({ id, status: 'REFUSED' }))?.faults).toMatchObject([{ field: 'input.answer' }]);
  expect(
    (await update({ id, expectedVersion: 1, status: 'REFUSED', answer: 'No money.' }, { personId: anna })).data,
  ).toMatchObject({
    updateResourceNeed: { resourceNeed: { version: 2, status: 'REFUSED', decidedBy: `person:${anna}` } },
  });
  expect(error(await update({ id, expectedVersion: 1, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, status: 'REFUSED' })).data).toMatchObject({
    updateResourceNeed: { resourceNeed: { version: 2 } },
  });
  expect(error(await update({ id, status: 'PROVIDED' }))).toMatchObject({
    code: 'STATE_CONFLICT',
    details: { present: 'REFUSED', allowed: ['OPEN', 'WITHDRAWN'] },
  });
  expect((await update({ id, status: 'OPEN' })).data).toMatchObject({
    updateResourceNeed: { resourceNeed: { decidedBy: null } },
  });
  await update({ id, status: 'WITHDRAWN' });
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await update({ id, title: ' ' }))).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('is told as it was at a moment, to nobody of another tenant, and not changed in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await need(ismsId);
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, status: 'PROVIDED', answer: 'She starts in May.' });
  await scenario.test.setClock(null);
  const query = `query ($ismsId: UUID) { open: resourceNeeds(ismsId: $ismsId, status: OPEN, kind: PEOPLE) { totalCount }
    provided: resourceNeeds(ismsId: $ismsId, status: PROVIDED) { nodes { answer } } }`;
  expect(await scenario.ask(query, { ismsId }, { asOf: new Date('2026-01-15T00:00:00Z') })).toEqual({
    open: { totalCount: 1 },
    provided: { nodes: [] },
  });
  expect(await scenario.ask(query, { ismsId })).toEqual({
    open: { totalCount: 0 },
    provided: { nodes: [{ answer: 'She starts in May.' }] },
  });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await update({ id, title: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(need(ismsId)).rejects.toThrow('STATE_CONFLICT');
});
