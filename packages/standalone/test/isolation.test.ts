import { Client } from './client.ts';
import { type Installation, oneProcess, until } from './installation.ts';

/** What a tenant's register says, asked again and again by everybody at once. */
const question = `query Register($first: Int) {
  tenant { slug }
  risks(first: $first) { totalCount edges { node { title version current { level } currentExplanation { sentence } } } }
}`;
interface Register {
  tenant: { slug: string };
  risks: { totalCount: number; edges: { node: { title: string; version: number } }[] };
}

let installation: Installation;
let clients: readonly [Client, Client];
const earlier = '2026-05-01T12:00:00Z';
const later = '2026-05-02T12:00:00Z';

beforeAll(async () => {
  installation = await oneProcess();
  await installation.test.setClock(new Date('2026-05-01T08:00:00Z'));
  const [one, two] = [await installation.tenant('one'), await installation.tenant('two')];
  clients = [new Client(installation.url, one.key), new Client(installation.url, two.key)];
  for (const [index, client] of clients.entries()) {
    await client.graphql('mutation($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id } } }', {
      input: { name: `ISMS ${index}`, scope: 'All' },
    });
    const made = await until(
      () =>
        client.request('POST', '/v1/risks', {
          body: { title: `First of ${index}`, affects: ['INTEGRITY'], inherentLikelihood: 3, inherentConsequence: 3 },
        }),
      (seen) => seen.status === 201,
    );
    await installation.test.setClock(new Date('2026-05-02T08:00:00Z'));
    const renamed = await client.request('PATCH', `/v1/risks/${made.body.id}`, {
      body: { title: `Second of ${index}` },
      headers: { 'if-match': made.headers.get('etag') ?? '' },
    });
    expect(renamed.status).toBe(200);
    await installation.test.setClock(new Date('2026-05-01T08:00:00Z'));
  }
  await installation.test.setClock(new Date('2026-05-03T08:00:00Z'));
});
afterAll(() => installation?.stop());

it('gives two tenants and two moments that ask the same at once each their own answer', async () => {
  const asked = Array.from({ length: 80 }, (_, n) => ({ tenant: n % 2, moment: n % 4 < 2 ? earlier : later }));
  const answers = await Promise.all(
    asked.map(({ tenant, moment }) =>
      (clients[tenant] as Client).graphql<Register>(question, { first: 10 }, { 'annex-as-of': moment }),
    ),
  );
  const seen = answers.map(
    ({ tenant, risks }) =>
      `${tenant.slug}: ${risks.edges.map(({ node }) => `${node.title} v${node.version}`).join()} of ${risks.totalCount}`,
  );
  const expected = asked.map(({ tenant, moment }) => {
    const [title, version] = moment === earlier ? ['First', 1] : ['Second', 2];
    return `${tenant === 0 ? 'one' : 'two'}: ${title} of ${tenant} v${version} of 1`;
  });
  expect(seen).toEqual(expected);
});

it('finds nothing of another tenant, by no door and at no moment', async () => {
  const [own, other] = clients;
  const [mine] = (await own.get('/v1/risks')).items;
  for (const headers of [{}, { 'annex-as-of': earlier }]) {
    expect((await other.request('GET', `/v1/risks/${mine.id}`, { headers })).status).toBe(404);
    const asked = other.graphql('query($id: UUID!) { risk(id: $id) { title } }', { id: mine.id }, headers);
    await expect(asked).rejects.toThrow(/NOT_FOUND/);
  }
  const patched = await other.request('PATCH', `/v1/risks/${mine.id}`, {
    body: { title: 'Taken' },
    headers: { 'if-match': '"2"' },
  });
  expect(patched.status).toBe(404);
  expect((await own.get(`/v1/risks/${mine.id}`)).title).toBe('Second of 0');
});
