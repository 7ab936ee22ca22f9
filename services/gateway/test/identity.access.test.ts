import { type Permission, type RoleName, roles } from '@annex/schema';
import { createKey } from '../src/service.ts';
import { type Json, type TestSystem, testSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system?.close());

const keyWith = async (permissions: readonly Permission[], personId?: string) =>
  (
    await createKey(system.identity.database, system.tenants[0].id, {
      title: 'k',
      permissions,
      ...(personId ? { personId } : {}),
    })
  ).key;

const codes = (answer: { errors?: Json[] }) => [...new Set(answer.errors?.map((error) => error.extensions.code))];
let count = 0;
const newPerson = (roleNames: string[]) => ({
  input: { name: 'New One', email: `new${++count}@first.example`, roles: roleNames },
});
const create =
  'mutation C($input: CreatePersonInput!) { createPerson(input: $input) { person { id version status roles { name } } } }';
const update =
  'mutation U($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id version status roles { name } } } }';
const makeKey =
  'mutation K($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id permissions person { id } } } }';

const reads = [
  '{ tenant { id } }',
  '{ people { nodes { id } } }',
  '{ roles { name } }',
  '{ permissions { name } }',
  '{ apiKeys { nodes { id } } }',
];

describe.each(Object.keys(roles) as RoleName[])('a caller with the role %s', (role) => {
  const held = new Set<string>(roles[role].permissions);

  it('reads identity exactly when the role allows it', async () => {
    const key = await keyWith(roles[role].permissions);
    for (const query of reads) {
      const answer = await system.graphql(key, query);
      if (held.has('identity:read')) expect(answer.errors).toBeUndefined();
      else expect(codes(answer)).toEqual(['FORBIDDEN']);
    }
    expect((await system.graphql(key, '{ me { permissions } }')).data.me.permissions).toEqual([...held].sort());
  });

  it('changes people and keys exactly when the role allows it', async () => {
    const key = await keyWith(roles[role].permissions);
    for (const [query, variables] of [
      [create, newPerson(['INTEGRATION'])],
      [makeKey, { input: { title: 'x' } }],
    ] as const) {
      const answer = await system.graphql(key, query, variables);
      if (held.has('identity:write')) expect(answer.errors).toBeUndefined();
      else expect(codes(answer)).toEqual(['FORBIDDEN']);
    }
  });
});

describe('nobody grants more than they hold', () => {
  const clerk: Permission[] = [
    'identity:read',
    'identity:write',
    'controls:read',
    'risk:read',
    'risk:report',
    'evidence:read',
    'audit:read',
    'evidence:write',
  ];

  it('when giving roles', async () => {
    const key = await keyWith(clerk);
    expect((await system.graphql(key, create, newPerson(['INTEGRATION']))).errors).toBeUndefined();
    for (const role of ['ADMINISTRATOR', 'ISMS_MANAGER', 'OWNER', 'AUDITOR']) {
      const answer = await system.graphql(key, create, newPerson([role]));
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        details: { missing: expect.any(Array) },
      });
    }
    const made = await system.graphql(key, create, newPerson([]));
    const { id } = made.data.createPerson.person;
    expect(codes(await system.graphql(key, update, { input: { id, roles: ['OWNER'] } }))).toEqual(['FORBIDDEN']);
    expect(
      (await system.graphql(key, update, { input: { id, roles: ['INTEGRATION'], expectedVersion: 1 } })).data
        .updatePerson.person.version,
    ).toBe(2);
  });

  it('when touching somebody who may do more', async () => {
    const key = await keyWith(clerk);
    const { personId: id } = system.tenants[0];
    for (const change of [{ status: 'INACTIVE' }, { roles: [] }, { email: 'mine@first.example' }]) {
      expect(codes(await system.graphql(key, update, { input: { id, ...change } }))).toEqual(['FORBIDDEN']);
    }
  });

  it('when making keys', async () => {
    const key = await keyWith(clerk);
    expect(codes(await system.graphql(key, makeKey, { input: { title: 'x', permissions: ['risk:write'] } }))).toEqual([
      'FORBIDDEN',
    ]);
    const { personId } = system.tenants[0];
    const own = await system.graphql(key, makeKey, { input: { title: 'as the administrator', personId } });
    expect(new Set(own.data.createApiKey.apiKey.permissions)).toEqual(new Set(clerk));
    const machine = await system.graphql(key, makeKey, { input: { title: 'machine' } });
    expect(new Set(machine.data.createApiKey.apiKey.permissions)).toEqual(new Set(roles.INTEGRATION.permissions));
  });

  it('when a person may do less than is asked for their key', async () => {
    const [{ key }] = system.tenants;
    const made = await system.graphql(key, create, newPerson(['AUDITOR']));
    const personId = made.data.createPerson.person.id;
    const answer = await system.graphql(key, makeKey, { input: { title: 'x', personId, permissions: ['risk:write'] } });
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.permissions' }],
    });
    expect(codes(await system.graphql(key, makeKey, { input: { title: 'x', permissions: ['toString'] } }))).toEqual([
      'BAD_INPUT',
    ]);
  });
});

describe('a tenant', () => {
  it('keeps an active administrator', async () => {
    const [, { key, personId: id }] = system.tenants;
    for (const change of [{ status: 'INACTIVE' }, { roles: ['OWNER'] }]) {
      expect(codes(await system.graphql(key, update, { input: { id, ...change } }))).toEqual(['STATE_CONFLICT']);
    }
    expect((await system.graphql(key, '{ me { person { status roles { name } } } }')).data.me.person).toEqual({
      status: 'ACTIVE',
      roles: [{ name: 'ADMINISTRATOR' }],
    });
  });

  it('has each address once, however it is spelt', async () => {
    const [{ key }] = system.tenants;
    const person = (email: string) => ({ input: { name: 'X', email, roles: [] } });
    expect((await system.graphql(key, create, person('twice@first.example'))).errors).toBeUndefined();
    expect(codes(await system.graphql(key, create, person(' Twice@First.example ')))).toEqual(['ALREADY_EXISTS']);
    expect(codes(await system.graphql(key, create, person('nowhere')))).toEqual(['BAD_INPUT']);
    expect((await system.graphql(system.tenants[1].key, create, person('twice@first.example'))).errors).toBeUndefined();
  });

  it('refuses a change made with an older version in view', async () => {
    const [{ key }] = system.tenants;
    const { data } = await system.graphql(key, create, newPerson([]));
    const { id } = data.createPerson.person;
    expect(
      (await system.graphql(key, update, { input: { id, name: 'Renamed', expectedVersion: 1 } })).errors,
    ).toBeUndefined();
    expect(codes(await system.graphql(key, update, { input: { id, name: 'Again', expectedVersion: 1 } }))).toEqual([
      'VERSION_CONFLICT',
    ]);
  });
});
