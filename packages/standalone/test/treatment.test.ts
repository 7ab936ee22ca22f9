import { Client } from './client.ts';
import { type Installation, oneProcess, until as untilGood } from './installation.ts';

interface Line {
  decision: string;
  risks: { reference: string; title: string }[];
}
interface Statement {
  rows: (Line & { number: string })[];
  problems: { number: string; code: string; severity: string }[];
  drift: { number: string; field: string; before: string | null; after: string | null }[];
}
interface Treatment {
  id: string;
  version: number;
  status: string;
  risk: { version: number };
}

const needed = ['A.8.13', 'A.8.14'] as const;
const because = { reference: 'R-0001', title: 'The order system is lost' };

let installation: Installation;
let author: Client;
let owner: Client;
let director: Client;
let directorId: string;
let treatmentId: string;

beforeAll(async () => {
  installation = await oneProcess();
  await installation.test.setClock(new Date('2026-06-01T08:00:00Z'));
  author = new Client(installation.url, (await installation.tenant('treated')).key);
  const person = async (name: string, roles: string[]) => {
    const { createPerson } = await author.graphql<{ createPerson: { person: { id: string } } }>(
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }',
      { input: { name, email: `${name}@treated.example`, roles } },
    );
    const { id } = createPerson.person;
    const { createApiKey } = await author.graphql<{ createApiKey: { secret: string } }>(
      'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
      { input: { title: name, personId: id } },
    );
    return { id, client: new Client(installation.url, createApiKey.secret) };
  };
  const owning = await person('owner', ['OWNER']);
  owner = owning.client;
  ({ client: director, id: directorId } = await person('director', ['MANAGEMENT']));
  await author.graphql('mutation($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id } } }', {
    input: { name: 'Orders', scope: 'All that takes orders' },
  });
  const asked = { title: because.title, ownerId: owning.id, affects: ['AVAILABILITY'] };
  const created = await until(
    () => author.request('POST', '/v1/risks', { body: { ...asked, inherentLikelihood: 3, inherentConsequence: 3 } }),
    (seen) => seen.status === 201,
  );
  const implementationId = await implement();
  const drafted = await until(
    () =>
      author
        .graphql<{ createRiskTreatment: { riskTreatment: { id: string } } }>(
          'mutation($input: CreateRiskTreatmentInput!) { createRiskTreatment(input: $input) { riskTreatment { id } } }',
          {
            input: {
              ...{ riskId: created.body.id, option: 'MODIFY', reason: 'A week without orders is too long.' },
              promises: [{ implementationId, strength: 0.9, likelihoodEffect: 0, consequenceEffect: 0.9 }],
              controls: needed.map((controlId) => ({ controlId, reason: 'What is lost comes back.' })),
              actions: [{ title: 'Rehearse it', ownerId: owning.id, dueAt: '2026-09-01T00:00:00Z' }],
            },
          },
        )
        .catch(() => undefined),
    (seen) => seen !== undefined,
  );
  treatmentId = drafted?.createRiskTreatment.riskTreatment.id ?? '';
});
afterAll(() => installation?.stop());

const until = <R>(look: () => Promise<R>, good: (seen: R) => boolean) =>
  untilGood(look, good, () => installation.log());

/** An implementation of a control that the treatment does not name itself. */
async function implement(): Promise<string> {
  const { createImplementation } = await author.graphql<{ createImplementation: { implementation: { id: string } } }>(
    'mutation($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id } } }',
    { input: { title: 'A second site', status: 'PLANNED', controlIds: ['A.5.30'] } },
  );
  return createImplementation.implementation.id;
}

/** One step of the treatment, in the version that it has now. */
async function step(name: string, client: Client, more: object = {}): Promise<string> {
  const { riskTreatment: now } = await author.graphql<{ riskTreatment: Treatment }>(
    'query($id: UUID!) { riskTreatment(id: $id) { id version status risk { version } } }',
    { id: treatmentId },
  );
  const seen = name === 'approveRiskTreatment' ? { riskVersion: now.risk.version } : {};
  const answer = await client.graphql<Record<string, { riskTreatment: Treatment }>>(
    `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { riskTreatment { status } } }`,
    { input: { id: treatmentId, expectedVersion: now.version, ...seen, ...more } },
  );
  return answer[name]?.riskTreatment.status ?? '';
}

async function statement(headers: Record<string, string> = {}): Promise<Statement> {
  const { statementOfApplicability } = await author.graphql<{ statementOfApplicability: Statement }>(
    `{ statementOfApplicability { rows { number decision risks { reference title } } problems { number code severity }
         drift(kind: DECISION) { number field before after } } }`,
    {},
    headers,
  );
  return statementOfApplicability;
}
/** The controls that a statement includes because of risks, and these. */
const reasons = ({ rows }: Statement) =>
  Object.fromEntries(rows.flatMap(({ number, risks }) => (risks.length > 0 ? [[number, risks]] : [])));
const reasoned = (...numbers: string[]) => Object.fromEntries(numbers.map((number) => [number, [because]]));
const saying = (numbers: readonly string[]) =>
  until(statement, (seen) => Object.keys(reasons(seen)).join() === numbers.join());

const decide = (entries: object[]) =>
  author.graphql('mutation($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed } }', {
    input: { entries },
  });
