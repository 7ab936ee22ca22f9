import {
  approver,
  askStep,
  type CriteriaView,
  criteriaContent,
  type ProposalView,
  readCriteria,
  step,
} from './criteria.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const other = { personId: approver };
const code = (answer: { errors?: readonly { extensions?: unknown }[] }) =>
  (answer.errors?.[0]?.extensions as { code?: string } | undefined)?.code;

/** Criteria by which everything is Low. */
const mild = (content: CriteriaView) => ({ ...content, matrix: content.matrix.map((row) => row.map(() => 'Low')) });

/** An ISMS with a Low, a High and a Critical risk, and its criteria. */
async function begin() {
  const ismsId = await register.addIsms();
  const risks = [];
  for (const inherentConsequence of [1, 3, 5]) risks.push(await register.createRisk({ ismsId, inherentConsequence }));
  return { ismsId, risks, ...(await readCriteria(register, ismsId)) };
}

const propose = async (more: Record<string, unknown> = {}) => {
  const start = await begin();
  const { ismsId, version, content } = start;
  const input = { ...mild(content), ismsId, expectedVersion: version, ...more };
  return { ...start, proposal: await step(register, 'proposeRiskCriteria', input) };
};

const idOf = ({ id, version }: ProposalView) => ({ id, expectedVersion: version });

