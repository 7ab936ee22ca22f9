import { Client } from './client.ts';
import { type Installation, oneProcess } from './installation.ts';

let installation: Installation;
let client: Client;
beforeAll(async () => {
  installation = await oneProcess();
  client = new Client(installation.url, (await installation.tenant('house')).key);
});
afterAll(() => installation?.stop());

it('an upgrade between editions of an own catalogue goes through the REST doors, from the import to the undoing', async () => {
  const edition = async (name: string, table: string) => {
    const path = `/v1/catalogues?format=csv&key=house&edition=${name}`;
    const answer = await client.request('POST', path, { raw: table, headers: { 'content-type': 'text/csv' } });
    expect(answer.status).toBe(201);
  };
  await edition('1', 'number,title\nA,Passwords\nB,Tokens\nC,Fax\n');
  await edition('2', 'number,title,replaces\nAB,Authentication,A;B\nD,Assistants,-\n');
  const { createIsms } = await client.graphql<{ createIsms: { isms: { id: string } } }>(
    'mutation { createIsms(input: { name: "House" }) { isms { id } } }',
  );
  const ismsId = createIsms.isms.id;
  for (const number of ['A', 'B', 'C']) {
    await client.graphql(
      'mutation ($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id } } }',
      { input: { ismsId, title: number, controlIds: [`house:1:${number}`] } },
    );
  }
  const plan = await client.get(`/v1/upgrades/plan?from=house:1&to=house:2&ismsId=${ismsId}`);
  expect(plan).toMatchObject({
    counts: { added: 1, removed: 1, merged: 1, split: 0, unchanged: 0, changed: 0 },
    merged: [{ target: { id: 'house:2:AB', number: 'AB', title: 'Authentication' } }],
    openPointCount: 3,
  });
  const made = await client.request('POST', '/v1/upgrades', { body: { ismsId, from: 'house:1', to: 'house:2' } });
  expect(made).toMatchObject({
    status: 201,
    body: { status: 'APPLIED', implementationCount: 2, taskCounts: { open: 3 } },
  });
  const address = String(made.headers.get('location'));
  expect((await client.get(address)).implementations[0]).toMatchObject({
    before: [{ id: 'house:1:A' }],
    after: [{ id: 'house:2:AB' }],
  });
  const { items } = await client.get(`/v1/upgrade-tasks?upgradeId=${made.body.id}&status=OPEN&kind=NEW_CONTROL`);
  expect(items).toMatchObject([{ sentence: 'D is new in house:2, and nothing implements it yet: is it necessary?' }]);
  const settle = (body: object, version: string) =>
    client.request('PATCH', `/v1/upgrade-tasks/${items[0].id}`, { body, headers: { 'if-match': version } });
  expect(await settle({ status: 'DONE' }, '"2"')).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT' } });
  expect(await settle({ status: 'DISMISSED' }, '"1"')).toMatchObject({
    status: 400,
    body: { code: 'BAD_INPUT', faults: [{ field: 'body.note' }] },
  });
  expect(await settle({ status: 'DISMISSED', note: 'We have none.' }, '"1"')).toMatchObject({
    status: 200,
    body: { status: 'DISMISSED', version: 2 },
  });
  const undone = await client.request('POST', `${address}/undo`, { body: {} });
  expect(undone).toMatchObject({
    status: 200,
    body: { status: 'UNDONE', taskCounts: { open: 0, dismissed: 1, withdrawn: 2 } },
  });
  expect((await client.get(`/v1/upgrade-tasks/${items[0].id}`)).status).toBe('DISMISSED');
});
