import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

const create = (input: object, caller?: object) =>
  scenario.call(
    'mutation ($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id version name status } } }',
    { input },
    caller,
  );
const update = (input: object) =>
  scenario.call(
    'mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id version name scope status } } }',
    { input },
  );
const error = (answer: Awaited<ReturnType<typeof create>>) => answer.errors?.[0]?.extensions;

it('is asked for without an id where the tenant has one, and must be named where it has several', async () => {
  const [, tenant] = scenario.test.tenants;
  const ask = () => scenario.call('{ isms { id } }', {}, { tenant });
  expect(error(await ask())).toMatchObject({ code: 'NOT_FOUND' });
  const first = await scenario.createIsms({ name: 'First' }, { tenant });
  expect((await ask()).data).toEqual({ isms: { id: first } });
  const second = await scenario.createIsms({ name: 'Second' }, { tenant });
  expect(error(await ask())).toMatchObject({ code: 'BAD_INPUT' });
  const list = await scenario.ask(
    '{ ismsList(first: 1) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }',
    {},
    { tenant },
  );
  expect(list).toMatchObject({ ismsList: { totalCount: 2, nodes: [{ id: first }], pageInfo: { hasNextPage: true } } });
  expect(second).not.toBe(first);
});

it('is established once a name, and once an idempotency key', async () => {
  const key = { idempotencyKey: 'once' };
  const input = { name: 'Head office' };
  const [one, again] = [await create(input, key), await create(input, key)];
  expect(one.data).toEqual(again.data);
  expect(error(await create(input))).toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(error(await create({ name: 'Other' }, key))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(await scenario.recorded('annex.controls.isms.changed.v1')).toEqual([
    { rows: [{ id: expect.any(String), version: 1, name: 'Head office', status: 'ESTABLISHING' }] },
  ]);
});

it('refuses a name that is empty or too long, naming the field', async () => {
  for (const name of ['', '   ', 'x'.repeat(201)]) {
    expect(error(await create({ name }))).toMatchObject({ code: 'BAD_INPUT' });
  }
});

it('changes with the version that was read, and refuses a stale one', async () => {
  const id = await scenario.createIsms();
  expect((await update({ id, expectedVersion: 1, scope: 'New scope' })).data).toMatchObject({
    updateIsms: { isms: { version: 2, scope: 'New scope' } },
  });
  expect(error(await update({ id, expectedVersion: 1, scope: 'Newer' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, scope: 'New scope' })).data).toMatchObject({ updateIsms: { isms: { version: 2 } } });
});

it('goes from establishing to operating to retired, and keeps what belongs to a retired one as it is', async () => {
  const id = await scenario.createIsms();
  const implementationId = await scenario.implement({ ismsId: id });
  await update({ id, status: 'OPERATING' });
  expect(error(await update({ id, status: 'ESTABLISHING' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect((await update({ id, status: 'RETIRED' })).data).toMatchObject({ updateIsms: { isms: { status: 'RETIRED' } } });
  const change = await scenario.call(
    'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { id } } }',
    { input: { id: implementationId, title: 'Changed' } },
  );
  expect(error(change)).toMatchObject({ code: 'STATE_CONFLICT' });
});

it('is told as it was at a moment', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const id = await scenario.createIsms({ scope: 'One office' });
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, scope: 'Two offices' });
  await scenario.test.setClock(null);
  const read = (asOf: string) =>
    scenario.call('query ($id: UUID!) { isms(id: $id) { scope version } }', { id }, { asOf: new Date(asOf) });
  expect((await read('2026-01-15T00:00:00Z')).data).toEqual({ isms: { scope: 'One office', version: 1 } });
  expect((await read('2026-01-25T00:00:00Z')).data).toEqual({ isms: { scope: 'Two offices', version: 2 } });
  expect(error(await read('2026-01-05T00:00:00Z'))).toMatchObject({ code: 'NOT_FOUND' });
});
