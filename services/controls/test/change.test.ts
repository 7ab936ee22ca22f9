import { newId } from '@annex/service';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { considered } from './planning.doors.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const propose = (ismsId: string, input: object = {}, caller: Caller = { personId: anna }) =>
  make(
    scenario,
    'proposeIsmsChange',
    'ismsChange',
    { ismsId, title: 'A second office', ...considered, ...input },
    caller,
  );
const fields = 'version status title authors decidedBy decisionNote result doneAt';
const act = (name: string) => (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ismsChange { ${fields} } } }`,
    { input },
    caller,
  );
const update = act('updateIsmsChange');
const judge = act('judgeIsmsChange');
const complete = act('completeIsmsChange');
const approve = (id: string) => judge({ id, decision: 'APPROVED' }, { personId: ben });
const rule = (ismsId: string, name: string) => lastResult(scenario, ismsId, `controls.${name}`);

describe('a planned change', () => {
  it('is proposed, approved by another person, and done', async () => {
    const ismsId = await scenario.createIsms();
    const id = await propose(ismsId);
    expect(error(await complete({ id, result: 'It is open.' }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { present: 'PROPOSED', allowed: ['APPROVED', 'REJECTED'] },
    });
    expect((await judge({ id, expectedVersion: 1, decision: 'APPROVED' }, { personId: ben })).data).toMatchObject({
      judgeIsmsChange: { ismsChange: { version: 2, status: 'APPROVED', decidedBy: `person:${ben}` } },
    });
    expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(error(await complete({ id, result: ' ' }))?.faults).toMatchObject([{ field: 'input.result' }]);
    expect((await complete({ id, result: 'It is open.' })).data).toMatchObject({
      completeIsmsChange: { ismsChange: { status: 'DONE', result: 'It is open.', doneAt: expect.any(String) } },
    });
    expect(error(await judge({ id, decision: 'REJECTED', note: 'x' }, { personId: ben }))).toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });

  it('is not approved by who proposed it or wrote a part of it, nor by a machine', async () => {
    const ismsId = await scenario.createIsms();
    const id = await propose(ismsId);
    await update({ id, resources: 'Two people.' }, { personId: ben });
    for (const personId of [anna, ben])
      expect(error(await judge({ id, decision: 'APPROVED' }, { personId }))).toMatchObject({ code: 'FORBIDDEN' });
    const { caller, ...rest } = scenario.requestInfo();
    const { personId: _, ...machine } = caller;
    const answer = await scenario.service.execute({
      query: 'mutation ($input: JudgeIsmsChangeInput!) { judgeIsmsChange(input: $input) { ismsChange { id } } }',
      variables: { input: { id, decision: 'APPROVED' } },
      request: { ...rest, caller: { ...machine, actor: 'key:robot' } },
    });
    expect(error(answer)).toMatchObject({ code: 'FORBIDDEN' });
    expect((await judge({ id, decision: 'APPROVED' })).errors).toBeUndefined();
  });

  it('is approved once everything was considered, and else told what was not', async () => {
    const ismsId = await scenario.createIsms();
    const id = await propose(ismsId, { consequences: '', integrity: ' ' });
    expect(error(await approve(id))).toMatchObject({
      code: 'STATE_CONFLICT',
      faults: [{ field: 'consequences' }, { field: 'integrity' }],
    });
    await update({ id, consequences: 'More doors.', integrity: 'Both offices keep to the same rules.' });
    expect((await approve(id)).errors).toBeUndefined();
  });

  it('is rejected, or called off after it was approved, with a reason', async () => {
    const ismsId = await scenario.createIsms();
    const id = await propose(ismsId);
    await approve(id);
    expect(error(await judge({ id, decision: 'REJECTED' }, { personId: ben }))?.faults).toMatchObject([
      { field: 'input.note' },
    ]);
    expect((await judge({ id, decision: 'REJECTED', note: 'Too dear.' }, { personId: ben })).data).toMatchObject({
      judgeIsmsChange: { ismsChange: { status: 'REJECTED', decisionNote: 'Too dear.' } },
    });
  });

  it('is decided on by the version that was read, once where two decide at once', async () => {
    const ismsId = await scenario.createIsms();
    const id = await propose(ismsId);
    expect(error(await update({ id, expectedVersion: 2, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
    const answers = await Promise.all(
      ['APPROVED', 'REJECTED'].map((decision) =>
        judge({ id, expectedVersion: 1, decision, note: 'So be it.' }, { personId: ben }),
      ),
    );
    expect(answers.flatMap((answer) => error(answer)?.code ?? [])).toEqual(['VERSION_CONFLICT']);
  });

  it('shows a gap for 6.3 when its date comes and nobody approved it, and by the own rule when it is not done', async () => {
    await scenario.at('2026-02-01T00:00:00Z');
    const ismsId = await scenario.createIsms();
    expect(await rule(ismsId, 'changes-planned')).toMatchObject({ clause: '6.3', verdict: 'JUDGEMENT_NEEDED' });
    const id = await propose(ismsId, { plannedFor: '2026-03-01T00:00:00Z' });
    expect(await rule(ismsId, 'changes-planned')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await rule(ismsId, 'changes-done-in-time')).toMatchObject({ basis: 'OWN_RULE', verdict: 'NOT_ASSESSED' });
    await scenario.at('2026-03-01T00:00:00Z');
    await scenario.settle();
    expect(await rule(ismsId, 'changes-planned')).toMatchObject({
      ...{ basis: 'REQUIREMENT', verdict: 'GAP' },
      links: [{ kind: 'ismsChange', id, reference: 'CH-0001' }],
    });
    await approve(id);
    expect(await rule(ismsId, 'changes-planned')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await rule(ismsId, 'changes-done-in-time')).toMatchObject({ verdict: 'GAP', links: [{ id }] });
    await complete({ id, result: 'Done.' });
    expect(await rule(ismsId, 'changes-done-in-time')).toMatchObject({ verdict: 'NOT_ASSESSED' });
  });
});

describe('an unintended change', () => {
  const recordIt = (ismsId: string, input: object = {}) =>
    make(scenario, 'recordUnintendedChange', 'unintendedChange', { ismsId, title: 'A rule was lost', ...input });
  const updateIt = (input: object, caller?: Caller) =>
    scenario.call(
      `mutation ($input: UpdateUnintendedChangeInput!) { updateUnintendedChange(input: $input) {
        unintendedChange { version status reviewedBy change { reference } } } }`,
      { input },
      caller,
    );
  const review = { status: 'REVIEWED', consequences: 'A port was open.', mitigation: 'It is closed.' };

  it('is reviewed with what follows from it and what is done about it, and shows a gap for 8.1 until then', async () => {
    const ismsId = await scenario.createIsms();
    expect(await rule(ismsId, 'unintended-changes-reviewed')).toMatchObject({ clause: '8.1', verdict: 'NOT_ASSESSED' });
    const changeId = await propose(ismsId);
    const id = await recordIt(ismsId, { changeId });
    expect(await rule(ismsId, 'unintended-changes-reviewed')).toMatchObject({
      ...{ basis: 'REQUIREMENT', verdict: 'GAP' },
      links: [{ kind: 'unintendedChange', id, reference: 'UC-0001' }],
    });
    expect(error(await updateIt({ id, status: 'REVIEWED' }))?.faults).toMatchObject([{ field: 'input.consequences' }]);
    expect(error(await updateIt({ id, ...review, mitigation: '' }))?.faults).toMatchObject([
      { field: 'input.mitigation' },
    ]);
    expect((await updateIt({ id, expectedVersion: 1, ...review }, { personId: anna })).data).toMatchObject({
      updateUnintendedChange: {
        unintendedChange: {
          version: 2,
          status: 'REVIEWED',
          reviewedBy: `person:${anna}`,
          change: { reference: 'CH-0001' },
        },
      },
    });
    expect(await rule(ismsId, 'unintended-changes-reviewed')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(error(await updateIt({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('was noticed before now, and came from a change of the same ISMS', async () => {
    const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
    const id = await recordIt(ismsId);
    for (const changeId of [await propose(other), newId()])
      expect(error(await updateIt({ id, changeId }))?.faults).toMatchObject([{ field: 'input.changeId' }]);
    expect(error(await updateIt({ id, noticedAt: '2199-01-01T00:00:00Z' }))?.faults).toMatchObject([
      { field: 'input.noticedAt' },
    ]);
    expect(error(await updateIt({ id, expectedVersion: 4, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  });
});

it('changes are told as they were at a moment, to nobody of another tenant, and not made in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await propose(ismsId);
  await scenario.at('2026-01-20T00:00:00Z');
  await approve(id);
  await scenario.test.setClock(null);
  const query =
    'query ($ismsId: UUID) { ismsChanges(ismsId: $ismsId) { nodes { status } } unintendedChanges(ismsId: $ismsId, status: OPEN) { totalCount } }';
  expect(await scenario.ask(query, { ismsId }, { asOf: new Date('2026-01-15T00:00:00Z') })).toMatchObject({
    ismsChanges: { nodes: [{ status: 'PROPOSED' }] },
  });
  expect(await scenario.ask(query, { ismsId })).toEqual({
    ismsChanges: { nodes: [{ status: 'APPROVED' }] },
    unintendedChanges: { totalCount: 0 },
  });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await complete({ id, result: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await complete({ id, result: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(propose(ismsId)).rejects.toThrow('STATE_CONFLICT');
});
