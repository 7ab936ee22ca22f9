import { newId } from '@annex/service';
import { type Register, type RiskView, startRegister } from './register.ts';
import { code, owner, planFor, promise, type TreatmentView, treating } from './treatment.ts';

let register: Register;
let act: ReturnType<typeof treating>;
beforeAll(async () => {
  register = await startRegister();
  act = treating(register);
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

describe('a treatment', () => {
  it('computes what it is expected to leave from its promises, and says why', async () => {
    const { treatment, risk, implementationId } = await act.drafted();
    expect(treatment).toMatchObject({
      reference: 'RT-0001',
      status: 'DRAFT',
      authors: [`person:${register.person}`],
      expected: { level: 'Medium', rule: 'TOLERABLE', frequency: 0.1 },
      controls: [{ controlId: 'iso27001:2022:A.8.28', source: 'iso27001:2022' }],
      costs: [{ minorUnits: 500_000, currency: 'EUR' }],
      problems: [],
      outcome: null,
    });
    expect(treatment.expectedExplanation).toContain('1 of 1 linked or promised implementation is to have an effect');
    expect(treatment.expectedFactors).toMatchObject([{ strength: 1, why: 'Counts: promised strength 1.' }]);
    const weaker = await act.update(treatment, { promises: [{ ...promise(implementationId), strength: 0.5 }] });
    expect(weaker.expected).toMatchObject({ level: 'High', frequency: 0.55 });
    // The level that is there stays what verified strength makes it.
    expect((await register.readRisk(risk.id)).current.level).toBe('High');
  });

  it('goes from draft over the owner’s approval to its end, and is then seen beside what came of it', async () => {
    const { treatment, risk, implementationId } = await act.drafted();
    const proposed = await act.propose(treatment);
    expect(proposed).toMatchObject({ status: 'PROPOSED', awaits: ['OWNER'] });
    const plan = await act.approve(proposed);
    expect(plan).toMatchObject({
      status: 'APPROVED',
      awaits: null,
      approvals: [{ role: 'OWNER', level: 'Medium', round: 1, person: { id: owner } }],
      risk: { treatmentOption: 'MODIFY' },
    });
    const early = await act.call('completeRiskTreatment', { id: plan.id, expectedVersion: plan.version, result: 'r' });
    expect(JSON.stringify(early.errors)).toContain('neither done nor cancelled');
    const done = await act.finish(plan);
    expect(done.actions).toMatchObject([{ status: 'DONE', note: 'Done as planned' }]);
    const unlinked = await act.call('completeRiskTreatment', {
      id: plan.id,
      expectedVersion: done.version,
      result: 'r',
    });
    expect(JSON.stringify(unlinked.errors)).toContain('is not linked to');
    await act.link(risk.id, implementationId);
    const over = await act.complete(done, { result: 'Developers are trained' });
    expect(over).toMatchObject({
      status: 'COMPLETED',
      outcome: { verdict: 'WORSE', expected: { level: 'Medium' }, present: { level: 'High' } },
    });
    await register.setStrength(implementationId, 1, 2);
    expect((await act.read(over.id)).outcome).toMatchObject({ verdict: 'AS_EXPECTED', present: { level: 'Medium' } });
    expect((await act.told(over.id)).map(({ status }) => status)).toEqual([
      'DRAFT',
      'PROPOSED',
      'APPROVED',
      'APPROVED',
      'COMPLETED',
    ]);
    expect((await act.told(over.id)).at(-1)).toMatchObject({
      expected: { level: 'Medium' },
      controlIds: ['iso27001:2022:A.8.28'],
      implementationIds: [implementationId],
      actions: [{ status: 'DONE' }],
    });
  });

  it('keeps what was approved when strengths move afterwards', async () => {
    const { treatment, implementationId, risk } = await act.approved();
    await act.link(risk.id, implementationId);
    await register.setStrength(implementationId, 0.4, 2);
    expect((await act.read(treatment.id)).expected).toEqual(treatment.expected);
  });

  it('is one at a time for a risk, also when two are drafted at the same moment', async () => {
    const implementationId = await register.addImplementation(0);
    const risk = await register.createRisk({ ownerId: owner });
    const answers = await Promise.all(
      [1, 2, 3].map(() => act.call('createRiskTreatment', planFor(risk.id, implementationId))),
    );
    expect(answers.map(code).sort()).toEqual(['STATE_CONFLICT', 'STATE_CONFLICT', undefined]);
    const [first] = await treatmentsOf(risk);
    await act.abandon(first as TreatmentView, { note: 'Planned anew' });
    expect((await act.does('createRiskTreatment', planFor(risk.id, implementationId))).status).toBe('DRAFT');
  });

  it('lists what it lacks, and is not proposed before', async () => {
    const risk = await register.createRisk();
    const bare = await act.does('createRiskTreatment', {
      riskId: risk.id,
      option: 'MODIFY',
      actions: [{ title: 'Something' }, { title: 'Late', ownerId: owner, dueAt: '2020-01-01T00:00:00Z' }],
    });
    const fields = ['risk.owner', 'reason', 'actions.owner', 'actions.dueAt', 'actions.dueAt', 'controls', 'promises'];
    expect(bare.problems.map(({ field }) => field)).toEqual(fields);
    const refused = await act.call('proposeRiskTreatment', { id: bare.id, expectedVersion: bare.version });
    expect(code(refused)).toBe('STATE_CONFLICT');
    expect(JSON.stringify(refused.errors)).toContain('has no date by which it is due');
    const { treatment, implementationId } = await act.drafted();
    const idle = await act.update(treatment, { promises: [{ ...promise(implementationId), strength: 0 }] });
    expect(idle.problems).toMatchObject([{ field: 'promises' }]);
  });

  it('of a removed implementation promises nothing any more', async () => {
    const { treatment, implementationId } = await act.drafted();
    await register.emit('annex.controls.implementation.changed.v1', {
      rows: [{ ...implementation(implementationId), deleted: true }],
    });
    await register.settle();
    const now = await act.read(treatment.id);
    expect(now.expected?.level).toBe('High');
    expect(now.problems.map(({ message }) => message).join()).toContain('was removed');
  });

  it('decides how the risk is treated from its approval on', async () => {
    const { treatment, risk } = await act.approved();
    const choose = async (treatmentOption: string) => {
      const { version } = await register.readRisk(risk.id);
      const input = { id: risk.id, expectedVersion: version, treatmentOption };
      return register.call(
        'mutation ($input: UpdateRiskInput!) { updateRisk(input: $input) { risk { treatmentOption } } }',
        {
          input,
        },
      );
    };
    expect(code(await choose('RETAIN'))).toBe('STATE_CONFLICT');
    expect(code(await choose('MODIFY'))).toBeUndefined();
    await act.abandon(treatment, { note: 'Too dear' });
    expect((await choose('RETAIN')).data).toMatchObject({ updateRisk: { risk: { treatmentOption: 'RETAIN' } } });
  });

  it('that avoids a risk leaves nothing, and has come true once the risk is closed', async () => {
    const { treatment, risk } = await act.approved({ option: 'AVOID', promises: [], controls: [] });
    expect(treatment).toMatchObject({
      status: 'APPROVED',
      expected: null,
      approvals: [{ role: 'OWNER', level: null }],
    });
    const over = await act.complete(await act.finish(treatment), { result: 'The shop is shut' });
    expect(over.outcome).toMatchObject({ verdict: 'WORSE', expected: null });
    await act.close(risk.id);
    expect((await act.read(over.id)).outcome).toMatchObject({ verdict: 'AS_EXPECTED', present: null });
  });

  it('is seen as it was at a past moment, with its actions and approvals', async () => {
    await register.test.setClock(new Date('2026-05-01T00:00:00Z'));
    const ismsId = await register.addIsms();
    const { treatment } = await act.drafted({}, { ismsId });
    const proposed = await act.propose(treatment);
    await register.test.setClock(new Date('2026-05-03T00:00:00Z'));
    await act.finish(await act.approve(proposed));
    const then = await act.read(treatment.id, { asOf: new Date('2026-05-02T00:00:00Z') });
    expect(then).toMatchObject({
      status: 'PROPOSED',
      approvals: [],
      actions: [{ status: 'PLANNED' }],
      awaits: ['OWNER'],
    });
    expect(await act.read(treatment.id)).toMatchObject({ approvals: [{}], actions: [{ status: 'DONE' }] });
  });

  it('is listed by risk, option, status and what is overdue', async () => {
    const ismsId = await register.addIsms();
    const { treatment, risk } = await act.drafted({}, { ismsId });
    await act.approved({ option: 'AVOID', promises: [] }, { ismsId });
    const list = async (filter: object) =>
      (
        await register.ask<{ riskTreatments: { nodes: { reference: string }[]; totalCount: number } }>(
          'query ($ismsId: UUID, $filter: RiskTreatmentFilter) { riskTreatments(ismsId: $ismsId, filter: $filter) { nodes { reference } totalCount } }',
          { ismsId, filter },
        )
      ).riskTreatments.nodes.map(({ reference }) => reference);
    expect(await list({})).toEqual(['RT-0002', 'RT-0001']);
    expect(await list({ riskId: risk.id })).toEqual([treatment.reference]);
    expect(await list({ status: 'APPROVED' })).toEqual(['RT-0002']);
    expect(await list({ option: 'MODIFY', overdue: false })).toEqual(['RT-0001']);
    expect(await list({ overdue: true })).toEqual([]);
  });
});

describe('bad input', () => {
  it('is refused with its place: shares beyond 0 to 1, controls and implementations that are not there, wrong money', async () => {
    const implementationId = await register.addImplementation(0);
    const risk = await register.createRisk({ ownerId: owner });
    const plan = planFor(risk.id, implementationId);
    const [action] = plan.actions;
    const stranger = newId();
    for (const [change, place] of [
      [{ promises: [{ ...promise(implementationId), strength: 1.1 }] }, 'input.promises[0].strength'],
      [{ promises: [{ ...promise(implementationId), likelihoodEffect: -0.1 }] }, 'input.promises[0].likelihoodEffect'],
      [{ promises: [{ implementationId, strength: 1 }] }, 'input.promises[0].consequenceEffect'],
      [{ promises: [promise(stranger)] }, 'input.promises[0].implementationId'],
      [{ promises: [promise(implementationId), promise(implementationId)] }, 'input.promises[1].implementationId'],
      [{ option: 'RETAIN' }, 'input.promises'],
      [{ controls: [{ controlId: 'A.9.99' }] }, 'input.controls[0].controlId'],
      [{ controls: [{ controlId: 'A.8.28' }, { controlId: 'iso27001:2022:A.8.28' }] }, 'input.controls[1].controlId'],
      [{ actions: [{ ...action, title: ' ' }] }, 'input.actions[0].title'],
      [{ actions: [{ ...action, id: stranger }] }, 'input.actions[0].id'],
      [{ actions: [{ ...action, cost: { minorUnits: 0.5, currency: 'EUR' } }] }, 'input.actions[0].cost.minorUnits'],
      [{ actions: [{ ...action, cost: { minorUnits: 1, currency: 'EURO' } }] }, 'input.actions[0].cost.currency'],
      [{ actions: [{ ...action, implementationId: stranger }] }, 'input.actions[0].implementationId'],
    ] as const) {
      const answer = await act.call('createRiskTreatment', { ...plan, ...change });
      expect([place, code(answer)]).toEqual([place, 'BAD_INPUT']);
      expect(JSON.stringify(answer.errors)).toContain(place);
    }
    expect(code(await act.call('createRiskTreatment', { ...plan, riskId: stranger }))).toBe('NOT_FOUND');
    expect(await treatmentsOf(risk)).toEqual([]);
  });

  it('of a closed risk, a retired ISMS and an older version is refused', async () => {
    const { treatment, risk, implementationId } = await act.drafted();
    const stale = { id: treatment.id, expectedVersion: treatment.version + 1 };
    expect(code(await act.call('updateRiskTreatment', { ...stale, reason: 'Other' }))).toBe('VERSION_CONFLICT');
    expect(code(await act.call('proposeRiskTreatment', stale))).toBe('VERSION_CONFLICT');
    await act.close(risk.id);
    const fresh = { id: treatment.id, expectedVersion: treatment.version };
    expect(code(await act.call('updateRiskTreatment', { ...fresh, reason: 'Other' }))).toBe('STATE_CONFLICT');
    expect(code(await act.call('proposeRiskTreatment', fresh))).toBe('STATE_CONFLICT');
    await act.abandon(treatment, { note: 'The risk is gone' });
    expect(code(await act.call('createRiskTreatment', planFor(risk.id, implementationId)))).toBe('STATE_CONFLICT');
    const ismsId = await register.addIsms();
    const other = await act.drafted({}, { ismsId });
    await register.emit('annex.controls.isms.changed.v1', {
      rows: [{ id: ismsId, version: 2, name: 'Annex Ltd', status: 'RETIRED' }],
    });
    await register.settle();
    const late = await act.call('proposeRiskTreatment', { id: other.treatment.id, expectedVersion: 1 });
    expect(JSON.stringify(late.errors)).toContain('is retired');
  });
});

const implementation = (id: string) => ({
  id,
  ismsId: register.ismsId,
  version: 2,
  reference: 'I-0009',
  title: 'Secure coding',
  status: 'IMPLEMENTED' as const,
  ownerId: null,
  controlIds: [],
});
const treatmentsOf = async (risk: RiskView) =>
  (
    await register.ask<{ risk: { treatments: TreatmentView[] } }>(
      'query ($id: UUID!) { risk(id: $id) { treatments { id version reference status } } }',
      { id: risk.id },
    )
  ).risk.treatments;

describe('resync', () => {
  it('tells every treatment again, as it is', async () => {
    const { treatment } = await act.approved();
    const before = (await act.told(treatment.id)).at(-1);
    await register.handle(register.test.scope(), (tx) => register.service.definition.announce(tx));
    expect((await act.told(treatment.id)).slice(-2)).toEqual([before, before]);
  });
});
