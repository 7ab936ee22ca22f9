import type { Permission } from '@annex/schema';
import fastify, { type FastifyInstance } from 'fastify';
import pg from 'pg';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import { literal } from '../../src/database/literal.ts';
import { RequestContext } from '../../src/graphql/context.ts';
import { createExecutor, type Execute, type GraphqlAnswer } from '../../src/graphql/execute.ts';
import { buildSubgraph } from '../../src/graphql/subgraph.ts';
import type { RequestInfo } from '../../src/identity/caller.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import { type NoteTables, noteMigrations, notes, requestOf } from './notes.ts';

let testing: TestDatabase;
let database: Database<NoteTables>;
let app: FastifyInstance;
let execute: Execute;
let one: string;
let two: string;
const logged: string[] = [];
/** Every statement that the service sends to PostgreSQL. */
const statements: string[] = [];
let most = 0;
const sent = pg.Client.prototype.query;

beforeAll(async () => {
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    statements.push(typeof first === 'string' ? first : String((first as { text?: string })?.text));
    return (sent as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof sent;
  testing = await testDatabase([{ name: 'risk', migrations: noteMigrations }]);
  [one, two] = testing.tenants;
  database = testing.connect<NoteTables>('risk', { clock: 'system', poolSize: 4 });
  database.pool.on('acquire', () => {
    most = Math.max(most, database.pool.totalCount - database.pool.idleCount);
  });
  app = fastify();
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  execute = await createExecutor(app, {
    schema: buildSubgraph({ name: 'risk', modules: [notes] }),
    database,
    log,
  });
  await app.ready();
});

afterAll(async () => {
  await app?.close();
  await testing?.close();
  pg.Client.prototype.query = sent;
});

beforeEach(() => {
  statements.length = 0;
  logged.length = 0;
  most = 0;
});

/** An answer does not wait for its read transaction to end; what a test counts afterwards does. */
async function run(request: RequestInfo, query: string, variables?: Record<string, unknown>) {
  const answer = await execute({ query, variables: variables ?? null, request });
  while (database.pool.idleCount < database.pool.totalCount) await new Promise((done) => setImmediate(done));
  return answer;
}
const begins = () => statements.filter((text) => text.startsWith('begin'));
const create = 'mutation ($input: CreateNoteInput!) { createNote(input: $input) { total note { id title } } }';

async function add(
  tenant: string,
  title: string,
  more: Partial<RequestInfo> = {},
): Promise<{ id: string; total: number }> {
  const answer = await run(requestOf(tenant, more), create, { input: { title } });
  expect(answer.errors).toBeUndefined();
  const { total, note } = (answer.data as { createNote: { total: number; note: { id: string } } }).createNote;
  return { id: note.id, total };
}

const codes = (answer: GraphqlAnswer) => answer.errors?.map((error) => error.extensions.code);
const holding = (...permissions: Permission[]) => requestOf(one, { permissions });

it('takes the default of a variable that is left out, every time', async () => {
  await add(one, 'with defaults');
  const query = 'query ($first: Int! = 1) { notes(first: $first) { edges { node { id } } } }';
  for (let time = 1; time <= 3; time++) {
    const answer = await run(requestOf(one), query);
    expect(answer.errors).toBeUndefined();
    expect((answer.data as { notes: { edges: unknown[] } }).notes.edges).toHaveLength(1);
  }
});

/** A compiled document takes another way through the executor than one that is seen for the first time. */
const bothWays = [
  ['when a document is new', 1],
  ['when it is compiled', 3],
] as const;

describe.each(bothWays)('scopes, %s', (_, times) => {
  const last = async (request: RequestInfo, query: string, variables?: Record<string, unknown>) => {
    let answer: GraphqlAnswer = {};
    for (let time = 0; time < times; time++) answer = await run(request, `${query} # ${times}`, variables);
    return answer;
  };

  test('a root field asks for its scopes, and its resolver never runs', async () => {
    const answer = await last(holding('evidence:read'), '{ notes { totalCount } }');
    expect(answer.errors).toEqual([
      expect.objectContaining({
        path: ['notes'],
        extensions: expect.objectContaining({ code: 'FORBIDDEN', status: 403, details: { missing: ['risk:read'] } }),
      }),
    ]);
    expect(statements).toEqual([]);
  });

  test('an entity asks for its scopes through _entities too, each in its place', async () => {
    const { id } = await add(one, 'entity');
    statements.length = 0;
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Note { title } ... on Comment { text } ... on Control { noteCount } } }`;
    const refs = [
      { __typename: 'Note', id },
      { __typename: 'Control', id: 'A.5.1' },
      { __typename: 'Comment', id },
    ];
    const allowed = await last(requestOf(one), query, { r: refs.slice(0, 2) });
    expect(allowed).toEqual({
      data: {
        _entities: [
          { __typename: 'Note', title: 'entity' },
          { __typename: 'Control', noteCount: 7 },
        ],
      },
    });
    const refused = await last(holding('controls:read'), query, { r: [...refs.slice(0, 1), ...refs.slice(2)] });
    expect(refused.data).toEqual({ _entities: [null, null] });
    expect(refused.errors?.map((error) => [error.path, error.extensions.details])).toEqual([
      [['_entities', 0], { missing: ['risk:read'] }],
      [['_entities', 1], { missing: ['evidence:read'] }],
    ]);
    const field = await last(holding('controls:read'), query, { r: [{ __typename: 'Control', id: 'A.5.1' }] });
    expect(field.errors?.map((error) => [error.path, error.extensions.code])).toEqual([
      [['_entities', 0, 'noteCount'], 'FORBIDDEN'],
    ]);
  });

  test('an entity that does not exist leaves the others in their places', async () => {
    const { id } = await add(one, 'there');
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { title } } }';
    const refs = [uuidv7(), id, uuidv7()].map((key) => ({ __typename: 'Note', id: key }));
    const answer = await last(requestOf(one), query, { r: refs });
    expect(answer.data).toEqual({ _entities: [null, { title: 'there' }, null] });
    expect(answer.errors?.map((error) => error.path)).toEqual([
      ['_entities', 0],
      ['_entities', 2],
    ]);
    expect(codes(answer)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  test('a field asks for one of several sets', async () => {
    const { id } = await add(one, 'field');
    const query = `query ($id: UUID!) { note(id: $id) { confidential } }`;
    const secret = { note: { confidential: 'between us' } };
    expect((await last(holding('risk:read', 'operations:read'), query, { id })).data).toEqual(secret);
    expect((await last(holding('risk:read', 'risk:accept', 'audit:read'), query, { id })).data).toEqual(secret);
    const refused = await last(holding('risk:read', 'risk:accept'), query, { id });
    expect(refused.data).toEqual({ note: { confidential: null } });
    expect(refused.errors?.[0]?.extensions.details).toEqual({ missing: ['audit:read'] });
  });

  test('a refused non-null field is one error', async () => {
    const { id } = await add(one, 'strict');
    const answer = await last(holding('risk:read'), `query ($id: UUID!) { note(id: $id) { strict } }`, { id });
    expect(answer.data).toEqual({ note: null });
    expect(codes(answer)).toEqual(['FORBIDDEN']);
  });

  test('a member of a union is judged by its own type', async () => {
    const { id } = await add(one, 'member');
    await database.write(testing.scope(one), (tx) =>
      tx.query(
        `insert into comment (tenant_id, id, note_id, text, created_at, created_by, updated_at, updated_by) values ($1, $2, $3, 'hush', now(), 'x', now(), 'x')`,
        [one, uuidv7(), id],
      ),
    );
    const query = '{ entries { __typename ... on Comment { text } } }';
    const answer = await last(holding('risk:read'), query);
    expect(JSON.stringify(answer)).not.toContain('hush');
    expect(new Set(codes(answer))).toEqual(new Set(['FORBIDDEN']));
    const both = await last(holding('risk:read', 'evidence:read'), query);
    expect(both.errors).toBeUndefined();
    expect(JSON.stringify(both)).toContain('hush');
  });
});

describe('transactions', () => {
  test('a request reads in one transaction on one connection, however many fields ask', async () => {
    const ids = await Promise.all([add(one, 'a'), add(one, 'b'), add(one, 'c')]);
    statements.length = 0;
    most = 0;
    const answer = await run(
      requestOf(one),
      `query ($a: UUID!, $b: UUID!) { a: note(id: $a) { title comments { totalCount edges { node { id } } } } b: note(id: $b) { title comments { totalCount edges { cursor } } }
        notes(first: 2) { totalCount nodes { title comments(first: 3) { edges { node { text } } } } } }`,
      { a: ids[0]?.id, b: ids[1]?.id },
    );
    expect(answer.errors).toBeUndefined();
    expect(begins()).toHaveLength(1);
    expect(begins()[0]).toContain('repeatable read read only');
    expect(statements.filter((text) => text === 'commit')).toHaveLength(1);
    expect(most).toBe(1);
    // begin; both notes in one; a page and a count of notes; comments of a and b: counts, two selections; comments of the page
    expect(statements.length).toBeLessThanOrEqual(9);
  });

  test('a request that reads nothing opens nothing', async () => {
    await run(requestOf(one), '{ __typename }');
    await run(requestOf(one), '{ echo(json: 1) }');
    expect(statements).toEqual([]);
  });

  test('a read after a write sees the write, and never holds two connections', async () => {
    const before = (await add(two, 'first')).total;
    statements.length = 0;
    most = 0;
    const answer = await run(
      requestOf(two),
      `mutation { a: createNote(input: { title: "x" }) { total note { title } } b: createNote(input: { title: "y" }) { total note { title } } }`,
    );
    expect(answer).toEqual({
      data: { a: { total: before + 1, note: { title: 'x' } }, b: { total: before + 2, note: { title: 'y' } } },
    });
    expect(begins().map((text) => /read only|read committed/.exec(text)?.[0])).toEqual([
      'read committed',
      'read only',
      'read committed',
      'read only',
    ]);
    expect(most).toBe(1);
  });

  test('what is asked first travels with the opening; what fails there leaves the request able to read', async () => {
    const { id } = await add(one, "it's a \\ note");
    const context = new RequestContext(database, requestOf(one), pino({ level: 'silent' }));
    statements.length = 0;
    await expect(context.ask('select 1 / 0')).rejects.toThrow('division by zero');
    const titled = (title: string) => `select id, title from note where title = ${literal(title)}`;
    expect(await context.ask(titled("it's a \\ note"))).toEqual([{ id, title: "it's a \\ note" }]);
    expect(await context.ask(titled('another'))).toEqual([]);
    expect(await context.read(async (tx) => (await tx.query('select 1 as one')).rows)).toEqual([{ one: 1 }]);
    await context.close();
    expect(begins().map((text) => /select (1 \/ 0|id)/.exec(text)?.[1])).toEqual(['1 / 0', 'id']);
    // What failed, its end, what was found, the two after it, and the end.
    expect(statements).toHaveLength(6);
    await expect(context.ask('select 1')).rejects.toThrow('answered');
  });

  test('connections come back, also when everything fails', async () => {
    for (let n = 0; n < 10; n++) {
      await run(requestOf(one), '{ brokenQuery notes { totalCount } broken }');
      await run(requestOf(one), create, { input: { title: 'fails' } });
    }
    expect(database.pool.totalCount - database.pool.idleCount).toBe(0);
    expect(database.pool.waitingCount).toBe(0);
  });

  test('two tenants and two moments side by side each get their own answer', async () => {
    const tenants = [uuidv7(), uuidv7()] as const;
    const early = await add(tenants[0], 'early');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const asOf = new Date();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await add(tenants[0], 'late');
    await add(tenants[1], 'other');
    const query = '{ notes { totalCount nodes { title } } }';
    const asked = Array.from({ length: 40 }, (_, n) =>
      run(requestOf(tenants[n % 4 === 3 ? 1 : 0], n % 2 === 0 ? { asOf } : {}), query),
    );
    const answers = (await Promise.all(asked)).map((answer) => answer.data);
    answers.forEach((data, n) => {
      const titles = n % 4 === 3 ? ['other'] : n % 2 === 0 ? ['early'] : ['late', 'early'];
      expect(data).toEqual({ notes: { totalCount: titles.length, nodes: titles.map((title) => ({ title })) } });
    });
    const foreign = await run(requestOf(tenants[1]), 'query ($id: UUID!) { note(id: $id) { title } }', {
      id: early.id,
    });
    expect(foreign).toEqual({ data: { note: null } });
  });

  test('the past cannot be written', async () => {
    const answer = await run(requestOf(one, { asOf: new Date() }), create, { input: { title: 'past' } });
    expect(codes(answer)).toEqual(['AS_OF_NOT_WRITABLE']);
    expect(begins()).toEqual([]);
  });
});

describe('idempotency', () => {
  test('a repeat does nothing and returns the first result, read as it is now', async () => {
    const idempotencyKey = uuidv7();
    const first = await add(one, 'once', { idempotencyKey });
    const second = await add(one, 'once', { idempotencyKey });
    expect(second).toEqual(first);
  });

  test('requests with one key at the same moment have one effect', async () => {
    const idempotencyKey = uuidv7();
    const tenant = uuidv7();
    const all = await Promise.all(Array.from({ length: 8 }, () => add(tenant, 'slow', { idempotencyKey })));
    expect(new Set(all.map((note) => note.id)).size).toBe(1);
    expect(all.every((note) => note.total === 1)).toBe(true);
  });

  test('another input under the same key is refused', async () => {
    const idempotencyKey = uuidv7();
    await add(one, 'this', { idempotencyKey });
    const answer = await run(requestOf(one, { idempotencyKey }), create, { input: { title: 'that' } });
    expect(codes(answer)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('keys belong to their caller and tenant', async () => {
    const idempotencyKey = uuidv7();
    const ids = [
      await add(one, 'mine', { idempotencyKey }),
      await add(two, 'mine', { idempotencyKey }),
      await run(requestOf(one, { idempotencyKey, actor: 'person:other' }), create, { input: { title: 'mine' } }).then(
        (answer) => (answer.data as { createNote: { note: { id: string } } }).createNote.note,
      ),
    ].map((note) => note.id);
    expect(new Set(ids).size).toBe(3);
  });

  test('a failure is not remembered', async () => {
    const idempotencyKey = uuidv7();
    const failed = await run(requestOf(one, { idempotencyKey }), create, { input: { title: 'fails' } });
    expect(codes(failed)).toEqual(['INTERNAL']);
    await add(one, 'succeeds', { idempotencyKey });
  });

  test('two of the same mutation in one document are two effects, and their repeat is none', async () => {
    const request = () => requestOf(one, { idempotencyKey: 'twice' });
    const query =
      'mutation { a: createNote(input: { title: "p" }) { note { id } } b: createNote(input: { title: "q" }) { note { id } } }';
    const first = await run(request(), query);
    expect(first.errors).toBeUndefined();
    expect(await run(request(), query)).toEqual(first);
  });

  test('a key expires after a day, and expired ones are swept', async () => {
    const tenant = uuidv7();
    const first = await add(tenant, 'again', { idempotencyKey: 'day' });
    await add(tenant, 'swept', { idempotencyKey: 'old' });
    const rows = () =>
      testing.admin(async (client) =>
        (await client.query('select key from risk.idempotency where tenant_id = $1 order by 1', [tenant])).rows.map(
          (row) => row.key,
        ),
      );
    await testing.admin((client) =>
      client.query(`update risk.idempotency set expires_at = clock_timestamp() where tenant_id = $1`, [tenant]),
    );
    const second = await add(tenant, 'again', { idempotencyKey: 'day' });
    expect(second.id).not.toBe(first.id);
    expect(await rows()).toEqual(['day']);
  });

  test('a key has 1 to 255 characters', async () => {
    for (const idempotencyKey of ['', 'x'.repeat(256)]) {
      const answer = await run(requestOf(one, { idempotencyKey }), create, { input: { title: 'long' } });
      expect(answer.errors?.[0]?.extensions.faults?.[0]?.field).toBe('Idempotency-Key');
    }
  });
});

describe('errors', () => {
  test.each(['broken', 'brokenQuery'])(
    '%s: the unforeseen leaks nothing and is logged under its reference',
    async (field) => {
      const answer = await run(requestOf(one), `{ ${field} }`);
      const [error] = answer.errors ?? [];
      expect(codes(answer)).toEqual(['INTERNAL']);
      expect(error?.path).toEqual([field]);
      expect(JSON.stringify(answer)).not.toMatch(/hunter2|secret_column|passwd|stack|\.ts:\d/);
      const reference = String(error?.extensions.details?.reference);
      const line = logged.find((text) => text.includes(reference));
      expect(line).toMatch(field === 'broken' ? /hunter2/ : /secret_column/);
    },
  );

  test('a document that is none is GRAPHQL_INVALID with its place', async () => {
    for (const query of [
      '{ notes {',
      '{ nothing }',
      'query A { __typename } query A { __typename }',
      '{"kind":"Document"}',
    ]) {
      const answer = await run(requestOf(one), query);
      expect(answer.data).toBeUndefined();
      expect(codes(answer)?.[0]).toBe('GRAPHQL_INVALID');
      expect(answer.errors?.[0]?.locations).toBeDefined();
    }
  });

  test.each(bothWays)('every bad variable is named with its place, %s', async (_, times) => {
    const query = `query ($thing: ThingInput) { echo(thing: $thing) } # ${times}`;
    for (let n = 0; n < times; n++) await run(requestOf(one), query, { thing: { at: '2026-11-24T09:30:00Z' } });
    const answer = await run(requestOf(one), query, {
      thing: { at: '2026-02-30T00:00:00Z', more: ['2026-01-01T00:00:00Z', 'x'], count: 'n' },
    });
    expect(codes(answer)).toEqual(['BAD_INPUT']);
    expect(answer.errors?.[0]?.extensions.faults?.map((fault) => [fault.field, fault.given])).toEqual([
      ['thing.at', '2026-02-30T00:00:00Z'],
      ['thing.more.1', 'x'],
      ['thing.count', 'n'],
    ]);
    const missing = await run(requestOf(one), create, {});
    expect(missing.errors?.[0]?.extensions.faults?.map((fault) => fault.field)).toEqual(['input']);
  });

  test('a scalar written into the document is checked as well', async () => {
    const answer = await run(requestOf(one), '{ echo(at: "soon") }');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', faults: [{ given: 'soon' }] });
  });

  test('scalars are read and written', async () => {
    const answer = await run(requestOf(one), 'query ($at: DateTime, $json: JSON) { echo(at: $at, json: $json) }', {
      at: '2026-11-24T10:30:00.5+01:00',
      json: { a: [1, null] },
    });
    expect(JSON.parse(JSON.stringify(answer.data))).toEqual({
      echo: { at: '2026-11-24T09:30:00.500Z', json: { a: [1, null] } },
    });
  });

  test('two operations in one document are told apart, also when compiled', async () => {
    const query = 'query A { a: __typename } query B { b: __typename }';
    for (let n = 0; n < 4; n++) {
      for (const [operationName, key] of [
        ['A', 'a'],
        ['B', 'b'],
      ] as const) {
        const answer = await execute({ query, operationName, request: requestOf(one) });
        expect(answer.data).toEqual({ [key]: 'Query' });
      }
    }
  });
});

