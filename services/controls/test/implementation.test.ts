import { newId } from '@annex/service';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let ismsId: string;

beforeAll(async () => {
  scenario = await startScenario();
  ismsId = await scenario.createIsms();
});
afterAll(() => scenario?.close());

const fields = 'id version reference title status share owner { id } controls { number }';
const create = (input: object, caller?: object) =>
  scenario.call(
    `mutation ($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { ${fields} } } }`,
    { input: { ismsId, title: 'Something', controlIds: ['A.8.28'], ...input } },
    caller,
  );
const update = (input: object) =>
  scenario.call(
    `mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { ${fields} } } }`,
    { input },
  );
const error = (answer: Awaited<ReturnType<typeof create>>) => answer.errors?.[0]?.extensions;

it('implements several controls, told in the order of the standard, with a number for people', async () => {
  const ownerId = newId();
  const { data } = await create({
    controlIds: ['A.8.1', 'A.5.10', 'A.5.9', 'A.8.1'],
    status: 'PARTIAL',
    share: 0.3,
    ownerId,
  });
  expect(data?.createImplementation).toMatchObject({
    implementation: {
      version: 1,
      reference: expect.stringMatching(/^C-\d{4}$/),
      status: 'PARTIAL',
      share: 0.3,
      owner: { id: ownerId },
      controls: [{ number: 'A.5.9' }, { number: 'A.5.10' }, { number: 'A.8.1' }],
    },
  });
});

it('numbers the implementations of each ISMS by themselves', async () => {
  const other = await scenario.createIsms();
  const { data } = await create({ ismsId: other });
  expect(data?.createImplementation).toMatchObject({ implementation: { reference: 'C-0001' } });
});

it.each([
  [{ controlIds: [] }],
  [{ controlIds: ['A.8.99'] }],
  [{ title: ' ' }],
  [{ status: 'PARTIAL' }],
  [{ status: 'IMPLEMENTED', share: 0.5 }],
  [{ claimedDesign: 1.5 }],
  [{ claimedOperation: -1 }],
])('refuses %j as bad input', async (input) => {
  expect(error(await create(input))).toMatchObject({ code: 'BAD_INPUT' });
});

it('refuses a stale version, changes what is given and keeps the rest', async () => {
  const id = await scenario.implement({ ismsId, ownerId: newId(), controlIds: ['A.8.28', 'A.8.8'] });
  const { data } = await update({ id, expectedVersion: 1, title: 'Better', controlIds: ['A.8.8', 'A.8.9'] });
  expect(data?.updateImplementation).toMatchObject({
    implementation: {
      version: 2,
      title: 'Better',
      status: 'IMPLEMENTED',
      owner: { id: expect.any(String) },
      controls: [{ number: 'A.8.8' }, { number: 'A.8.9' }],
    },
  });
  expect(error(await update({ id, expectedVersion: 1, title: 'Worse' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, title: 'Better' })).data?.updateImplementation).toMatchObject({
    implementation: { version: 2 },
  });
  expect((await update({ id, ownerId: null })).data?.updateImplementation).toMatchObject({
    implementation: { version: 3, owner: null },
  });
  const events = (await scenario.recorded('annex.controls.implementation.changed.v1')).flatMap((event) => event.rows);
  expect(
    events.filter((row) => row.id === id).map((row) => [row.version, row.controlIds.length, row.ownerId === null]),
  ).toEqual([
    [1, 2, false],
    [2, 2, false],
    [3, 2, true],
  ]);
});

it('does the same request with the same idempotency key once', async () => {
  const again = { idempotencyKey: 'implementation-1' };
  const [one, two] = [await create({ title: 'Once' }, again), await create({ title: 'Once' }, again)];
  expect(one.errors).toBeUndefined();
  expect(two.data).toEqual(one.data);
});

