import { newId } from '@annex/service';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const fields = `version reference status cap endsAt requestedBy decidedBy decidedAt decisionNote endedBy endedAt endNote
  controls { number } compensatingImplementations { reference }`;
const basis = {
  ...{ title: 'No review of hot fixes', reason: 'They cannot wait.', compensation: 'Reviewed the day after.' },
  endsAt: '2199-01-01T00:00:00Z',
};
const request = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    'mutation ($input: RequestExceptionInput!) { requestException(input: $input) { exception { id } } }',
    { input: { ...basis, ...input } },
    caller,
  );
const requested = (implementationId: string, input: object = {}) =>
  make(scenario, 'requestException', 'exception', { ...basis, implementationId, ...input }, { personId: anna });
const call =
  (name: string) =>
  (input: object, caller: Caller = { personId: ben }) =>
    scenario.call(
      `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { exception { ${fields} } } }`,
      { input },
      caller,
    );
const judge = call('judgeException');
const end = call('endException');
const withdraw = call('withdrawException');
const approve = async (id: string) => {
  const answer = await judge({ id, decision: 'APPROVED' });
  expect(answer.errors).toBeUndefined();
};
const show = async (id: string, caller?: Caller) =>
  (await scenario.ask<{ exception: object }>(`query ($id: UUID!) { exception(id: $id) { ${fields} } }`, { id }, caller))
    .exception;

/** An implementation whose strength is 0.8, verified and claimed. */
async function strong(input: object = {}): Promise<{ id: string; ismsId: string }> {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId, ...input });
  const measureId = newId();
  await scenario.link(id, measureId);
  await scenario.assess(id, 0.8);
  await scenario.tell(ismsId, measureId, 1);
  return { id, ismsId };
}

it('changes nothing while it is asked for, caps both readings once another approves it, and lets them go when it is ended', async () => {
  const { id, ismsId } = await strong({ controlIds: ['A.8.28', 'A.8.25'] });
  const other = await scenario.implement({ ismsId });
  const exceptionId = await requested(id, { cap: 0.3, controlIds: ['A.8.28'], compensatingImplementationIds: [other] });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.8, claimed: 0.8 });
  expect(await show(exceptionId)).toMatchObject({
    ...{ version: 1, reference: 'EX-0001', status: 'REQUESTED', requestedBy: `person:${anna}`, decidedBy: null },
    controls: [{ number: 'A.8.28' }],
    compensatingImplementations: [{ reference: 'C-0002' }],
  });
  await approve(exceptionId);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.3, claimed: 0.3, assuranceGap: 0 });
  const { implementation } = await scenario.ask<{ implementation: { strength: { explanation: object } } }>(
    'query ($id: UUID!) { implementation(id: $id) { strength { explanation { sentence formula cap exceptions { id } } } } }',
    { id },
  );
  expect(implementation.strength.explanation).toEqual({
    sentence:
      '“Reviewed code” has a verified strength of 0.3, capped at 0.3 by EX-0001 until 2199-01-01; no more is claimed for it.',
    formula:
      'verified = implementation 1 × design 0.8 × operation 1 = 0.8, capped at 0.3 by EX-0001 until 2199-01-01 = 0.3; claimed = implementation 1 × design 0.8 × operation 1 = 0.8, capped at 0.3 by EX-0001 until 2199-01-01 = 0.3',
    cap: 0.3,
    exceptions: [{ id: exceptionId }],
  });
  expect((await end({ id: exceptionId, expectedVersion: 2, note: 'Reviews are in place.' })).data).toMatchObject({
    endException: {
      exception: { version: 3, status: 'ENDED', endedBy: `person:${ben}`, endNote: 'Reviews are in place.' },
    },
  });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.8, claimed: 0.8 });
});

it('lets the strictest of several count', async () => {
  const { id } = await strong();
  const [mild, strict] = [await requested(id, { cap: 0.6 }), await requested(id)];
  await approve(mild);
  await approve(strict);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0, claimed: 0 });
  await end({ id: strict, note: 'Done.' });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.6, claimed: 0.6 });
});

