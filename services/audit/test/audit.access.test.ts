import { type Permission, type RoleName, roles } from '@annex/schema';
import { newId } from '@annex/service';
import { type Auditing, codeOf, risk, startAuditing, tellIsms } from './auditing.ts';

let auditing: Auditing;
let riskId: string;
let findingId: string;

beforeAll(async () => {
  auditing = await startAuditing();
  const row = risk(await tellIsms(auditing), 'High');
  riskId = row.id;
  await auditing.emit('annex.risk.risk.changed.v1', { rows: [row] });
  await auditing.settle();
  const { findings } = await auditing.ask<{ findings: { edges: { node: { id: string } }[] } }>(
    '{ findings { edges { node { id } } } }',
  );
  findingId = findings.edges[0]?.node.id ?? '';
});
afterAll(() => auditing.close());

const as = (permissions: readonly Permission[]) => ({ permissions });

const reads = {
  readiness: '{ readiness { verdict clauses { clause rules { rule } } } }',
  finding: 'query ($id: UUID!) { finding(id: $id) { reference history { status } } }',
  findings: '{ findings { edges { node { reference } } } }',
  trail: '{ trail(source: "/annex/audit") { edges { node { bytes } } } }',
  trailState: '{ trailState { heads { sequence } alarms { reason } } }',
};
const propose = 'mutation ($input: ProposeFindingInput!) { proposeFinding(input: $input) { finding { id } } }';
const confirm = 'mutation ($input: ConfirmFindingInput!) { confirmFinding(input: $input) { finding { status } } }';
const decline = 'mutation ($input: DeclineFindingInput!) { declineFinding(input: $input) { finding { status } } }';

describe('reading', () => {
  it.each(Object.entries(reads))('%s is for every role, since each may read audit', async (_, query) => {
    for (const role of Object.keys(roles) as RoleName[]) {
      expect((await auditing.call(query, { id: findingId }, as(roles[role].permissions))).errors).toBeUndefined();
    }
  });

  it.each(Object.entries(reads))('%s is refused without audit:read', async (_, query) => {
    const others: Permission[] = ['risk:read', 'controls:read', 'evidence:read', 'identity:read'];
    expect(codeOf(await auditing.call(query, { id: findingId }, as(others)))).toBe('FORBIDDEN');
  });

  it('of a reference from another subgraph is refused without audit:read', async () => {
    const answer = await auditing.call(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Finding { reference } } }',
      { r: [{ __typename: 'Finding', id: findingId }] },
      as(['risk:read']),
    );
    expect(codeOf(answer)).toBe('FORBIDDEN');
  });

  it('shows the risk, the person and the ISMS of a finding only to who may see those', async () => {
    const query = 'query ($id: UUID!) { finding(id: $id) { reference risk { id } decidedBy { id } } }';
    const answer = await auditing.call(query, { id: findingId }, as(['audit:read']));
    expect(answer.data?.finding).toMatchObject({ reference: expect.any(String), risk: null });
    expect(answer.errors?.map((error) => error.extensions.code)).toContain('FORBIDDEN');
    const seen = await auditing.call(query, { id: findingId }, as(['audit:read', 'risk:read', 'identity:read']));
    expect(seen.data?.finding).toMatchObject({ risk: { id: riskId } });
  });
});

describe('judging findings', () => {
  const input = { title: 'Something', clause: '8.3', reason: 'Seen.' };
  const judges: RoleName[] = ['ADMINISTRATOR', 'ISMS_MANAGER', 'AUDITOR'];

  it.each(['OWNER', 'INTEGRATION'] as const)('is not for %s', async (role) => {
    const caller = as(roles[role].permissions);
    expect(codeOf(await auditing.call(propose, { input }, caller))).toBe('FORBIDDEN');
    expect(codeOf(await auditing.call(confirm, { input: { id: findingId } }, caller))).toBe('FORBIDDEN');
    expect(codeOf(await auditing.call(decline, { input: { id: findingId, reason: 'No.' } }, caller))).toBe('FORBIDDEN');
  });

  it.each(judges)('is for %s', async (role) => {
    const caller = as(roles[role].permissions);
    const made = await auditing.ask<{ proposeFinding: { finding: { id: string } } }>(propose, { input }, caller);
    const { finding } = made.proposeFinding;
    expect((await auditing.call(confirm, { input: { id: finding.id } }, caller)).errors).toBeUndefined();
  });

  it('is not for a machine that acts for itself, whatever it may do otherwise', async () => {
    const info = auditing.requestInfo();
    const { personId: _, ...caller } = info.caller;
    const request = { ...info, caller: { ...caller, actor: `key:${newId()}` } };
    const answer = await auditing.service.execute({ query: confirm, variables: { input: { id: findingId } }, request });
    expect(codeOf(answer)).toBe('FORBIDDEN');
    expect(answer.errors?.[0]?.message).toContain('a person’s judgement');
  });

  it('in the past is refused', async () => {
    const answer = await auditing.call(
      confirm,
      { input: { id: findingId } },
      { asOf: new Date('2026-01-01T00:00:00Z') },
    );
    expect(codeOf(answer)).toBe('AS_OF_NOT_WRITABLE');
  });
});
