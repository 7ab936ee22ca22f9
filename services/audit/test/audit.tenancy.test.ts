import { type Auditing, codeOf, risk, ruleResult, startAuditing, tellIsms } from './auditing.ts';

let auditing: Auditing;
let mine: string;
let theirs: string;
let ismsId: string;
let findingId: string;
let ruleId: string;

beforeAll(async () => {
  auditing = await startAuditing();
  await auditing.test.setClock(new Date('2026-11-24T09:00:00Z'));
  [mine, theirs] = auditing.test.tenants;
  ismsId = await tellIsms(auditing, mine);
  const result = ruleResult(ismsId, '8.3', 'CRITICAL_GAP');
  ruleId = result.id;
  await auditing.emit('annex.risk.risk.changed.v1', { rows: [risk(ismsId, 'High')] });
  await auditing.emit('annex.risk.conformity.changed.v1', { rows: [result] });
  await tellIsms(auditing, theirs);
  const { findings } = await auditing.ask<{ findings: { edges: { node: { id: string } }[] } }>(
    '{ findings { edges { node { id } } } }',
  );
  findingId = findings.edges[0]?.node.id ?? '';
});
afterAll(() => auditing.close());

describe.each([
  ['now', undefined],
  ['as of a past moment', new Date('2026-11-24T09:00:01Z')],
])('another tenant, %s', (_, asOf) => {
  const foreign = () => ({ tenant: theirs, ...(asOf ? { asOf } : {}) });

  it('sees its own readiness and not this one', async () => {
    const query = 'query ($ismsId: UUID) { readiness(ismsId: $ismsId) { counts { criticalGap } } }';
    expect(codeOf(await auditing.call(query, { ismsId }, foreign()))).toBe('NOT_FOUND');
    expect(await auditing.ask(query, {}, foreign())).toEqual({ readiness: { counts: { criticalGap: 0 } } });
    expect(await auditing.ask(query, {}, asOf ? { asOf } : {})).toEqual({ readiness: { counts: { criticalGap: 1 } } });
  });

  it('finds no finding, not by id and not by reference', async () => {
    expect(
      await auditing.ask('query ($id: UUID!) { finding(id: $id) { reference } }', { id: findingId }, foreign()),
    ).toEqual({ finding: null });
    expect(await auditing.ask('{ findings { totalCount edges { node { id } } } }', {}, foreign())).toEqual({
      findings: { totalCount: 0, edges: [] },
    });
    const r = [
      { __typename: 'Finding', id: findingId },
      { __typename: 'RuleResult', id: ruleId },
    ];
    const entities =
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Finding { reference } ... on RuleResult { rule } } }';
    expect(await auditing.ask(entities, { r }, foreign())).toEqual({ _entities: [null, null] });
  });

  it('sees no entry of this tenant’s trail, and its own', async () => {
    const trail = async (source: string) => {
      const answer = await auditing.ask<{ trail: { edges: { node: { bytes: string } }[] } }>(
        `{ trail(source: "${source}") { edges { node { bytes } } } }`,
        {},
        foreign(),
      );
      return answer.trail.edges.map((edge) => (JSON.parse(edge.node.bytes) as { tenantid: string }).tenantid);
    };
    expect(await trail('/annex/risk')).toEqual([]);
    expect(new Set(await trail('/annex/audit'))).toEqual(new Set([theirs]));
    const { trailState } = await auditing.ask<{ trailState: { heads: { source: string }[] } }>(
      '{ trailState { heads { source } } }',
      {},
      foreign(),
    );
    expect(trailState.heads.map((head) => head.source)).toEqual(['/annex/audit', '/annex/controls']);
  });
});

it('another tenant cannot judge this one’s finding', async () => {
  const confirm = 'mutation ($input: ConfirmFindingInput!) { confirmFinding(input: $input) { finding { id } } }';
  expect(codeOf(await auditing.call(confirm, { input: { id: findingId } }, { tenant: theirs }))).toBe('NOT_FOUND');
  expect(await auditing.ask('query ($id: UUID!) { finding(id: $id) { status } }', { id: findingId })).toEqual({
    finding: { status: 'PROPOSED' },
  });
});