describe('proposed criteria', () => {
  it('move nothing, and show what they would move', async () => {
    const { risks, proposal, ismsId } = await propose({ note: 'Calmer' });
    expect(proposal).toMatchObject({
      ...{ version: 1, number: 1, status: 'IN_REVIEW', criteriaVersion: 1, problems: [], note: 'Calmer' },
      moves: {
        examined: 3,
        moved: 2,
        before: [
          { name: 'Low', count: 1 },
          { name: 'Medium', count: 0 },
          { name: 'High', count: 1 },
          { name: 'Critical', count: 1 },
        ],
        after: [{ name: 'Low', count: 3 }, { count: 0 }, { count: 0 }, { count: 0 }],
        risks: [
          { risk: { id: risks[1]?.id }, reference: 'R-0002', from: 'High', to: 'Low' },
          { risk: { id: risks[2]?.id }, reference: 'R-0003', from: 'Critical', to: 'Low' },
        ],
      },
    });
    expect((await register.readRisk(risks[2]?.id ?? '')).current.level).toBe('Critical');
    expect((await readCriteria(register, ismsId)).version).toBe(1);
  });

  it('are put in force by another person, with the register, and kept with what moved', async () => {
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const { risks, proposal, ismsId, content, version } = await propose();
    await register.test.setClock(new Date('2026-02-02T00:00:00Z'));
    const approve = (caller: object) => askStep(register, 'approveRiskCriteria', idOf(proposal), caller);
    expect(code(await approve({}))).toBe('FORBIDDEN');
    const approved = await step(register, 'approveRiskCriteria', { ...idOf(proposal), note: 'Fine' }, other);
    expect(approved).toMatchObject({
      ...{ status: 'APPROVED', version: 2, reviewNote: 'Fine', decidedBy: `person:${approver}` },
      moves: { moved: 2 },
    });
    const now = await Promise.all(risks.map((risk) => register.readRisk(risk.id)));
    expect(now.map((risk) => risk.current.level)).toEqual(['Low', 'Low', 'Low']);
    expect((await readCriteria(register, ismsId)).version).toBe(2);

    const query = `query ($id: UUID) { riskCriteriaVersions(ismsId: $id) { totalCount nodes {
      number criteriaVersion approvedBy approvedAt proposal { id } moves { moved examined } content { ${criteriaContent} } } } }`;
    const { riskCriteriaVersions } = await register.ask<{ riskCriteriaVersions: unknown }>(query, { id: ismsId });
    expect(riskCriteriaVersions).toEqual({
      totalCount: 1,
      nodes: [
        {
          ...{
            number: 1,
            criteriaVersion: 2,
            approvedBy: `person:${approver}`,
            approvedAt: '2026-02-02T00:00:00.000Z',
          },
          proposal: { id: proposal.id },
          moves: { moved: 2, examined: 3 },
          content: mild(content),
        },
      ],
    });
    const asOf = new Date('2026-02-01T12:00:00Z');
    expect(await register.ask(query, { id: ismsId }, { asOf })).toMatchObject({
      riskCriteriaVersions: { totalCount: 0 },
    });

    const set = await register.call(
      'mutation ($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { id } } }',
      { input: { ...content, ismsId, expectedVersion: version + 1 } },
    );
    expect(code(set)).toBe('STATE_CONFLICT');
    expect(JSON.stringify(set.errors)).toContain('proposeRiskCriteria');
    expect(code(await approve(other))).toBe('VERSION_CONFLICT');
    const again = { id: proposal.id, expectedVersion: 2 };
    expect(code(await askStep(register, 'approveRiskCriteria', again, other))).toBe('STATE_CONFLICT');
  });

  it('are approved once, where two people do it at the same moment', async () => {
    const { proposal } = await propose();
    const answers = await Promise.all(
      [approver, '0190aaaa-0000-7000-8000-000000000003'].map((personId) =>
        askStep(register, 'approveRiskCriteria', idOf(proposal), { personId }),
      ),
    );
    expect(answers.map(code).sort()).toEqual(['VERSION_CONFLICT', undefined].sort());
  });

  it('cannot be approved once other criteria are in force, until they are written anew against those', async () => {
    const { proposal, ismsId, content } = await propose();
    await register.ask(
      'mutation ($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { id } } }',
      { input: { ...content, name: 'Meanwhile', ismsId, expectedVersion: 1 } },
    );
    const stale = await askStep(register, 'approveRiskCriteria', idOf(proposal), other);
    expect(code(stale)).toBe('VERSION_CONFLICT');
    expect(JSON.stringify(stale.errors)).toContain('RiskCriteria');
    const reason = 'Made against older criteria';
    const back = await step(register, 'sendBackRiskCriteriaProposal', { ...idOf(proposal), reason }, other);
    expect(back).toMatchObject({ status: 'DRAFT', reviewNote: reason });
    const anew = { ...mild(content), ...idOf(back) };
    const old = await askStep(register, 'updateRiskCriteriaProposal', { ...anew, criteriaVersion: 1 });
    expect(code(old)).toBe('VERSION_CONFLICT');
    const draft = await step(register, 'updateRiskCriteriaProposal', { ...anew, criteriaVersion: 2 });
    const sent = await step(register, 'submitRiskCriteriaProposal', idOf(draft));
    expect(await step(register, 'approveRiskCriteria', idOf(sent), other)).toMatchObject({ status: 'APPROVED' });
  });

  it('are worked on one at a time, and none of their authors decides on them', async () => {
    const { proposal, ismsId, content } = await propose({ draft: true });
    expect(proposal.status).toBe('DRAFT');
    const second = await askStep(register, 'proposeRiskCriteria', { ...content, ismsId, expectedVersion: 1 });
    expect(code(second)).toBe('STATE_CONFLICT');
    const helped = await step(
      register,
      'updateRiskCriteriaProposal',
      { ...mild(content), ...idOf(proposal), criteriaVersion: 1 },
      other,
    );
    expect(code(await askStep(register, 'approveRiskCriteria', idOf(helped), { personId: register.otherIsmsId }))).toBe(
      'STATE_CONFLICT',
    );
    const sent = await step(register, 'submitRiskCriteriaProposal', idOf(helped));
    expect(code(await askStep(register, 'approveRiskCriteria', idOf(sent), other))).toBe('FORBIDDEN');
    const changed = await askStep(register, 'updateRiskCriteriaProposal', {
      ...{ ...content, ...idOf(sent), criteriaVersion: 1 },
    });
    expect(code(changed)).toBe('STATE_CONFLICT');
    expect(code(await askStep(register, 'withdrawRiskCriteriaProposal', { ...idOf(sent), reason: ' ' }))).toBe(
      'BAD_INPUT',
    );
    const gone = await step(register, 'withdrawRiskCriteriaProposal', { ...idOf(sent), reason: 'Not now' });
    expect(gone).toMatchObject({ status: 'WITHDRAWN', moves: null, reviewNote: 'Not now' });
    const input = { ...content, ismsId, expectedVersion: 1 };
    expect(await step(register, 'proposeRiskCriteria', input)).toMatchObject({ number: 2, status: 'IN_REVIEW' });
  });

  it('name every fault, and what is rated since that does not fit', async () => {
    const { ismsId, content } = await begin();
    const short = { ...content, likelihoods: content.likelihoods.slice(0, 4), matrix: content.matrix.slice(0, 4) };
    const input = { ...short, ismsId, expectedVersion: 1 };
    const broken = await askStep(register, 'proposeRiskCriteria', { ...input, name: ' ', floorLoss: -1 });
    expect(JSON.stringify(broken.errors)).toMatch(/input\.name.*input\.floorLoss/);
    expect(code(await askStep(register, 'proposeRiskCriteria', { ...input, expectedVersion: 7 }))).toBe(
      'VERSION_CONFLICT',
    );
    const proposal = await step(register, 'proposeRiskCriteria', input);
    await register.createRisk({ ismsId, inherentLikelihood: 5 });
    const seen = await register.ask<{ riskCriteriaProposal: ProposalView }>(
      'query ($id: UUID!) { riskCriteriaProposal(id: $id) { problems moves { moved } } }',
      { id: proposal.id },
    );
    expect(seen.riskCriteriaProposal.moves).toBeNull();
    expect(seen.riskCriteriaProposal.problems[0]).toContain('R-0004');
    expect(code(await askStep(register, 'approveRiskCriteria', idOf(proposal), other))).toBe('BAD_INPUT');
    expect((await readCriteria(register, ismsId)).version).toBe(1);
  });

  it('make acceptances stale when they come into force, and tell of each step', async () => {
    const { proposal, risks } = await propose();
    const [, high] = risks;
    await register.ask('mutation ($input: AcceptRiskInput!) { acceptRisk(input: $input) { risk { id } } }', {
      input: { riskId: high?.id, expectedVersion: 1, reason: 'For now', endsAt: '2099-01-01T00:00:00Z' },
    });
    await step(register, 'approveRiskCriteria', idOf(proposal), other);
    expect((await register.readRisk(high?.id ?? '')).acceptance).toBe('STALE');
    const told = (await register.recorded('annex.risk.criteria-proposal.changed.v1')).flatMap((data) => data.rows);
    expect(told.filter((row) => row.id === proposal.id).map((row) => row.status)).toEqual(['IN_REVIEW', 'APPROVED']);
  });
});