it('takes links and assessments at the version that was read, each a version of the implementation', async () => {
  const [id, measureId] = [await scenario.implement({ ismsId }), newId()];
  await scenario.link(id, measureId, { expectedVersion: 1 });
  await expect(scenario.link(id, newId(), { expectedVersion: 1 })).rejects.toThrow(/VERSION_CONFLICT/);
  await expect(scenario.link(id, measureId)).rejects.toThrow(/ALREADY_EXISTS/);
  await expect(scenario.link(id, newId(), { weight: 0 })).rejects.toThrow(/BAD_INPUT/);
  await expect(scenario.unlink(id, newId())).rejects.toThrow(/NOT_FOUND/);
  await expect(scenario.assess(id, 1.2)).rejects.toThrow(/BAD_INPUT/);
  await scenario.assess(id, 0.4);
  await scenario.assess(id, 0.8);
  const { implementation } = await scenario.ask<{ implementation: object }>(
    'query ($id: UUID!) { implementation(id: $id) { version designAssessments(first: 5) { conclusion } measureLinks { measureId weight role standing } } }',
    { id },
  );
  expect(implementation).toEqual({
    version: 4,
    designAssessments: [{ conclusion: 0.8 }, { conclusion: 0.4 }],
    measureLinks: [{ measureId, weight: 1, role: 'PERFORMANCE', standing: 'ORDINARY' }],
  });
});

it('links no measure of another ISMS', async () => {
  const [id, measureId] = [await scenario.implement({ ismsId }), newId()];
  await scenario.name(await scenario.createIsms(), measureId);
  await expect(scenario.link(id, measureId)).rejects.toThrow(/BAD_INPUT/);
});

it('is found by ISMS, status, owner and control, and read page by page', async () => {
  const [own, ownerId] = [await scenario.createIsms(), newId()];
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) {
    ids.push(
      await scenario.implement({
        ismsId: own,
        ...(index % 2 === 0 ? { ownerId } : { status: 'PLANNED' }),
        controlIds: index === 4 ? ['A.5.1'] : ['A.8.28', 'A.8.8'],
      }),
    );
  }
  const found = async (filter: string) => {
    const { implementations } = await scenario.ask<{ implementations: { nodes: { id: string }[] } }>(
      `{ implementations(ismsId: "${own}" ${filter}) { nodes { id } } }`,
    );
    return implementations.nodes.map((node) => ids.indexOf(node.id));
  };
  expect(await found('')).toEqual([0, 1, 2, 3, 4]);
  expect(await found('status: PLANNED')).toEqual([1, 3]);
  expect(await found(`ownerId: "${ownerId}"`)).toEqual([0, 2, 4]);
  expect(await found(`ownerId: "${ownerId}", controlId: "A.8.8"`)).toEqual([0, 2]);
  const page = (after: string | null) =>
    scenario.ask<{
      implementations: {
        nodes: { id: string }[];
        totalCount: number;
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    }>(
      `query ($after: String) { implementations(ismsId: "${own}", first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
  const seen: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { implementations } = await page(after);
    expect(implementations.totalCount).toBe(5);
    seen.push(...implementations.nodes.map((node) => node.id));
    after = implementations.pageInfo.endCursor;
    more = implementations.pageInfo.hasNextPage;
  }
  expect(seen).toEqual(ids);
});

it('hangs on its controls, which are read together, and was not there before', async () => {
  const own = await scenario.createIsms();
  await scenario.at('2026-05-01T00:00:00Z');
  const id = await scenario.implement({ ismsId: own, controlIds: ['A.7.1', 'A.7.2'] });
  await scenario.at('2026-05-02T00:00:00Z');
  await update({ id, controlIds: ['A.7.2'] });
  await scenario.test.setClock(null);
  const read = async (asOf?: string) => {
    const { controls } = await scenario.ask<{
      controls: { nodes: { number: string; implementations: { id: string }[] }[] };
    }>(
      '{ controls(theme: PHYSICAL) { nodes { number implementations(first: 3) { id } } } }',
      {},
      asOf ? { asOf: new Date(asOf) } : {},
    );
    return controls.nodes
      .filter((node) => node.implementations.some((one) => one.id === id))
      .map((node) => node.number);
  };
  expect(await read()).toEqual(['A.7.2']);
  expect(await read('2026-05-01T12:00:00Z')).toEqual(['A.7.1', 'A.7.2']);
  expect(await read('2026-04-30T00:00:00Z')).toEqual([]);
});