describe('limits', () => {
  const limitOf = async (query: string) =>
    (await run(requestOf(one), query)).errors?.map((error) => error.extensions.details?.limit);

  test('too deep, too broad, too many aliases, too many fields, too large', async () => {
    const deep = `{ notes { edges { node { comments { edges { node ${'{ id '.repeat(8)}${'}'.repeat(8)} } } } } } }`;
    expect(await limitOf(deep)).toContain('depth');
    expect(await limitOf(`{ ${'__typename '.repeat(201)} }`)).toContain('breadth');
    expect(await limitOf(`{ ${Array.from({ length: 101 }, (_, n) => `a${n}: __typename`).join(' ')} }`)).toContain(
      'aliases',
    );
    // fragments count as often as they are used: 8^4 fields in a short text
    const fragments = ['fragment F0 on Query { __typename }'];
    for (let n = 1; n <= 4; n++) fragments.push(`fragment F${n} on Query { ${`...F${n - 1} `.repeat(8)} }`);
    expect(await limitOf(`{ ...F4 } ${fragments.join(' ')}`)).toContain('fields');
    expect(await limitOf(`{ __typename } #${'x'.repeat(70_000)}`)).toEqual(['documentBytes']);
    expect(await limitOf('{ ...A } fragment A on Query { ...A }')).toEqual([undefined]);
  });

  test('the standard introspection query passes', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    expect((await run(requestOf(one), getIntrospectionQuery())).errors).toBeUndefined();
  });
});
