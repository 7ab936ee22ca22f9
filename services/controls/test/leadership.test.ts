import { type Caller, error, lastResult, retire } from './answers.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const all = (conclusion: string) => letters.map((letter) => ({ letter, conclusion, reason: 'Said and seen.' }));
const record = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    `mutation ($input: RecordLeadershipInterviewInput!) { recordLeadershipInterview(input: $input) {
      leadershipInterview { id reference validUntil recordedBy interviewer { id } judgements { letter conclusion } } } }`,
    { input: { intervieweeId: ben, heldAt: '2026-01-01T00:00:00Z', judgements: all('DEMONSTRATED'), ...input } },
    caller,
  );
type Recorded = { recordLeadershipInterview: { leadershipInterview: { id: string } } };
async function recorded(input: object, caller?: Caller): Promise<string> {
  const { data, errors } = await record(input, caller);
  expect(errors).toBeUndefined();
  return (data as Recorded).recordLeadershipInterview.leadershipInterview.id;
}
const withdraw = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    `mutation ($input: WithdrawLeadershipInterviewInput!) { withdrawLeadershipInterview(input: $input) {
      leadershipInterview { version status withdrawnBy withdrawalReason } } }`,
    { input: { reason: 'It was another person.', ...input } },
    caller,
  );
const letter = (ismsId: string, name: string) => lastResult(scenario, ismsId, `controls.leadership-${name}`);
const verdicts = async (ismsId: string) =>
  (await Promise.all('abcdefgh'.split('').map((name) => letter(ismsId, name)))).map((one) => one?.verdict);

it('asks for a judgement of each letter of 5.1 until a valid interview judges it', async () => {
  await scenario.at('2026-02-01T00:00:00Z');
  const ismsId = await scenario.createIsms();
  expect(await verdicts(ismsId)).toEqual(letters.map(() => 'JUDGEMENT_NEEDED'));
  expect(await letter(ismsId, 'c')).toMatchObject({ clause: '5.1', letter: 'c', basis: 'REQUIREMENT' });
  await recorded({ ismsId, judgements: all('DEMONSTRATED').slice(0, 2) });
  expect(await verdicts(ismsId)).toEqual(letters.map((_, index) => (index < 2 ? 'NO_GAP_FOUND' : 'JUDGEMENT_NEEDED')));
  await recorded({ ismsId, judgements: all('PARTLY').slice(2) });
  expect(await verdicts(ismsId)).toEqual(letters.map(() => 'NO_GAP_FOUND'));
  expect(await letter(ismsId, 'c')).toMatchObject({ reason: expect.stringContaining('in part') });
});