it('goes on capping when measurements move', async () => {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId });
  const measureId = newId();
  await scenario.link(id, measureId);
  await scenario.assess(id, 1);
  await approve(await requested(id, { cap: 0.5 }));
  await scenario.tell(ismsId, measureId, 0.2);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.2 });
  await scenario.tell(ismsId, measureId, 1);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.5, claimed: 0.5 });
});

it('is decided by another person than the one who asked, never by a machine, and rejected with a reason', async () => {
  const { id } = await strong();
  const exceptionId = await requested(id);
  expect(error(await judge({ id: exceptionId, decision: 'APPROVED' }, { personId: anna }))).toMatchObject({
    code: 'FORBIDDEN',
  });
  const { personId: _, ...machine } = scenario.requestInfo().caller;
  const answer = await scenario.service.execute({
    query: 'mutation ($input: JudgeExceptionInput!) { judgeException(input: $input) { exception { id } } }',
    variables: { input: { id: exceptionId, decision: 'APPROVED' } },
    request: { ...scenario.requestInfo(), caller: { ...machine, actor: 'key:machine' } },
  });
  expect(error(answer)).toMatchObject({ code: 'FORBIDDEN' });
  expect(error(await judge({ id: exceptionId, decision: 'REJECTED' }))?.faults).toMatchObject([
    { field: 'input.note' },
  ]);
  const rejected = await judge({ id: exceptionId, expectedVersion: 1, decision: 'REJECTED', note: 'Review them.' });
  expect(rejected.data).toMatchObject({
    judgeException: { exception: { version: 2, status: 'REJECTED', decidedBy: `person:${ben}` } },
  });
  expect(error(await judge({ id: exceptionId, decision: 'APPROVED' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await end({ id: exceptionId, note: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await withdraw({ id: exceptionId }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.8 });
});

it('expires by itself, announces it, and leaves a gap where the control is still not in place', async () => {
  const { id, ismsId } = await strong({ status: 'PARTIAL', share: 0.5 });
  await scenario.at('2126-11-26T10:00:00Z');
  const exceptionId = await requested(id, { cap: 0.1, endsAt: '2126-12-24T18:00:00Z' });
  const undecided = await requested(id, { endsAt: '2126-12-24T18:00:00Z' });
  await approve(exceptionId);
  await scenario.at('2126-12-24T17:59:59Z');
  await scenario.settle();
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.1 });
  await scenario.at('2126-12-24T18:00:00Z');
  // Nobody has to be told first.
  expect(error(await judge({ id: undecided, decision: 'APPROVED' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await scenario.settle();
  expect(await show(exceptionId)).toMatchObject({
    ...{ status: 'EXPIRED', endedBy: 'system:controls', endedAt: '2126-12-24T18:00:00.000Z', endNote: '' },
  });
  expect(await show(undecided)).toMatchObject({ status: 'EXPIRED', decidedBy: null });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.4 });
  const told = (await scenario.recorded('annex.controls.exception.changed.v1')).flatMap((event) => event.rows);
  expect(told.filter((row) => row.id === exceptionId).map((row) => row.status)).toEqual([
    'REQUESTED',
    'APPROVED',
    'EXPIRED',
  ]);
  const rule = () => lastResult(scenario, ismsId, 'controls.exceptions-followed-up');
  expect(await rule()).toMatchObject({
    ...{ verdict: 'GAP', facts: { examined: 1, total: 1, failing: 1 } },
    links: [{ kind: 'exception', id: exceptionId, reference: 'EX-0001' }],
  });
  await scenario.ask(
    'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { id } } }',
    {
      input: { id, status: 'IMPLEMENTED' },
    },
  );
  expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { examined: 1, total: 1, failing: 0 } });
});

it('expires in a retired ISMS too, and changes there in no other way', async () => {
  const { id, ismsId } = await strong();
  await scenario.at('2126-11-26T10:00:00Z');
  const exceptionId = await requested(id, { endsAt: '2126-12-24T18:00:00Z' });
  await approve(exceptionId);
  await retire(scenario, ismsId);
  expect(error(await request({ implementationId: id }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await end({ id: exceptionId, note: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await scenario.at('2126-12-24T18:00:00Z');
  await scenario.settle();
  expect(await show(exceptionId)).toMatchObject({ status: 'EXPIRED' });
});

it('names what is wrong with a request by its place', async () => {
  const { id, ismsId } = await strong();
  const elsewhere = await scenario.implement({ ismsId: await scenario.createIsms() });
  const ours = await scenario.implement({ ismsId });
  const faults = async (input: object) => error(await request({ implementationId: id, ...input }))?.faults;
  expect(await faults({ endsAt: '2020-01-01T00:00:00Z' })).toMatchObject([{ field: 'input.endsAt' }]);
  expect(await faults({ cap: 1.5 })).toMatchObject([{ field: 'input.cap', given: 1.5 }]);
  expect(await faults({ title: ' ' })).toMatchObject([{ field: 'input.title' }]);
  expect(await faults({ compensation: ' ' })).toMatchObject([{ field: 'input.compensation' }]);
  expect(await faults({ controlIds: ['A.8.28', 'A.5.1'] })).toMatchObject([{ field: 'input.controlIds.1' }]);
  expect(await faults({ compensatingImplementationIds: [ours, elsewhere, id] })).toMatchObject([
    { field: 'input.compensatingImplementationIds.1', given: elsewhere },
    { field: 'input.compensatingImplementationIds.2', given: id },
  ]);
  expect(error(await request({ implementationId: newId() }))).toMatchObject({ code: 'NOT_FOUND' });
});

it('refuses a stale version and another tenant, and is taken back by who changed their mind', async () => {
  const { id } = await strong();
  const exceptionId = await requested(id);
  expect(error(await withdraw({ id: exceptionId, expectedVersion: 7 }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  const [, tenant] = scenario.test.tenants;
  expect(error(await judge({ id: exceptionId, decision: 'APPROVED' }, { tenant }))).toMatchObject({
    code: 'NOT_FOUND',
  });
  expect((await withdraw({ id: exceptionId, expectedVersion: 1 })).data).toMatchObject({
    withdrawException: { exception: { version: 2, status: 'WITHDRAWN', endedBy: `person:${ben}` } },
  });
});

it('lets one of two who decide at once decide', async () => {
  const { id } = await strong();
  const exceptionId = await requested(id);
  const answers = await Promise.all([
    judge({ id: exceptionId, decision: 'APPROVED' }),
    judge({ id: exceptionId, decision: 'REJECTED', note: 'No.' }),
  ]);
  expect(answers.map((answer) => error(answer)?.code ?? 'done').sort()).toEqual(['STATE_CONFLICT', 'done']);
});

it('is found by what it is about, and shows itself and the strength as of a past moment', async () => {
  await scenario.at('2126-11-26T10:00:00Z');
  const { id, ismsId } = await strong({ controlIds: ['A.8.28', 'A.8.25'] });
  const [first, second] = [await requested(id, { controlIds: ['A.8.25'] }), await requested(id)];
  await scenario.at('2126-11-27T10:00:00Z');
  await approve(first);
  const found = async (args: string) =>
    (
      await scenario.ask<{ exceptions: { nodes: { id: string }[] } }>(
        `query ($ismsId: UUID, $id: UUID) { exceptions(ismsId: $ismsId, implementationId: $id, ${args}) { nodes { id } } }`,
        { ismsId, id },
      )
    ).exceptions.nodes.map((node) => node.id);
  expect(await found('first: 5')).toEqual([second, first]);
  expect(await found('status: APPROVED')).toEqual([first]);
  expect(await found('controlId: "A.8.28"')).toEqual([second]);
  expect(await found('endsBefore: "2199-01-01T00:00:00Z"')).toEqual([]);
  const asOf = new Date('2126-11-26T12:00:00Z');
  expect(await show(first, { asOf })).toMatchObject({ status: 'REQUESTED', version: 1 });
  expect(await scenario.strength(id, { asOf })).toMatchObject({ verified: 0.8 });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0 });
});
