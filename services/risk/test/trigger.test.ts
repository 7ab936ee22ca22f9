import type { TestCaller } from '@annex/service/testing';
import { assetCall, createAsset, errorOf } from './assets.ts';
import { approver, readCriteria, step } from './criteria.ts';
import { type Register, type RiskView, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const request = (risk: { id: string }, caller: TestCaller = {}) =>
  register.call(
    'mutation ($input: RequestReassessmentInput!) { requestReassessment(input: $input) { trigger { id kind status reason } } }',
    { input: { riskId: risk.id, reason: 'We moved offices' } },
    caller,
  );
async function assess(id: string): Promise<void> {
  const { version } = await register.readRisk(id);
  await register.ask('mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { risk { id } } }', {
    input: { riskId: id, expectedVersion: version },
  });
}
async function triggersOf(risk: RiskView, caller: TestCaller = {}) {
  const query =
    'query ($id: UUID!) { risk(id: $id) { triggers { nodes { kind status linkKind assessmentId } } assessments { id } } }';
  const found = await register.ask<{
    risk: {
      triggers: { nodes: { kind: string; status: string; linkKind: string | null; assessmentId: string | null }[] };
      assessments: { id: string }[];
    };
  }>(query, { id: risk.id }, caller);
  return found.risk;
}
const identify = (riskId: string, assetIds: string[], more: object = {}) =>
  register.ask('mutation ($input: IdentifyRiskInput!) { identifyRisk(input: $input) { risk { id } } }', {
    input: { riskId, assetBased: { operationalScenario: 'It burns', weaknesses: ['Dry wood'], assetIds, ...more } },
  });

it('stays open until the risk is assessed again, and names that assessment', async () => {
  const risk = await register.createRisk();
  expect((await request(risk)).data).toMatchObject({
    requestReassessment: { trigger: { kind: 'MANUAL', status: 'OPEN', reason: 'We moved offices' } },
  });
  await assess(risk.id);
  const { triggers, assessments } = await triggersOf(risk);
  expect(triggers.nodes).toEqual([
    { kind: 'MANUAL', status: 'CLOSED', linkKind: null, assessmentId: assessments[0]?.id },
  ]);
  const list = `{ reassessmentTriggers(ismsId: "${register.ismsId}", status: OPEN) { totalCount } }`;
  expect(await register.ask(list)).toEqual({ reassessmentTriggers: { totalCount: 0 } });
});

it('is raised once by an asset that is valued anew and by a new threat, on assessed risks only', async () => {
  const asset = await createAsset(register, { availability: 1 });
  const [assessed, fresh] = [await register.createRisk(), await register.createRisk()];
  await assess(assessed.id);
  for (const risk of [assessed, fresh]) await identify(risk.id, [asset.id], { threat: 'A fire' });
  expect((await triggersOf(assessed)).triggers.nodes).toEqual([]);
  const value = (expectedVersion: number, availability: number) =>
    assetCall(register, 'updateAsset', { id: asset.id, expectedVersion, availability });
  await value(1, 3);
  await value(2, 4);
  await assetCall(register, 'updateAsset', { id: asset.id, expectedVersion: 3, description: 'Behind the door' });
  await identify(assessed.id, [asset.id], { threatId: 'T-FIRE' });
  const open = async (risk: RiskView) =>
    (await triggersOf(risk)).triggers.nodes.map(({ kind, status }) => `${kind} ${status}`).sort();
  expect(await open(assessed)).toEqual(['ASSET_CHANGED OPEN', 'NEW_THREAT OPEN']);
  expect(await open(fresh)).toEqual([]);
  await assess(assessed.id);
  expect(await open(assessed)).toEqual(['ASSET_CHANGED CLOSED', 'NEW_THREAT CLOSED']);
});

it('is a gap by itself once it is open for longer than 30 days', async () => {
  const ismsId = await register.addIsms();
  const verdict = async () =>
    (await register.recorded('annex.risk.conformity.changed.v1'))
      .flatMap((data) => data.rows)
      .filter((one) => one.ismsId === ismsId && one.rule === 'risk.triggers-answered')
      .at(-1)?.verdict;
  await register.test.setClock(new Date('2026-03-01T12:00:00Z'));
  const risk = await register.createRisk({ ismsId });
  await request(risk);
  expect(await verdict()).toBe('NO_GAP_FOUND');
  await register.test.setClock(new Date('2026-04-01T00:00:01Z'));
  await register.settle();
  expect(await verdict()).toBe('GAP');
  await assess(risk.id);
  expect(await verdict()).toBe('NO_GAP_FOUND');
  const past = await triggersOf(risk, { asOf: new Date('2026-03-15T00:00:00Z') });
  expect(past.triggers.nodes).toMatchObject([{ status: 'OPEN' }]);
});

it('is asked for of open risks of the own tenant only', async () => {
  const risk = await register.createRisk();
  const other = { tenant: register.test.tenants[1] };
  expect(errorOf(await request(risk, other)).code).toBe('NOT_FOUND');
  await register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
    input: { riskId: risk.id },
  });
  expect(errorOf(await request(risk)).code).toBe('STATE_CONFLICT');
});

it('is raised by the approval of other criteria, on assessed risks only', async () => {
  const ismsId = await register.addIsms();
  const [assessed, fresh] = [await register.createRisk({ ismsId }), await register.createRisk({ ismsId })];
  await assess(assessed.id);
  const { version, content } = await readCriteria(register, ismsId);
  const { id, version: expectedVersion } = await step(register, 'proposeRiskCriteria', {
    ...{ ...content, name: 'Calmer', matrix: content.matrix.map((row) => row.map(() => 'Low')) },
    ...{ ismsId, expectedVersion: version },
  });
  expect((await triggersOf(assessed)).triggers.nodes).toEqual([]);
  await step(register, 'approveRiskCriteria', { id, expectedVersion }, { personId: approver });
  expect((await triggersOf(assessed)).triggers.nodes).toMatchObject([
    { kind: 'CRITERIA_CHANGED', status: 'OPEN', linkKind: 'RiskCriteria' },
  ]);
  expect((await triggersOf(fresh)).triggers.nodes).toEqual([]);
});
