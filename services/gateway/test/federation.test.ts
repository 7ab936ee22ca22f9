import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import {
  buildASTSchema,
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
} from 'graphql';
import { createKey } from '../src/service.ts';
import { type TestSystem, testSystem } from './system.ts';

describe.each(['local', 'http'] as const)('the federated graph over %s upstreams', (transport) => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await testSystem(transport);
  });
  afterAll(() => system?.close());

  const add = (key: string, title: string) =>
    system.graphql(
      key,
      'mutation Add($input: CreateNoteInput!) { createNote(input: $input) { note { id version title marks } } }',
      { input: { title } },
    );

  it('joins what several services know of one thing', async () => {
    const [{ key }] = system.tenants;
    const made = await add(key, 'joined');
    expect(made.errors).toBeUndefined();
    const { id } = made.data.createNote.note;
    expect(made.data.createNote.note).toEqual({ id, version: 1, title: 'joined', marks: [`mark of ${id}`] });
    const read = await system.graphql(
      key,
      '{ tenant { name } notes { nodes { title marks } totalCount } me { person { name } } }',
    );
    expect(read.data).toEqual({
      tenant: { name: 'Tenant first' },
      notes: { nodes: [{ title: 'joined', marks: [`mark of ${id}`] }], totalCount: 1 },
      me: { person: { name: 'Ada of first' } },
    });
  });

  it('gives two tenants and two moments that ask the same at once each their own answer', async () => {
    const [one, two] = system.tenants;
    await system.test.setClock(new Date('2126-12-01T00:00:00Z'));
    const made = await add(one.key, 'then');
    const { id } = made.data.createNote.note;
    await system.test.setClock(new Date('2126-12-03T00:00:00Z'));
    const change = 'mutation C($input: UpdateNoteInput!) { updateNote(input: $input) { note { version } } }';
    expect(
      (await system.graphql(one.key, change, { input: { id, expectedVersion: 1, title: 'now' } })).errors,
    ).toBeUndefined();
    const query = 'query Same($id: UUID!) { note(id: $id) { title version } }';
    const asked = Array.from({ length: 10 }, () => [
      system.graphql(one.key, query, { id }),
      system.graphql(one.key, query, { id }, { 'annex-as-of': '2126-12-02T00:00:00Z' }),
      system.graphql(two.key, query, { id }),
    ]).flat();
    const answers = (await Promise.all(asked)).map((answer) => answer.data.note);
    for (let index = 0; index < answers.length; index += 3) {
      expect(answers.slice(index, index + 3)).toEqual([
        { title: 'now', version: 2 },
        { title: 'then', version: 1 },
        null,
      ]);
    }
    await system.test.setClock(null);
  });

  it('refuses to change the past', async () => {
    const [{ key }] = system.tenants;
    const answer = await system.graphql(
      key,
      'mutation { createNote(input: { title: "x" }) { note { id } } }',
      {},
      { 'annex-as-of': '2026-01-01T00:00:00Z' },
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('AS_OF_NOT_WRITABLE');
  });

  it('keeps code, faults and details of expected errors and masks the rest', async () => {
    const [{ key }] = system.tenants;
    const bad = await add(key, 'a title that is far too long');
    expect(bad.status).toBe(200);
    expect(bad.errors).toEqual([
      expect.objectContaining({
        path: ['createNote'],
        extensions: expect.objectContaining({
          code: 'BAD_INPUT',
          faults: [expect.objectContaining({ field: 'input.title' })],
        }),
      }),
    ]);
    const broken = await system.graphql(key, '{ broken markCount }');
    expect(broken.data).toEqual({ broken: null, markCount: 1 });
    expect(broken.errors?.[0]?.extensions).toMatchObject({
      code: 'INTERNAL',
      details: { reference: expect.any(String) },
    });
    expect(JSON.stringify(broken)).not.toContain('hunter2');
  });

  it('refuses what a narrow key may not see, in its place alone', async () => {
    const [{ id, personId }] = system.tenants;
    const { key } = await createKey(system.identity.database, id, {
      title: 'narrow',
      personId,
      permissions: ['risk:read'],
    });
    const answer = await system.graphql(key, '{ notes(first: 1) { nodes { title marks } } tenant { name } }');
    expect(answer.data.notes.nodes[0]).toMatchObject({ marks: null });
    expect(answer.data.tenant).toBeNull();
    expect(new Set(answer.errors?.map((error) => error.extensions.code))).toEqual(new Set(['FORBIDDEN']));
  });

  it.each([
    ['depth', `{ notes ${'{ nodes '.repeat(1)}{ title } } }`, 'ok'],
    [
      'cost',
      '{ notes(first: 200) { nodes { marks } } a: notes(first: 200) { nodes { marks } } b: notes(first: 5000) { nodes { id } } }',
      'QUERY_TOO_COMPLEX',
    ],
    [
      'aliases',
      `{ ${Array.from({ length: 101 }, (_, index) => `a${index}: markCount`).join(' ')} }`,
      'QUERY_TOO_COMPLEX',
    ],
    ['size', `{ markCount } #${'x'.repeat(70_000)}`, 'QUERY_TOO_COMPLEX'],
    [
      'nesting of lists',
      `{ notes(first: ${'['.repeat(6000)}${']'.repeat(6000)}) { totalCount } }`,
      'QUERY_TOO_COMPLEX',
    ],
    [
      'nesting of objects',
      `{ notes(filter: ${'{a:'.repeat(6000)}1${'}'.repeat(6000)}) { totalCount } }`,
      'QUERY_TOO_COMPLEX',
    ],
    ['brackets in texts', `{ notes(first: 1, after: null) { totalCount } # ${'{'.repeat(100)}\n}`, 'ok'],
    ['a NUL in a text', '{ notes(after: "\\u0000") { totalCount } }', 'BAD_INPUT'],
    ['syntax', '{ markCount', 'GRAPHQL_INVALID'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_INVALID'],
    ['introspection beside data', '{ markCount __schema { queryType { name } } }', 'GRAPHQL_INVALID'],
  ])('answers a document that breaks a rule (%s)', async (_, query, code) => {
    const [{ key }] = system.tenants;
    const answer = await system.graphql(key, query);
    if (code === 'ok') expect(answer.errors).toBeUndefined();
    else
      expect(answer).toMatchObject({
        status: 400,
        errors: [expect.objectContaining({ extensions: expect.objectContaining({ code }) })],
      });
  });

  it('names a variable that is not acceptable', async () => {
    const [{ key }] = system.tenants;
    const answer = await system.graphql(key, 'query N($first: Int!) { notes(first: $first) { totalCount } }', {
      first: 'many',
    });
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'first', given: 'many' }],
    });
  });

  it.each(['\u0000', 'half \ud83d'])('names the place of a text that nothing can store', async (text) => {
    const [{ key }] = system.tenants;
    const answer = await system.graphql(key, 'query N($after: String) { notes(after: $after) { totalCount } }', {
      after: 'x',
      unused: [{ deep: text }],
    });
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'unused.0.deep', allowed: expect.stringContaining('without NUL') }],
    });
  });

  it('shows the schema, without what belongs to federation', async () => {
    const [{ key }] = system.tenants;
    const { data } = await system.graphql(key, '{ __schema { types { name description } directives { name } } }');
    const names = data.__schema.types.map((type: { name: string }) => type.name);
    expect(names).toContain('NoteConnection');
    expect(names.filter((name: string) => /join__|_Entity|_Any|link__/.test(name))).toEqual([]);
  });

  it('shows what the specification of federation takes to be public, and nothing else', async () => {
    const [{ key }] = system.tenants;
    const { data } = await system.graphql(key, getIntrospectionQuery());
    const expected = buildASTSchema(transformSupergraphToPublicSchema(parse(system.supergraph)));
    const text = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema)).trim();
    expect(text(buildClientSchema(data))).toBe(text(expected));
  });

  it('loses no more than the fields of a service that is down', async () => {
    const [{ key }] = system.tenants;
    const noted = await system.graphql(key, '{ notes(first: 2) { nodes { title } } }');
    if (transport === 'local') return;
    await system.evidence.app.close();
    const answer = await system.graphql(
      key,
      '{ notes(first: 2) { nodes { title marks grade } } markCount tenant { name } }',
    );
    expect(answer.data).toEqual({
      notes: { nodes: noted.data.notes.nodes.map((node: object) => ({ ...node, marks: null, grade: null })) },
      markCount: null,
      tenant: { name: 'Tenant first' },
    });
    for (const error of answer.errors ?? []) {
      expect(error.extensions).toMatchObject({ code: 'UNAVAILABLE', details: { service: 'evidence' } });
    }
    expect(answer.errors?.map((error) => error.path[0]).sort()).toEqual(['markCount', 'notes']);
    const ready = await system.rest(undefined, 'GET', '/readyz');
    expect(ready).toMatchObject({
      status: 503,
      body: { parts: { evidence: 'not ready', identity: 'ready', risk: 'ready' } },
    });
    expect((await system.rest(undefined, 'GET', '/livez')).status).toBe(200);
  });
});
