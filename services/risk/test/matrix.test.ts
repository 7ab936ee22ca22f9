import { approver, askStep, readCriteria, step } from './criteria.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

const csv = (
  matrix: readonly (readonly string[])[],
  rows: readonly { name: string }[],
  columns: readonly { name: string }[],
) =>
  [['', ...columns.map(({ name }) => name)], ...matrix.map((cells, index) => [rows[index]?.name ?? '', ...cells])]
    .map((cells) => cells.join(';'))
    .join('\r\n');

async function begin() {
  const ismsId = await register.addIsms();
  const risk = await register.createRisk({ ismsId });
  const { content } = await readCriteria(register, ismsId);
  const text = (matrix: readonly (readonly string[])[]) => csv(matrix, content.likelihoods, content.consequences);
  const post = (body: string, query = '') =>
    register.send('POST', `/risk-criteria/matrix?ismsId=${ismsId}${query}`, { body });
  const mild = content.matrix.map((row) => row.map(() => 'low'));
  return { ismsId, risk, content, text, post, mild };
}

interface Answer {
  proposalId: string | null;
  version: number | null;
  cells: unknown[];
  moves: { moved: number };
  code?: string;
}

describe('POST /risk-criteria/matrix', () => {
  it('says in a dry run what would move, and keeps nothing', async () => {
    const { post, text, mild, ismsId } = await begin();
    const answer = (await post(text(mild), '&dryRun=true')).json<Answer>();
    expect(answer).toMatchObject({ dryRun: true, proposalId: null, version: null, moves: { examined: 1, moved: 1 } });
    expect(answer.cells).toContainEqual({ likelihood: 'Likely', consequence: 'Major', from: 'High', to: 'Low' });
    const { riskCriteriaProposals } = await register.ask<{ riskCriteriaProposals: unknown }>(
      `{ riskCriteriaProposals(ismsId: "${ismsId}") { totalCount } }`,
    );
    expect(riskCriteriaProposals).toEqual({ totalCount: 0 });
  });

  it('makes a proposal that another person approves', async () => {
    const { post, text, mild, risk } = await begin();
    const { proposalId, version, moves } = (await post(text(mild))).json<Answer>();
    expect(moves.moved).toBe(1);
    const input = { id: proposalId, expectedVersion: version };
    expect((await askStep(register, 'approveRiskCriteria', input, { personId: approver })).errors).toBeUndefined();
    expect((await register.readRisk(risk.id)).current.level).toBe('Low');
    expect((await post(text(mild), '&expectedVersion=1')).json<Answer>().code).toBe('VERSION_CONFLICT');
  });

  it('gives a draft that matrix, and nothing that is under review', async () => {
    const { post, text, mild, content, ismsId } = await begin();
    const input = { ...content, ismsId, expectedVersion: 1, draft: true };
    const draft = await step(register, 'proposeRiskCriteria', input);
    const given = (await post(text(mild), `&proposalId=${draft.id}`)).json<Answer>();
    expect(given).toMatchObject({ proposalId: draft.id, version: 2, moves: { moved: 1 } });
    expect((await post(text(mild))).json<Answer>().code).toBe('STATE_CONFLICT');
    await step(register, 'submitRiskCriteriaProposal', { id: draft.id, expectedVersion: 2 });
    expect((await post(text(mild), `&proposalId=${draft.id}`)).json<Answer>().code).toBe('STATE_CONFLICT');
  });

  it('is refused with every cell at fault', async () => {
    const { post, text, content } = await begin();
    const wrong = content.matrix.map((row, index) => row.map((name, at) => (index === 4 && at > 2 ? 'Lwo' : name)));
    const answer = await post(text(wrong));
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      code: 'INVALID_TABLE',
      faults: [{ field: 'row 6, Major', given: 'Lwo' }, { field: 'row 6, Severe' }],
    });
    expect((await post('', '')).json<Answer>().code).toBe('INVALID_TABLE');
    expect((await post('a', '&proposalId=1')).json<Answer>().code).toBe('BAD_INPUT');
    expect((await post('a', '&expectedVersion=x')).json<Answer>().code).toBe('BAD_INPUT');
  });
});