it('shows a gap with the letter where an interview finds that it is not shown, until a later one finds otherwise', async () => {
  await scenario.at('2026-02-01T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const not = [{ letter: 'C', conclusion: 'NOT_DEMONSTRATED', reason: 'No budget was ever asked for.' }];
  const id = await recorded({ ismsId, judgements: not });
  expect(await letter(ismsId, 'c')).toMatchObject({
    ...{ letter: 'c', verdict: 'GAP', facts: { examined: 1, total: 1, failing: 1 } },
    links: [{ kind: 'leadershipInterview', id, reference: 'LI-0001' }],
  });
  // Another member of top management who shows it does not make up for it.
  await recorded({ ismsId, intervieweeId: anna, judgements: all('DEMONSTRATED') }, { personId: ben });
  expect(await letter(ismsId, 'c')).toMatchObject({ verdict: 'GAP', facts: { examined: 2, failing: 1 } });
  // Nor does an earlier one that is recorded late.
  await recorded({ ismsId, heldAt: '2025-12-01T00:00:00Z' });
  expect(await letter(ismsId, 'c')).toMatchObject({ verdict: 'GAP' });
  await recorded({ ismsId, heldAt: '2026-01-15T00:00:00Z' });
  expect(await letter(ismsId, 'c')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
});

it('asks for a judgement again when its validity ends, without anybody calling', async () => {
  await scenario.at('2026-02-01T00:00:00Z');
  const ismsId = await scenario.createIsms();
  await recorded({ ismsId, validUntil: '2026-04-01T00:00:00Z' });
  await recorded({ ismsId, judgements: all('PARTLY').slice(0, 1), validUntil: '2026-03-01T00:00:00Z' });
  const at = async (moment: string) => {
    await scenario.at(moment);
    await scenario.settle();
    return letter(ismsId, 'a');
  };
  expect(await at('2026-02-28T00:00:00Z')).toMatchObject({ reason: expect.stringContaining('in part') });
  expect(await at('2026-03-01T00:00:00Z')).toMatchObject({ verdict: 'NO_GAP_FOUND', next: '' });
  expect(await at('2026-04-01T00:00:00Z')).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
});

it('holds a year, and is told with who judged, unless more is said', async () => {
  await scenario.at('2026-02-01T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const [, b, c] = all('DEMONSTRATED');
  expect((await record({ ismsId, judgements: [c, b] })).data).toEqual({
    recordLeadershipInterview: {
      leadershipInterview: {
        id: expect.any(String),
        ...{ reference: 'LI-0001', validUntil: expect.anything(), recordedBy: `person:${anna}` },
        interviewer: { id: anna },
        judgements: [
          { letter: 'B', conclusion: 'DEMONSTRATED' },
          { letter: 'C', conclusion: 'DEMONSTRATED' },
        ],
      },
    },
  });
  const list = await scenario.ask(
    'query ($ismsId: UUID) { leadershipInterviews(ismsId: $ismsId) { nodes { heldAt validUntil } } }',
    { ismsId },
  );
  expect(list).toEqual({
    leadershipInterviews: { nodes: [{ heldAt: '2026-01-01T00:00:00.000Z', validUntil: '2027-01-01T00:00:00.000Z' }] },
  });
});

it('is judged by another person: not who is interviewed, and no machine', async () => {
  const ismsId = await scenario.createIsms();
  expect(error(await record({ ismsId }, { personId: ben }))).toMatchObject({ code: 'FORBIDDEN' });
  expect(error(await record({ ismsId, interviewerId: ben }))).toMatchObject({
    code: 'BAD_INPUT',
    faults: [{ field: 'input.interviewerId' }],
  });
  const { caller, ...rest } = scenario.requestInfo();
  const { personId: _, ...machine } = caller;
  const request = { ...rest, caller: { ...machine, actor: 'key:robot' } };
  const answer = await scenario.service.execute({
    query: `mutation ($input: RecordLeadershipInterviewInput!) { recordLeadershipInterview(input: $input) { leadershipInterview { id } } }`,
    variables: { input: { ismsId, intervieweeId: ben, heldAt: '2026-01-01T00:00:00Z', judgements: all('PARTLY') } },
    request,
  });
  expect(error(answer)).toMatchObject({ code: 'FORBIDDEN' });
});

it('refuses what does not hold together, by its place', async () => {
  const ismsId = await scenario.createIsms();
  const faults = async (input: object) => error(await record({ ismsId, ...input }))?.faults;
  const [a] = all('PARTLY');
  expect(await faults({ judgements: [] })).toMatchObject([{ field: 'input.judgements' }]);
  expect(await faults({ judgements: [a, a] })).toMatchObject([{ field: 'input.judgements.1.letter' }]);
  expect(await faults({ judgements: [{ ...a, reason: ' ' }] })).toMatchObject([{ field: 'input.judgements.0.reason' }]);
  expect(await faults({ heldAt: '2199-01-01T00:00:00Z' })).toMatchObject([{ field: 'input.heldAt' }]);
  expect(await faults({ validUntil: '2026-01-01T00:00:00Z' })).toMatchObject([{ field: 'input.validUntil' }]);
});

it('is withdrawn with a reason by another than who was judged, and then counts for nothing', async () => {
  const ismsId = await scenario.createIsms();
  const id = await recorded({ ismsId, judgements: all('NOT_DEMONSTRATED') });
  expect(error(await withdraw({ id }, { personId: ben }))).toMatchObject({ code: 'FORBIDDEN' });
  expect(error(await withdraw({ id, reason: ' ' }))).toMatchObject({ faults: [{ field: 'input.reason' }] });
  expect(error(await withdraw({ id, expectedVersion: 7 }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await withdraw({ id, expectedVersion: 1 })).data).toEqual({
    withdrawLeadershipInterview: {
      leadershipInterview: {
        ...{ version: 2, status: 'WITHDRAWN', withdrawnBy: `person:${anna}` },
        withdrawalReason: 'It was another person.',
      },
    },
  });
  expect(await verdicts(ismsId)).toEqual(letters.map(() => 'JUDGEMENT_NEEDED'));
  expect(error(await withdraw({ id }))).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('is told as it was at a moment, to nobody of another tenant, and not added to in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await recorded({ ismsId });
  await scenario.at('2026-01-20T00:00:00Z');
  await withdraw({ id });
  await scenario.test.setClock(null);
  const query = 'query ($id: UUID!) { leadershipInterview(id: $id) { status } }';
  expect(await scenario.ask(query, { id }, { asOf: new Date('2026-01-15T00:00:00Z') })).toEqual({
    leadershipInterview: { status: 'RECORDED' },
  });
  expect(await scenario.ask(query, { id })).toEqual({ leadershipInterview: { status: 'WITHDRAWN' } });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await withdraw({ id }, { tenant, personId: anna }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await record({ ismsId }))).toMatchObject({ code: 'STATE_CONFLICT' });
});
