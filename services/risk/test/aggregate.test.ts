import { createAsset, errorOf } from './assets.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

const identify = (riskId: string, assetIds: string[]) =>
  register.ask('mutation ($input: IdentifyRiskInput!) { identifyRisk(input: $input) { risk { id } } }', {
    input: {
      riskId,
      assetBased: { operationalScenario: 'It burns', threat: 'A fire', weaknesses: ['Dry wood'], assetIds },
    },
  });
interface Group {
  key: string;
  risks: number;
  aboveCriteria: number;
  worstLevel: string;
  levels: { level: string; count: number }[];
  expectedAnnualLoss: { minorUnits: number; currency: string };
  worst: { reference: string }[];
}
const aggregate = async (by: string, ismsId: string, caller = {}) =>
  (
    await register.ask<{ riskAggregate: { nodes: Group[]; totalCount: number } }>(
      `{ riskAggregate(by: ${by}, ismsId: "${ismsId}") { totalCount nodes { key risks aboveCriteria worstLevel levels { level count }
         expectedAnnualLoss { minorUnits currency } worst { reference } } } }`,
      {},
      caller,
    )
  ).riskAggregate;

it('rolls risks up to what depends on their assets, each once, and groups them by all else', async () => {
  const ismsId = await register.addIsms();
  const process = await createAsset(register, { ismsId, name: 'Sales', kind: 'PRIMARY', category: 'BUSINESS_PROCESS' });
  const server = await createAsset(register, { ismsId });
  const shop = { ismsId, name: 'Shop', category: 'SOFTWARE', dependsOn: [server.id] };
  const software = await createAsset(register, shop);
  await register.ask('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }', {
    input: { id: process.id, expectedVersion: 1, dependsOn: [software.id, server.id] },
  });
  const high = await register.createRisk({ ismsId, ownerId: register.person, affects: ['INTEGRITY', 'AVAILABILITY'] });
  const low = await register.createRisk({ ismsId, inherentLikelihood: 1, inherentConsequence: 1 });
  await identify(high.id, [server.id, software.id]);
  await identify(low.id, [software.id]);
  const byAsset = await aggregate('ASSET', ismsId);
  expect(byAsset.totalCount).toBe(3);
  const of = (id: string) => byAsset.nodes.find((group) => group.key === id);
  expect(of(server.id)).toMatchObject({ risks: 1, worst: [{ reference: 'R-0001' }] });
  expect(of(software.id)).toMatchObject({ risks: 2, worst: [{ reference: 'R-0001' }, { reference: 'R-0002' }] });
  expect(of(process.id)).toMatchObject({ risks: 2, aboveCriteria: 1, worstLevel: 'High' });
  expect(of(process.id)?.expectedAnnualLoss).toEqual(of(software.id)?.expectedAnnualLoss);
  expect((await aggregate('PROCESS', ismsId)).nodes).toMatchObject([{ key: process.id, risks: 2 }]);
  const keys = async (by: string) =>
    (await aggregate(by, ismsId)).nodes.map(({ key, risks }) => `${key} ${risks}`).sort();
  expect(await keys('OWNER')).toEqual([' 1', `${register.person} 1`]);
  expect(await keys('AFFECTS')).toEqual(['AVAILABILITY 1', 'CONFIDENTIALITY 1', 'INTEGRITY 1']);
  expect(await keys('CATEGORY')).toEqual(['HARDWARE 1', 'SOFTWARE 2']);
  expect(await keys('IMPLEMENTATION')).toEqual([' 2']);
  expect(await keys('LEVEL')).toHaveLength(2);
  expect(await aggregate('ASSET', ismsId, { asOf: new Date() })).toEqual(byAsset);
});

it('puts open risks in one order, says why, and compares some of them', async () => {
  const ismsId = await register.addIsms();
  const low = await register.createRisk({ ismsId, inherentLikelihood: 1, inherentConsequence: 1 });
  const high = await register.createRisk({ ismsId });
  const equal = await register.createRisk({ ismsId });
  const { riskRanking } = await register.ask<{ riskRanking: { nodes: { position: number; risk: { id: string } }[] } }>(
    `{ riskRanking(ismsId: "${ismsId}") { nodes { position risk { id } } } }`,
  );
  expect(riskRanking.nodes.map(({ risk }) => risk.id)).toEqual([high.id, equal.id, low.id]);
  const one = `query ($id: UUID!) { risk(id: $id) { priority { position total reasons } } }`;
  expect(await register.ask(one, { id: low.id })).toMatchObject({
    risk: { priority: { position: 3, total: 3, reasons: expect.arrayContaining(['Within the criteria.']) } },
  });
  const compare = `query ($ids: [UUID!]!) { compareRisks(ids: $ids) { places { position } explanations } }`;
  expect(await register.ask(compare, { ids: [low.id, equal.id, high.id] })).toEqual({
    compareRisks: {
      places: [{ position: 1 }, { position: 2 }, { position: 3 }],
      explanations: [
        'R-0002 before R-0003: alike in all, so by reference.',
        expect.stringContaining('R-0003 before R-0001'),
      ],
    },
  });
  const other = { tenant: register.test.tenants[1] };
  expect(errorOf(await register.call(compare, { ids: [low.id, high.id] }, other)).code).toBe('NOT_FOUND');
  expect(errorOf(await register.call(compare, { ids: [low.id] })).code).toBe('BAD_INPUT');
});

it('judges the order of treatment by the risks that come first, and not at all without open risks', async () => {
  const ismsId = await register.addIsms();
  const judged = async () =>
    (await register.recorded('annex.risk.conformity.changed.v1'))
      .flatMap((data) => data.rows)
      .filter((one) => one.ismsId === ismsId && one.rule === 'risk.prioritised')
      .at(-1);
  await register.createRisk({ ismsId, inherentLikelihood: 1, inherentConsequence: 1 });
  for (let count = 0; count < 5; count++) await register.createRisk({ ismsId });
  expect(await judged()).toMatchObject({
    ...{ clause: '6.1.2', letter: 'e', verdict: 'NO_GAP_FOUND', facts: { examined: 6, total: 6, failing: 0 } },
    reason: 'Each of 6 open risks has a place in the order of treatment, R-0002 the first.',
    links: ['R-0002', 'R-0003', 'R-0004', 'R-0005', 'R-0006'].map((reference) => ({ kind: 'Risk', reference })),
  });
  const alone = await register.addIsms();
  const closed = await register.createRisk({ ismsId: alone });
  await register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
    input: { riskId: closed.id },
  });
  const verdicts = (await register.recorded('annex.risk.conformity.changed.v1'))
    .flatMap((data) => data.rows)
    .filter((one) => one.ismsId === alone && one.rule === 'risk.prioritised')
    .map(({ verdict }) => verdict);
  expect(verdicts).toEqual(expect.arrayContaining(['NO_GAP_FOUND', 'NOT_ASSESSED']));
  expect(verdicts.at(-1)).toBe('NOT_ASSESSED');
});
