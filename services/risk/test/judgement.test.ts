import { type Register, type RiskView, startRegister, strengthRow } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const link = (implementationId: string) => ({ implementationId, likelihoodEffect: 0.9, consequenceEffect: 0.9 });
const risky = 'risk { id version standing reassessment acceptance';

const assess = (risk: { id: string; version: number }, caller = {}) =>
  register.call(
    `mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { ${risky} assessments { level rank comment assessedBy { id } factors { strength } } } } }`,
    { input: { riskId: risk.id, expectedVersion: risk.version, comment: 'Looked at' } },
    caller,
  );

const accept = (risk: RiskView, input = {}, caller = {}) =>
  register.call(
    `mutation ($input: AcceptRiskInput!) { acceptRisk(input: $input) { ${risky} acceptances { level reason endsAt acceptedBy { id } } } } }`,
    { input: { riskId: risk.id, expectedVersion: risk.version, ...input } },
    caller,
  );

const code = (answer: { errors?: readonly { extensions?: unknown }[] }) =>
  (answer.errors?.[0]?.extensions as { code?: string } | undefined)?.code;

const otherPerson = '0190aaaa-0000-7000-8000-000000000002';

describe('an assessment', () => {
  it('keeps what was confirmed, asks again when the indicated level rises, and no more when it falls', async () => {
    const id = await register.addImplementation(1);
    const risk = await register.createRisk({ links: [link(id)] });
    expect((await assess(risk)).data).toMatchObject({
      assessRisk: {
        risk: {
          version: 2,
          reassessment: 'NONE',
          assessments: [
            { level: 'Medium', comment: 'Looked at', assessedBy: { id: register.person }, factors: [{ strength: 1 }] },
          ],
        },
      },
    });
    await register.setStrength(id, 0, 2);
    const risen = await register.readRisk(risk.id);
    expect(risen).toMatchObject({ reassessment: 'REQUESTED', current: { level: 'High' } });
    await register.setStrength(id, 1, 3);
    expect((await register.readRisk(risk.id)).reassessment).toBe('NONE');
    await register.setStrength(id, 0, 4);
    const again = await register.readRisk(risk.id);
    expect((await assess(again)).data).toMatchObject({
      assessRisk: { risk: { reassessment: 'NONE', assessments: [{ level: 'High' }, { level: 'Medium' }] } },
    });
    const told = (await register.recorded('annex.risk.assessment.added.v1')).flatMap((data) => data.rows);
    expect(told.map((row) => row.level.level)).toEqual(['Medium', 'High']);
  });

  it('is of what was seen, and of open risks only', async () => {
    const risk = await register.createRisk();
    expect(code(await assess({ ...risk, version: 9 }))).toBe('VERSION_CONFLICT');
    await register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
      input: { riskId: risk.id },
    });
    expect(code(await assess({ ...risk, version: 2 }))).toBe('STATE_CONFLICT');
  });

  it('can be neither changed nor deleted by the service', async () => {
    const change = (text: string) => register.handle(register.test.scope(), async (tx) => void (await tx.query(text)));
    await expect(change(`update assessment set comment = 'forged'`)).rejects.toThrow(/permission denied/);
    await expect(change('delete from acceptance')).rejects.toThrow(/permission denied/);
  });
});

describe('every query', () => {
  it('answers as of a past moment as it would have then', async () => {
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const ismsId = await register.addIsms();
    const id = await register.addImplementation(1, { ismsId });
    const risk = await register.createRisk({ ismsId, links: [link(id)] });
    await assess(risk);
    await register.test.setClock(new Date('2026-02-02T00:00:00Z'));
    await register.emit('annex.controls.strength.changed.v1', { rows: [strengthRow(ismsId, id, 0, 2)] });
    await register.settle();
    await assess(await register.readRisk(risk.id));
    await register.createRisk({ ismsId, links: [link(id)] });
    const ask = (asOf?: Date) =>
      register.ask(
        `query ($isms: UUID, $of: [_Any!]!) {
           risks(filter: { ismsId: $isms }) { totalCount nodes { current { level } assessments { level } links { implementation { id } } } }
           heatMap(ismsId: $isms) { cells { level count } }
           _entities(representations: $of) { ... on Implementation { risks { current { level } } } } }`,
        { isms: ismsId, of: [{ __typename: 'Implementation', id }] },
        asOf ? { asOf } : {},
      );
    const counted = (answer: unknown) =>
      (answer as { heatMap: { cells: { count: number }[] } }).heatMap.cells.filter((cell) => cell.count > 0);
    const then = await ask(new Date('2026-02-01T12:00:00Z'));
    expect(then).toMatchObject({
      risks: {
        totalCount: 1,
        nodes: [{ current: { level: 'Medium' }, assessments: [{ level: 'Medium' }], links: [{}] }],
      },
      _entities: [{ risks: [{ current: { level: 'Medium' } }] }],
    });
    expect(counted(then)).toEqual([{ level: 'Medium', count: 1 }]);
    const now = await ask();
    expect(now).toMatchObject({
      risks: { totalCount: 2 },
      _entities: [{ risks: [{}, { current: { level: 'High' } }] }],
    });
    expect(counted(now)).toEqual([{ level: 'High', count: 2 }]);
    const before = await ask(new Date('2026-01-31T00:00:00Z')).catch((error: Error) => error.message);
    expect(before).toContain('NOT_FOUND');
  });
});

