import type { TestCaller } from '@annex/service/testing';
import { errorOf } from './assets.ts';
import { approver, step as criteriaStep, readCriteria } from './criteria.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

interface CycleView {
  id: string;
  version: number;
  reference: string;
  status: string;
  note: string;
  progress: { open: number; assessed: number; remaining: number } | null;
  remaining: { nodes: { reference: string }[] };
  result: {
    criteriaVersion: number;
    contentHash: string;
    intact: boolean;
    levels: { level: string; count: number }[];
    rows: {
      nodes: { reference: string; currentLevel: string; assessedInCycle: boolean; assessedLevel: string | null }[];
    };
  } | null;
}

const fields = `id version reference status note progress { open assessed remaining } remaining { nodes { reference } }
  result { criteriaVersion contentHash intact levels { level count } rows { nodes { reference currentLevel assessedInCycle assessedLevel } } }`;

const call = (name: string, input: object, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { assessmentCycle { ${fields} } } }`,
    { input },
    caller,
  );
async function does(name: string, input: object): Promise<CycleView> {
  const { data, errors } = await call(name, input);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as Record<string, { assessmentCycle: CycleView }>)[name]?.assessmentCycle as CycleView;
}
const plan = (ismsId: string, more: object = {}) =>
  does('planAssessmentCycle', {
    ...{ ismsId, name: 'Spring', plannedStart: '2026-03-01T00:00:00Z', plannedEnd: '2026-04-01T00:00:00Z' },
    ...more,
  });
const step = ({ id, version }: CycleView, more: object = {}) => ({ id, expectedVersion: version, ...more });
const start = (cycle: CycleView) => does('startAssessmentCycle', step(cycle));
const complete = (cycle: CycleView, more: object = {}) => does('completeAssessmentCycle', step(cycle, more));
const read = async (id: string, caller: TestCaller = {}) =>
  (
    await register.ask<{ assessmentCycle: CycleView }>(
      `query ($id: UUID!) { assessmentCycle(id: $id) { ${fields} } }`,
      { id },
      caller,
    )
  ).assessmentCycle;
const assess = (risk: { id: string; version: number }) =>
  register.ask('mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { risk { id } } }', {
    input: { riskId: risk.id, expectedVersion: risk.version },
  });

async function verdict(ismsId: string, rule: string) {
  const told = (await register.recorded('annex.risk.conformity.changed.v1')).flatMap((data) => data.rows);
  return told.filter((one) => one.ismsId === ismsId && one.rule === rule).at(-1)?.verdict;
}

it('says what is left while it is in progress, and is completed with a reason for what was not assessed', async () => {
  const ismsId = await register.addIsms();
  const [one, two] = [await register.createRisk({ ismsId }), await register.createRisk({ ismsId })];
  await assess(one);
  expect(await verdict(ismsId, 'risk.assessed-at-intervals')).toBe('GAP');
  await register.test.setClock(new Date(Date.now() + 60_000));
  const begun = await start(await plan(ismsId));
  expect(begun).toMatchObject({ reference: 'AC-0001', progress: { open: 2, assessed: 0, remaining: 2 }, result: null });
  await assess(two);
  const half = await read(begun.id);
  expect(half).toMatchObject({
    progress: { open: 2, assessed: 1, remaining: 1 },
    remaining: { nodes: [{ reference: 'R-0001' }] },
  });
  const refused = errorOf(await call('completeAssessmentCycle', step(half)));
  expect(refused).toMatchObject({ code: 'BAD_INPUT', text: expect.stringContaining('1 of 2 open risks was not') });
  const done = await complete(half, { incompleteReason: 'The owner was away' });
  expect(done).toMatchObject({
    status: 'COMPLETED',
    note: 'The owner was away',
    progress: { open: 2, assessed: 1, remaining: 1 },
    remaining: { nodes: [] },
    result: {
      criteriaVersion: 1,
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      intact: true,
      levels: [{ level: 'High', count: 2 }],
      rows: {
        nodes: [
          { reference: 'R-0001', currentLevel: 'High', assessedInCycle: false, assessedLevel: 'High' },
          { reference: 'R-0002', currentLevel: 'High', assessedInCycle: true, assessedLevel: 'High' },
        ],
      },
    },
  });
  expect(await verdict(ismsId, 'risk.assessed-at-intervals')).toBe('NO_GAP_FOUND');
  const again = await call('cancelAssessmentCycle', step(done, { note: 'n' }));
  expect(errorOf(again).code).toBe('STATE_CONFLICT');
  const change = register.handle(
    register.test.scope(),
    async (tx) => void (await tx.query(`update assessment_cycle_row set title = 'forged'`)),
  );
  await expect(change).rejects.toThrow(/permission denied/);
});

it('announces by itself that the next one is overdue', async () => {
  const ismsId = await register.addIsms();
  await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
  await register.createRisk({ ismsId });
  await complete(await start(await plan(ismsId)), { incompleteReason: 'A first look' });
  const due = await register.ask(`{ assessmentDue(ismsId: "${ismsId}") { period dueAt overdue last { reference } } }`);
  expect(due).toEqual({
    assessmentDue: { period: 'P1Y', dueAt: '2027-02-01T00:00:00.000Z', overdue: false, last: { reference: 'AC-0001' } },
  });
  await register.test.setClock(new Date('2027-02-01T00:00:01Z'));
  await register.settle();
  expect(await verdict(ismsId, 'risk.assessed-at-intervals')).toBe('GAP');
});

it('tells how two frozen registers differ, and whether their levels mean the same', async () => {
  const ismsId = await register.addIsms();
  const id = await register.addImplementation(1, { ismsId });
  const first = await register.createRisk({
    ismsId,
    links: [{ implementationId: id, likelihoodEffect: 0.9, consequenceEffect: 0.9 }],
  });
  const gone = await register.createRisk({ ismsId });
  const from = await complete(await start(await plan(ismsId)), { incompleteReason: 'First' });
  await register.ask(
    'mutation ($input: UnlinkImplementationInput!) { unlinkImplementation(input: $input) { risk { id } } }',
    {
      input: { riskId: first.id, implementationId: id },
    },
  );
  await register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
    input: { riskId: gone.id },
  });
  await register.createRisk({ ismsId });
  const to = await complete(await start(await plan(ismsId)), { incompleteReason: 'Second' });
  const { cycleDifferences } = await register.ask<{ cycleDifferences: Record<string, unknown> }>(
    `query ($fromId: UUID!, $toId: UUID!) { cycleDifferences(fromId: $fromId, toId: $toId) {
       comparability counts { kind count worse better } changes { nodes { reference kind before after } } } }`,
    { fromId: from.id, toId: to.id },
  );
  expect(cycleDifferences).toMatchObject({
    comparability: 'SAME_CRITERIA',
    counts: expect.arrayContaining([{ kind: 'CURRENT_LEVEL_MOVED', count: 1, worse: 1, better: 0 }]),
    changes: {
      nodes: expect.arrayContaining([
        { reference: 'R-0001', kind: 'CURRENT_LEVEL_MOVED', before: 'Medium', after: 'High' },
        { reference: 'R-0002', kind: 'CLOSED', before: 'OPEN', after: 'CLOSED' },
        { reference: 'R-0003', kind: 'ADDED', before: null, after: 'High' },
      ]),
    },
  });
  expect((await read(from.id)).result?.rows.nodes[0]?.currentLevel).toBe('Medium');
  expect(await verdict(ismsId, 'risk.assessments-comparable')).toBe('NO_GAP_FOUND');
});

it('tells how the register as it is now, or was at a moment, differs from one that was frozen', async () => {
  const ismsId = await register.addIsms();
  const first = await register.createRisk({ ismsId });
  const open = await plan(ismsId);
  const question = `query ($fromId: UUID!) { cycleDifferences(fromId: $fromId) {
    to { id } comparability explanation counts { kind count worse better } changes { nodes { reference kind before after } } } }`;
  const ask = (caller: TestCaller = {}) => register.call(question, { fromId: open.id }, caller);
  expect(errorOf(await ask())).toMatchObject({ code: 'STATE_CONFLICT', text: expect.stringContaining('AC-0001') });
  await complete(await start(open), { incompleteReason: 'First' });
  const none = { to: null, comparability: 'SAME_CRITERIA', counts: [], changes: { nodes: [] } };
  expect((await ask()).data).toMatchObject({ cycleDifferences: none });
  const still = new Date();
  await register.test.setClock(new Date(Date.now() + 60_000));
  await register.ask('mutation ($input: UpdateRiskInput!) { updateRisk(input: $input) { risk { id } } }', {
    input: { id: first.id, expectedVersion: first.version, inherentConsequence: 1 },
  });
  await register.createRisk({ ismsId });
  expect((await ask()).data).toMatchObject({
    cycleDifferences: {
      ...{ to: null, comparability: 'SAME_CRITERIA' },
      explanation: 'Both used version 1 of the criteria, so their levels mean the same.',
      counts: expect.arrayContaining([
        { kind: 'ADDED', count: 1, worse: null, better: null },
        { kind: 'CURRENT_LEVEL_MOVED', count: 1, worse: 0, better: 1 },
      ]),
      changes: {
        nodes: expect.arrayContaining([
          { reference: 'R-0001', kind: 'CURRENT_LEVEL_MOVED', before: 'High', after: 'Low' },
          { reference: 'R-0002', kind: 'ADDED', before: null, after: 'High' },
        ]),
      },
    },
  });
  expect((await ask({ asOf: still })).data).toMatchObject({ cycleDifferences: none });
  expect(errorOf(await ask({ tenant: register.test.tenants[1] })).code).toBe('NOT_FOUND');
  const { version, content } = await readCriteria(register, ismsId);
  await register.ask(
    'mutation ($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { id } } }',
    {
      input: { ...content, name: 'By another name', ismsId, expectedVersion: version },
    },
  );
  for (const caller of [{}, { asOf: new Date(Date.now() + 90_000) }])
    expect((await ask(caller)).data).toMatchObject({
      cycleDifferences: {
        comparability: 'SAME_SCALES',
        explanation:
          'AC-0001 used version 1 of the criteria and the register as it is now version 2; scales, matrix and rules are the same in both, so their levels mean the same.',
      },
    });
});

it('refuses bad plans, stale versions, a second one in progress, and what another tenant has', async () => {
  const ismsId = await register.addIsms();
  const backwards = { name: 'n', ismsId, plannedStart: '2026-04-01T00:00:00Z', plannedEnd: '2026-03-01T00:00:00Z' };
  expect(errorOf(await call('planAssessmentCycle', backwards)).code).toBe('BAD_INPUT');
  const [one, two] = [await plan(ismsId), await plan(ismsId)];
  expect(errorOf(await call('startAssessmentCycle', { id: one.id, expectedVersion: 9 })).code).toBe('VERSION_CONFLICT');
  const answers = await Promise.all([one, two].map((cycle) => call('startAssessmentCycle', step(cycle))));
  expect(answers.map((answer) => errorOf(answer).code).sort()).toEqual(['STATE_CONFLICT', undefined]);
  const other = { tenant: register.test.tenants[1] };
  for (const name of ['startAssessmentCycle', 'completeAssessmentCycle'])
    expect(errorOf(await call(name, step(one), other)).code).toBe('NOT_FOUND');
  expect(errorOf(await register.call(`{ assessmentCycle(id: "${one.id}") { id } }`, {}, other)).code).toBe('NOT_FOUND');
  const elsewhere = `{ assessmentCycles(ismsId: "${register.otherIsmsId}") { nodes { id } } }`;
  expect(errorOf(await register.call(elsewhere)).code).toBe('NOT_FOUND');
});

it('is changed while it is not over, what is left out staying, and given up while it is open', async () => {
  const ismsId = await register.addIsms();
  const planned = await plan(ismsId);
  const told = async (id: string) =>
    (
      await register.ask<{ assessmentCycle: object }>(
        'query ($id: UUID!) { assessmentCycle(id: $id) { name scope reason lead { id } plannedEnd } }',
        { id },
      )
    ).assessmentCycle;
  const led = { scope: 'The shop', leadId: register.person };
  const updated = await does('updateAssessmentCycle', step(planned, led));
  expect(updated.version).toBe(2);
  expect(await told(planned.id)).toMatchObject({ name: 'Spring', scope: 'The shop', lead: { id: register.person } });
  expect(errorOf(await call('updateAssessmentCycle', step(planned, { name: 'Late' }))).code).toBe('VERSION_CONFLICT');
  const backwards = step(updated, { plannedEnd: '2026-02-01T00:00:00Z' });
  expect(errorOf(await call('updateAssessmentCycle', backwards)).code).toBe('BAD_INPUT');
  const begun = await start(updated);
  const changed = await does('updateAssessmentCycle', step(begun, { leadId: null, name: 'Summer' }));
  expect(await told(planned.id)).toMatchObject({ name: 'Summer', scope: 'The shop', lead: null });
  const cancelled = await does('cancelAssessmentCycle', step(changed, { note: 'We merge' }));
  expect(cancelled).toMatchObject({ status: 'CANCELLED', note: 'We merge', result: null, progress: null });
  for (const [name, more] of [
    ['updateAssessmentCycle', { name: 'n' }],
    ['cancelAssessmentCycle', { note: 'n' }],
    ['completeAssessmentCycle', {}],
  ] as const)
    expect([name, errorOf(await call(name, step(cancelled, more))).code]).toEqual([name, 'STATE_CONFLICT']);
  expect((await start(await plan(ismsId))).status).toBe('IN_PROGRESS');
});

it('says that levels do not mean the same where other criteria were approved between two, and counts none as worse', async () => {
  const ismsId = await register.addIsms();
  await register.createRisk({ ismsId });
  const from = await complete(await start(await plan(ismsId)), { incompleteReason: 'First' });
  const { version, content } = await readCriteria(register, ismsId);
  const matrix = content.matrix.map((row) => row.map(() => 'Low'));
  const proposed = await criteriaStep(register, 'proposeRiskCriteria', {
    ...{ ...content, matrix },
    ...{ ismsId, expectedVersion: version },
  });
  const approval = { id: proposed.id, expectedVersion: proposed.version };
  await criteriaStep(register, 'approveRiskCriteria', approval, { personId: approver });
  const now = `{ cycleDifferences(fromId: "${from.id}") { comparability counts { kind worse better } } }`;
  expect(await register.ask(now)).toMatchObject({
    cycleDifferences: {
      comparability: 'DIFFERENT_SCALES',
      counts: expect.arrayContaining([{ kind: 'CURRENT_LEVEL_MOVED', worse: null, better: null }]),
    },
  });
  const to = await complete(await start(await plan(ismsId)), { incompleteReason: 'Second', comparability: 'Calmer' });
  const { cycleDifferences } = await register.ask<{ cycleDifferences: Record<string, unknown> }>(
    'query ($fromId: UUID!, $toId: UUID!) { cycleDifferences(fromId: $fromId, toId: $toId) { comparability counts { kind count worse better } } }',
    { fromId: from.id, toId: to.id },
  );
  expect(cycleDifferences).toMatchObject({
    comparability: 'DIFFERENT_SCALES',
    counts: expect.arrayContaining([{ kind: 'CURRENT_LEVEL_MOVED', count: 1, worse: null, better: null }]),
  });
});

it('answers as of a past moment as it would have then', async () => {
  const ismsId = await register.addIsms();
  await register.test.setClock(new Date('2026-05-01T00:00:00Z'));
  await register.createRisk({ ismsId });
  const begun = await start(await plan(ismsId));
  await register.test.setClock(new Date('2026-05-10T00:00:00Z'));
  await complete(begun, { incompleteReason: 'First' });
  expect(await read(begun.id, { asOf: new Date('2026-05-05T00:00:00Z') })).toMatchObject({
    status: 'IN_PROGRESS',
    progress: { open: 1, assessed: 0, remaining: 1 },
    result: null,
  });
  expect(await read(begun.id, { asOf: new Date('2026-05-11T00:00:00Z') })).toMatchObject({
    result: { intact: true, rows: { nodes: [{ reference: 'R-0001' }] } },
  });
});