const leaveOut = (controlId: string) =>
  decide([{ controlId, decision: 'NOT_NECESSARY', justification: 'We do without it.' }]);

interface RuleResult {
  rule: string;
  verdict: string;
  reason: string;
}
/** What clause 6.1.3 d says of the approved statement, once it says what is expected. */
const approvedRule = async (verdict: string) =>
  until(
    async () => {
      const { readiness } = await author.graphql<{
        readiness: { clauses: { clause: string; rules: RuleResult[] }[] };
      }>('{ readiness { clauses { clause rules(first: 50) { rule verdict reason } } } }');
      const clause = readiness.clauses.find((one) => one.clause === '6.1.3');
      return clause?.rules.find((one) => one.rule === 'controls.soa-approved');
    },
    (seen) => seen?.verdict === verdict,
  );

it('takes no control from a plan that nobody approved', async () => {
  expect(await step('proposeRiskTreatment', author)).toBe('PROPOSED');
  expect(reasons(await statement())).toEqual({});
});

it('has what an approved plan determines, and what it promises, with the risk as the reason; they cannot be left out', async () => {
  expect(await step('approveRiskTreatment', owner)).toBe('APPROVED');
  const seen = await saying(['A.5.30', ...needed]);
  expect(reasons(seen)).toEqual(reasoned('A.5.30', ...needed));
  for (const control of ['A.5.30', ...needed])
    await expect(leaveOut(control)).rejects.toThrow(
      /STATE_CONFLICT[\s\S]*R-0001 needs it|R-0001 needs it[\s\S]*STATE_CONFLICT/,
    );
});

it('is approved with the risk as the only reason that there is for them', async () => {
  const { rows } = await statement();
  await decide(
    rows.map(({ number, risks }) =>
      risks.length > 0
        ? { controlId: number, decision: 'NECESSARY' }
        : { controlId: number, decision: 'NOT_NECESSARY', justification: 'We do without it.' },
    ),
  );
  expect((await statement()).problems.filter((problem) => problem.severity === 'BLOCKING')).toEqual([]);
  const { submitSoa } = await author.graphql<{ submitSoa: { soaVersion: { id: string } } }>(
    'mutation($input: SubmitSoaInput!) { submitSoa(input: $input) { soaVersion { id } } }',
    { input: { approvals: [{ personId: directorId, role: 'top management' }] } },
  );
  await director.graphql('mutation($input: JudgeSoaInput!) { judgeSoa(input: $input) { soaVersion { id } } }', {
    input: { id: submitSoa.soaVersion.id, decision: 'APPROVED' },
  });
  expect((await statement()).drift).toEqual([]);
  expect((await approvedRule('NO_GAP_FOUND'))?.reason).toBe('Version 1 is approved and holds every decision.');
});

it('says so when the plan comes to determine other controls: what it no longer needs has no reason and may be left out', async () => {
  await installation.test.setClock(new Date('2026-06-10T08:00:00Z'));
  await step('reviseRiskTreatment', author, { note: 'The second site is near enough.' });
  await step('updateRiskTreatment', author, {
    controls: [{ controlId: 'A.8.13', reason: 'What is lost comes back.' }],
  });
  await step('proposeRiskTreatment', author);
  expect(await step('approveRiskTreatment', owner)).toBe('APPROVED');
  const seen = await saying(['A.5.30', 'A.8.13']);
  expect(seen.problems).toContainEqual({ number: 'A.8.14', code: 'INCLUSION_NOT_JUSTIFIED', severity: 'BLOCKING' });
  expect(seen.drift).toEqual([{ number: 'A.8.14', field: 'risks', before: 'R-0001', after: '' }]);
  expect((await approvedRule('JUDGEMENT_NEEDED'))?.reason).toBe(
    'Version 1 is approved, and 1 necessary control is justified by nothing.',
  );
  await leaveOut('A.8.14');
  expect((await statement()).problems.filter((problem) => problem.severity === 'BLOCKING')).toEqual([]);
});

it('says so when the plan is given up, while the statement of before still says why', async () => {
  await installation.test.setClock(new Date('2026-06-20T08:00:00Z'));
  expect(await step('abandonRiskTreatment', author, { note: 'The order system is sold.' })).toBe('ABANDONED');
  const seen = await saying([]);
  const unjustified = seen.problems.filter((problem) => problem.code === 'INCLUSION_NOT_JUSTIFIED');
  expect(unjustified.map((problem) => problem.number)).toEqual(['A.5.30', 'A.8.13']);
  expect(seen.drift.filter((one) => one.field === 'risks')).toEqual(
    ['A.5.30', 'A.8.13', 'A.8.14'].map((number) => ({ number, field: 'risks', before: 'R-0001', after: '' })),
  );
  const rule = await until(
    () => approvedRule('JUDGEMENT_NEEDED'),
    (one) => one?.reason.includes('2 necessary') === true,
  );
  expect(rule?.reason).toBe(
    'Version 1 is approved, and 1 decision was made after it was submitted, and 2 necessary controls are justified by nothing.',
  );
  expect(reasons(await statement({ 'annex-as-of': '2026-06-05T00:00:00Z' }))).toEqual(reasoned('A.5.30', ...needed));
  await leaveOut('A.8.13');
});