describe('an acceptance', () => {
  it('is given by the owner where the criteria allow it, and stale for good once the level becomes worse', async () => {
    const id = await register.addImplementation(1);
    const risk = await register.createRisk({ ownerId: register.person, links: [link(id)] });
    expect(code(await accept(risk, {}, { personId: otherPerson }))).toBe('FORBIDDEN');
    expect((await accept(risk)).data).toMatchObject({
      acceptRisk: {
        risk: { acceptance: 'IN_FORCE', acceptances: [{ level: 'Medium', acceptedBy: { id: register.person } }] },
      },
    });
    await register.setStrength(id, 0, 2);
    await register.setStrength(id, 1, 3);
    expect(await register.readRisk(risk.id)).toMatchObject({ acceptance: 'STALE', current: { level: 'Medium' } });
  });

  it('above the criteria is a higher authority’s, with reason and end, and ends by itself', async () => {
    await register.test.setClock(new Date('2026-03-01T00:00:00Z'));
    const risk = await register.createRisk({ ownerId: register.person });
    const terms = { reason: 'Until the new gateway is live', endsAt: '2026-04-01T00:00:00Z' };
    expect(code(await accept(risk, terms))).toBe('FORBIDDEN');
    const authority = { personId: otherPerson };
    expect(JSON.stringify((await accept(risk, { endsAt: terms.endsAt }, authority)).errors)).toContain('input.reason');
    expect(JSON.stringify((await accept(risk, { reason: terms.reason }, authority)).errors)).toContain('input.endsAt');
    expect((await accept(risk, terms, authority)).data).toMatchObject({
      acceptRisk: { risk: { acceptance: 'IN_FORCE', standing: 'ACCEPTED_ABOVE_CRITERIA' } },
    });
    await register.test.setClock(new Date('2026-04-01T00:00:01Z'));
    await register.settle();
    expect(await register.readRisk(risk.id)).toMatchObject({ acceptance: 'STALE', standing: 'ABOVE_CRITERIA' });
    const then = { asOf: new Date('2026-03-15T00:00:00Z') };
    expect(await register.readRisk(risk.id, then)).toMatchObject({ standing: 'ACCEPTED_ABOVE_CRITERIA' });
  });
});

describe('the clauses judged here', () => {
  const verdicts = async (ismsId: string, asOf?: Date) =>
    register.service.database.read({ ...register.test.scope(), ...(asOf ? { asOf } : {}) }, async (tx) => {
      const { rows } = await tx.query<{
        rule: string;
        verdict: string;
        reason: string;
        links: { reference: string }[];
      }>('select rule, verdict, reason, links from rule_result where isms_id = $1', [ismsId]);
      return Object.fromEntries(rows.map((row) => [row.rule.slice('risk.'.length), row]));
    });

  it('follow the register: empty, identified without owner, above criteria, recovered', async () => {
    await register.test.setClock(new Date('2026-05-01T00:00:00Z'));
    const ismsId = await register.addIsms();
    expect(await verdicts(ismsId)).toMatchObject({
      'criteria-exist': { verdict: 'NO_GAP_FOUND' },
      'risks-identified': { verdict: 'GAP' },
      'owners-named': { verdict: 'NOT_ASSESSED' },
      'current-within-criteria': { verdict: 'NOT_ASSESSED' },
    });
    const id = await register.addImplementation(1, { ismsId });
    const mild = await register.createRisk({ ismsId, links: [link(id)], ownerId: register.person });
    const worst = await register.createRisk({
      ismsId,
      links: [link(id)],
      inherentLikelihood: 5,
      inherentConsequence: 5,
    });
    expect(await verdicts(ismsId)).toMatchObject({
      'risks-identified': { verdict: 'NO_GAP_FOUND' },
      'owners-named': { verdict: 'GAP', links: [{ reference: worst.reference }] },
      'current-within-criteria': {
        verdict: 'GAP',
        reason: '1 of 2 open risks is above the criteria and not accepted.',
      },
      'raised-reassessed': { verdict: 'NOT_ASSESSED' },
    });
    await assess(mild);
    await register.test.setClock(new Date('2026-05-02T00:00:00Z'));
    const strength = async (verified: number, version: number) => {
      await register.emit('annex.controls.strength.changed.v1', { rows: [strengthRow(ismsId, id, verified, version)] });
      await register.settle();
    };
    await strength(0, 2);
    expect(await verdicts(ismsId)).toMatchObject({
      'current-within-criteria': {
        verdict: 'GAP',
        reason: '2 of 2 open risks are above the criteria and not accepted.',
        links: [{ reference: worst.reference }, { reference: mild.reference }],
      },
      'raised-reassessed': { verdict: 'GAP', links: [{ reference: mild.reference }] },
    });
    await register.test.setClock(new Date('2026-05-03T00:00:00Z'));
    await strength(1, 3);
    expect(await verdicts(ismsId)).toMatchObject({ 'raised-reassessed': { verdict: 'NO_GAP_FOUND' } });
    expect(await verdicts(ismsId, new Date('2026-05-02T12:00:00Z'))).toMatchObject({
      'raised-reassessed': { verdict: 'GAP' },
    });
    const told = (await register.recorded('annex.risk.conformity.changed.v1')).flatMap((data) => data.rows);
    expect(
      told.filter((row) => row.ismsId === ismsId && row.rule === 'risk.raised-reassessed').map((row) => row.verdict),
    ).toEqual(['NOT_ASSESSED', 'NOT_ASSESSED', 'NOT_ASSESSED', 'NO_GAP_FOUND', 'GAP', 'NO_GAP_FOUND']);
  });
});
