import { isUuid } from '@annex/schema';
import { parseKey } from '../src/apikey/apikey.ts';
import { addPerson, createKey, createTenantWithAdministrator, tenantExists } from '../src/service.ts';
import { type Json, type TestSystem, testSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system?.close());

const codes = (answer: { errors?: Json[] }) => [...new Set(answer.errors?.map((error) => error.extensions.code))];

describe('two tenants', () => {
  it('see their own people and keys, and nothing of each other', async () => {
    const [one, two] = system.tenants;
    const query = '{ tenant { id } people { nodes { id } totalCount } apiKeys { nodes { person { id } } totalCount } }';
    for (const tenant of [one, two]) {
      const { data } = await system.graphql(tenant.key, query);
      expect(data).toEqual({
        tenant: { id: tenant.id },
        people: { nodes: [{ id: tenant.personId }], totalCount: 1 },
        apiKeys: { nodes: [{ person: { id: tenant.personId } }], totalCount: 1 },
      });
    }
    expect(
      (await system.graphql(one.key, 'query P($id: UUID!) { person(id: $id) { name } }', { id: two.personId })).data
        .person,
    ).toBeNull();
  });

  it('cannot change each other', async () => {
    const [one, two] = system.tenants;
    const update = 'mutation U($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id } } }';
    expect(codes(await system.graphql(one.key, update, { input: { id: two.personId, name: 'X' } }))).toEqual([
      'NOT_FOUND',
    ]);
    const theirs = (await system.graphql(two.key, '{ apiKeys { nodes { id } } }')).data.apiKeys.nodes[0].id;
    const revoke = 'mutation R($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
    expect(codes(await system.graphql(one.key, revoke, { input: { id: theirs } }))).toEqual(['NOT_FOUND']);
    const make = 'mutation K($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
    expect(codes(await system.graphql(one.key, make, { input: { title: 'x', personId: two.personId } }))).toEqual([
      'NOT_FOUND',
    ]);
  });

  it('have different slugs and ids', async () => {
    const person = { name: 'X', email: 'x@y.example' };
    const { database } = system.identity;
    const [{ id }] = system.tenants;
    await expect(createTenantWithAdministrator(database, { slug: 'first', name: 'N', person })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    await expect(
      createTenantWithAdministrator(database, { id, slug: 'third', name: 'N', person }),
    ).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(createTenantWithAdministrator(database, { slug: 'No Slug', name: 'N', person })).rejects.toMatchObject(
      { code: 'BAD_INPUT' },
    );
    expect(await tenantExists(database, id)).toBe(true);
    expect(await tenantExists(database, '0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21')).toBe(false);
  });
});

describe('a key', () => {
  const me = (key: string) => system.graphql(key, '{ me { actor tenantId permissions } }');

  it('is stored as a hash alone, and its secret is shown once', async () => {
    const [{ key }] = system.tenants;
    const make =
      'mutation K($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id title } } }';
    const ask = () => system.graphql(key, make, { input: { title: 'robot' } }, { 'idempotency-key': 'robot' });
    const [made, again] = [await ask(), await ask()];
    const { secret, apiKey } = made.data.createApiKey;
    expect(again.data.createApiKey).toEqual({ secret: null, apiKey });
    expect((await me(secret)).data.me.actor).toBe(`key:${apiKey.id}`);
    const parts = parseKey(secret);
    const dump = await system.test.admin(async (client) => {
      const tables = ['identity.api_key', 'identity_history.api_key', 'identity.idempotency', 'identity.outbox'];
      let texts = '';
      for (const table of tables) texts += JSON.stringify((await client.query(`select t::text from ${table} t`)).rows);
      return texts;
    });
    expect(parts && isUuid(parts.tenant)).toBe(true);
    expect(dump).not.toContain(parts?.secret ?? 'missing');
  });

  it('is worth nothing when its tenant or secret is another’s', async () => {
    const [one, two] = system.tenants.map(({ key }) => parseKey(key));
    const { formatKey } = await import('../src/apikey/apikey.ts');
    if (!one || !two) throw new Error('no keys');
    for (const forged of [
      { ...one, tenant: two.tenant },
      { ...one, secret: two.secret },
      { ...one, id: two.id },
    ]) {
      expect((await me(formatKey(forged))).status).toBe(401);
    }
  });

  it('ends when it expires', async () => {
    const [{ id, personId }] = system.tenants;
    const soon = new Date(Date.now() + 1500);
    const { key } = await createKey(system.identity.database, id, { title: 'short', personId, expiresAt: soon });
    expect((await me(key)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect((await me(key)).status).toBe(401);
  });

  it('ends within five seconds of being revoked, and within the same when its person is deactivated or loses a role', async () => {
    const [tenant] = system.tenants;
    const { database } = system.identity;
    const person = await addPerson(database, tenant.id, {
      name: 'Leaver',
      email: 'leaver@first.example',
      roles: ['AUDITOR', 'OWNER'],
    });
    const keys = await Promise.all(
      [1, 2].map(() => createKey(database, tenant.id, { title: 'k', personId: person.id })),
    );
    const [first, second] = keys;
    if (!first || !second) throw new Error('no keys');
    expect((await me(first.key)).data.me.permissions).toContain('risk:accept');
    expect((await me(second.key)).data.me.actor).toBe(`person:${person.id}`);
    const revoke =
      'mutation R($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { status version } } }';
    const revoked = await system.graphql(tenant.key, revoke, { input: { id: first.id, expectedVersion: 1 } });
    expect(revoked.data.revokeApiKey.apiKey).toEqual({ status: 'REVOKED', version: 2 });
    const update = 'mutation U($input: UpdatePersonInput!) { updatePerson(input: $input) { person { version } } }';
    await system.graphql(tenant.key, update, { input: { id: person.id, roles: ['AUDITOR'] } });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect((await me(first.key)).status).toBe(401);
    expect((await me(second.key)).data.me.permissions).not.toContain('risk:accept');
    await system.graphql(tenant.key, update, { input: { id: person.id, status: 'INACTIVE' } });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect((await me(second.key)).status).toBe(401);
  });

  it('tells when it was last used', async () => {
    const [{ key }] = system.tenants;
    const { data } = await system.graphql(key, '{ apiKeys { nodes { lastUsedAt } } }');
    expect(data.apiKeys.nodes.some((node: { lastUsedAt: string | null }) => node.lastUsedAt !== null)).toBe(true);
  });
});

describe('what is read', () => {
  it('is answered as of a moment too', async () => {
    const [{ key, personId }] = system.tenants;
    await system.test.setClock(new Date('2027-03-01T00:00:00Z'));
    const update = 'mutation U($input: UpdatePersonInput!) { updatePerson(input: $input) { person { version } } }';
    expect(
      (await system.graphql(key, update, { input: { id: personId, name: 'Ada Renamed' } })).errors,
    ).toBeUndefined();
    await system.test.setClock(new Date('2027-03-02T00:00:00Z'));
    const query =
      'query P($id: UUID!) { person(id: $id) { name } people(first: 1) { nodes { name } } tenant { name } apiKeys { totalCount } me { person { name } } }';
    const then = await system.graphql(key, query, { id: personId }, { 'annex-as-of': '2027-02-28T00:00:00Z' });
    expect(then.errors).toBeUndefined();
    expect(then.data.person.name).toBe('Ada of first');
    expect((await system.graphql(key, query, { id: personId })).data.person.name).toBe('Ada Renamed');
    const before = await system.graphql(key, query, { id: personId }, { 'annex-as-of': '2020-01-01T00:00:00Z' });
    expect(before.data).toEqual({
      person: null,
      people: { nodes: [] },
      tenant: null,
      apiKeys: { totalCount: 0 },
      me: { person: null },
    });
    await system.test.setClock(null);
  });

  it('is told to others without names or addresses', async () => {
    const bodies = await system.test.admin(
      async (client) => (await client.query('select type, body from identity.outbox')).rows,
    );
    expect(bodies.some((row) => row.type === 'annex.identity.person.changed.v1')).toBe(true);
    for (const { body } of bodies.filter((row) => row.type.includes('person')))
      expect(body).not.toMatch(/Ada|leaver@|Leaver/);
  });
});
