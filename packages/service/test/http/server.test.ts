import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect } from 'node:net';
import { AnnexError, badInput } from '@annex/schema';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../src/database/database.ts';
import { expectedError } from '../../src/http/problem.ts';
import { createServiceHttp } from '../../src/http/server.ts';
import { TokenSigner, TokenVerifier } from '../../src/identity/token.ts';
import { createLogger } from '../../src/logging.ts';
import { createMetrics } from '../../src/metrics.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import { type NoteTables, noteMigrations, noteService, requestOf } from '../graphql/notes.ts';

let testing: TestDatabase;
let database: Database<NoteTables>;
let app: FastifyInstance;
let signer: TokenSigner;
let ready = true;
const logged: string[] = [];

beforeAll(async () => {
  testing = await testDatabase([{ name: 'risk', migrations: noteMigrations }]);
  database = testing.connect<NoteTables>('risk', { clock: 'system' });
  signer = await TokenSigner.from(randomBytes(32));
  ({ app } = await createServiceHttp({
    definition: {
      ...noteService,
      routes(own, { name }) {
        own.get('/who', async (request) => ({
          name,
          tenant: request.caller.caller.tenant,
          traceparent: request.caller.traceparent,
        }));
        own.delete('/who', async ({ body }) => ({ body: body ?? null }));
        own.post('/fails/:how', async (request) => {
          const { how } = request.params as { how: string };
          if (how === 'input') throw badInput('title', 1, 'must be text');
          if (how === 'long')
            throw new AnnexError('BAD_INPUT', 'x'.repeat(100_000), {
              faults: [
                { field: 'title', given: 'x'.repeat(100_000), allowed: 'must be short' },
                { field: 'list', given: [[[[]]]], allowed: 'must be flat' },
              ],
            });
          if (how === 'many') {
            const fault = { field: 'x', allowed: 'must not be' };
            throw new AnnexError('BAD_INPUT', 'many', { faults: Array.from({ length: 1000 }, () => fault) });
          }
          if (how === 'conflict')
            throw new AnnexError('VERSION_CONFLICT', 'It changed', { details: { presentVersion: 2 } });
          if (how === 'database')
            await database.read(testing.scope(), (tx) => tx.query('select secret_column from note'));
          throw new Error('the password is hunter2');
        });
      },
    },
    database,
    verifier: new TokenVerifier('risk', { jwks: signer.jwks }),
    log: createLogger({ service: 'risk', level: 'info', destination: { write: (line) => void logged.push(line) } }),
    metrics: createMetrics('risk'),
    readiness: {
      database: async () => void (await database.pool.query('select 1')),
      queue: async () => {
        if (!ready) throw new Error('redis://secret@host is gone');
      },
    },
    bodyLimit: 10_000,
  }));
});

afterAll(async () => {
  await app?.close();
  await testing?.close();
});

beforeEach(() => {
  logged.length = 0;
});

const token = async (audience = 'risk') =>
  `Bearer ${await signer.request(requestOf(testing.tenants[0])).for(audience)}`;
const post = async (url: string, payload: string | object, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    payload,
    headers: { authorization: await token(), 'content-type': 'application/json', ...headers },
  });

describe('the internal token', () => {
  test.each(['/graphql', '/fails/x'])(
    'POST %s is refused without one, and with one for another service',
    async (url) => {
      for (const authorization of ['', 'Bearer nonsense', await token('audit')]) {
        const answer = await post(url, { query: '{ __typename }' }, { authorization });
        expect(answer.statusCode).toBe(401);
        expect(answer.body).toContain('UNAUTHENTICATED');
      }
    },
  );

  test('routes of a definition learn who is calling', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { authorization: await token(), traceparent };
    const answer = await app.inject({ url: '/who', headers });
    expect(answer.json()).toEqual({ name: 'risk', tenant: testing.tenants[0], traceparent });
    const broken = await app.inject({ url: '/who', headers: { ...headers, traceparent: 'x' } });
    expect(broken.json().traceparent).toBeUndefined();
  });

  test('it never reaches the log', async () => {
    const authorization = await token();
    await post('/graphql', { query: '{ broken }' }, { authorization });
    await post('/fails/unforeseen', {}, { authorization });
    expect(logged.join('')).not.toContain(authorization.slice(7, 40));
    expect(logged.length).toBeGreaterThan(2);
  });
});

describe('GraphQL', () => {
  test('is answered', async () => {
    const answer = await post('/graphql', {
      query: 'mutation M($input: CreateNoteInput!) { createNote(input: $input) { note { title } } }',
      variables: { input: { title: 'over HTTP' } },
      operationName: 'M',
    });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { data: { createNote: { note: { title: 'over HTTP' } } } },
    ]);
  });

  test('refusals before the execution have the shape of a GraphQL answer and their status', async () => {
    const cases: [string | object, number, string][] = [
      [{ query: '{ nothing }' }, 400, 'GRAPHQL_INVALID'],
      [{ query: 1 }, 400, 'BAD_INPUT'],
      [{ query: '{ __typename }', variables: [] }, 400, 'BAD_INPUT'],
      ['[]', 400, 'BAD_INPUT'],
      ['{"query": }', 400, 'MALFORMED_JSON'],
      [`{"query": "${'x'.repeat(20_000)}"}`, 413, 'PAYLOAD_TOO_LARGE'],
    ];
    for (const [payload, status, code] of cases) {
      const answer = await post('/graphql', payload);
      expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([status, code]);
    }
  });
});

describe('errors over HTTP', () => {
  test('an expected one is a problem of RFC 9457', async () => {
    const answer = await post('/fails/input', {});
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
    expect(answer.json()).toEqual({
      type: '/problems/BAD_INPUT',
      title: 'The input is not acceptable',
      status: 400,
      detail: 'title: must be text',
      instance: `urn:annex:request:${answer.headers['x-request-id']}`,
      code: 'BAD_INPUT',
      help: expect.any(String),
      faults: [{ field: 'title', given: 1, allowed: 'must be text' }],
    });
    expect((await post('/fails/conflict', {})).json()).toMatchObject({ status: 412, details: { presentVersion: 2 } });
  });

  test.each(['unforeseen', 'database'])(
    '%s: the unforeseen leaks nothing and is logged under its reference',
    async (how) => {
      const answer = await post(`/fails/${how}`, {});
      expect(answer.statusCode).toBe(500);
      expect(answer.body).not.toMatch(/hunter2|secret_column|\.ts:\d/);
      expect(logged.find((line) => line.includes(answer.json().details.reference))).toMatch(/hunter2|secret_column/);
    },
  );

  test('what takes nothing may come with the media type of an empty body', async () => {
    const remove = async (payload: string) =>
      app.inject({
        method: 'DELETE',
        url: '/who',
        headers: {
          authorization: await token(),
          'content-type': 'application/json',
          'content-length': String(payload.length),
        },
        payload,
      });
    expect((await remove('')).json()).toEqual({ body: null });
    expect((await remove('{"a": 1}')).json()).toEqual({ body: { a: 1 } });
    expect((await remove('{')).json().code).toBe('MALFORMED_JSON');
  });

  test('bodies that are no JSON, too large, or of another kind', async () => {
    const malformed = await post('/fails/x', '{\n  "a": 1,\n  oops\n}');
    expect([malformed.statusCode, malformed.json().details]).toMatchObject([400, { line: 3, column: 3, byte: 14 }]);
    expect((await post('/fails/x', '')).json().code).toBe('MALFORMED_JSON');
    const large = await post('/fails/x', `"${'x'.repeat(20_000)}"`);
    expect([large.statusCode, large.json().details]).toEqual([413, { limit: 10_000 }]);
    const other = await post('/fails/x', 'a,b', { 'content-type': 'text/csv' });
    expect([other.statusCode, other.json().code]).toEqual([415, 'UNSUPPORTED_FORMAT']);
  });

  test('rubbish is not sent back at length', async () => {
    const answer = await post('/fails/long', {});
    expect([answer.statusCode, answer.body.length < 5000]).toEqual([400, true]);
    expect(answer.json().faults).toEqual([
      { field: 'title', given: `${'x'.repeat(200)}…`, allowed: 'must be short' },
      { field: 'list', given: [['…']], allowed: 'must be flat' },
    ]);
    expect((await post('/fails/many', {})).json().faults).toHaveLength(100);
  });

  test('a body that breaks off is no defect of ours', () => {
    const aborted = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    expect(expectedError(aborted, 1, createLogger({ service: 'risk', level: 'silent' }))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  test('what is not there is NOT_FOUND, and a broken path is the caller’s', async () => {
    const missing = await app.inject({ url: '/nothing?secret=1' });
    expect([missing.statusCode, missing.json().details]).toEqual([404, { method: 'GET', path: '/nothing' }]);
    const broken = await app.inject({ url: '/%zz' });
    expect([broken.statusCode, broken.json().code]).toEqual([400, 'BAD_INPUT']);
  });

  test('a request keeps the id that it came with, if it is one', async () => {
    const given = await app.inject({ url: '/livez', headers: { 'x-request-id': 'abc-1' } });
    expect(given.headers['x-request-id']).toBe('abc-1');
    const odd = await app.inject({ url: '/livez', headers: { 'x-request-id': 'a b<script>' } });
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

/** Sends bytes as they are and listens only when all were sent, as many clients do. */
async function sendAll(parts: readonly (string | Buffer)[]): Promise<string> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').pause();
  let failure: string | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code;
  });
  for (const part of parts) {
    await new Promise<void>((done) => socket.write(part, () => done()));
  }
  let answer = '';
  socket.setEncoding('utf8');
  await new Promise<void>((done) => {
    socket.on('data', (text: string) => {
      answer += text;
      if (/\}$/.test(answer)) done();
    });
    socket.once('close', () => done());
    socket.resume();
  });
  socket.destroy();
  return answer || `no answer: ${failure}`;
}

describe('on a real connection', () => {
  beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));

  test.each([
    ['Content-Length: 33554432\r\n', 'its length'],
    ['Content-Length: 33554432\r\nConnection: close\r\n', 'its length, on a connection for one request'],
  ])('a refusal overtakes a body that is too large by %j', async (headers) => {
    const head = `POST /fails/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${await token()}\r\n${headers}\r\n`;
    const chunk = Buffer.alloc(1024 * 1024);
    const answer = await sendAll([head, ...Array.from({ length: 32 }, () => chunk)]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('PAYLOAD_TOO_LARGE');
  });

  test.each([
    ['nonsense\r\n\r\n', 'request: must be HTTP/1.1'],
    ['POST /fails/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 'request: must be HTTP/1.1'],
    [`GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers: must have at most 16384 bytes'],
  ])('bytes that are no request are answered by a problem', async (bytes, detail) => {
    const [head = '', body = ''] = (await sendAll([bytes])).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/);
    expect(JSON.parse(body)).toMatchObject({ code: 'BAD_INPUT', detail: expect.stringContaining(detail) });
  });
});

describe('health and metrics', () => {
  test('readiness names each part, and never why', async () => {
    ready = true;
    const good = await app.inject({ url: '/readyz' });
    expect([good.statusCode, good.json()]).toEqual([
      200,
      { status: 'ready', parts: { database: 'ready', queue: 'ready' } },
    ]);
    ready = false;
    const bad = await app.inject({ url: '/readyz' });
    expect([bad.statusCode, bad.json()]).toEqual([
      503,
      { status: 'not ready', parts: { database: 'ready', queue: 'not ready' } },
    ]);
    expect((await app.inject({ url: '/livez' })).json()).toEqual({ status: 'alive' });
  });

  test('durations, errors and connections are counted', async () => {
    await post('/graphql', { query: '{ broken }' });
    const { body } = await app.inject({ url: '/metrics' });
    const counted = (name: string, ...labels: string[]) =>
      body
        .split('\n')
        .some(
          (line) =>
            line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)) && !line.endsWith(' 0'),
        );
    expect(counted('annex_http_request_seconds_count', 'method="POST"', 'route="/graphql"', 'status="200"')).toBe(true);
    expect(counted('annex_graphql_operation_seconds_count', 'kind="query"', 'outcome="error"', 'service="risk"')).toBe(
      true,
    );
    expect(counted('annex_graphql_errors_total', 'code="INTERNAL"')).toBe(true);
    expect(counted('annex_database_connections', 'state="open"')).toBe(true);
  });
});

test('secrets are redacted wherever they lie, and rows of the database stay out', () => {
  const lines: string[] = [];
  const log = createLogger({ service: 'risk', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const leak = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (email)=(ada@example.org) exists',
    constraint: 'person_email',
  });
  log.info(
    {
      authorization: 'topsecret',
      req: { headers: { authorization: 'topsecret', cookie: 'topsecret' } },
      config: { webhook: { secret: 'topsecret' } },
      deep: { a: [{ b: { c: { d: { Password: { value: 'topsecret' }, name: 'kept' } } } }] },
      text: 'says "token": and goes on',
    },
    'x',
  );
  log.child({ apiKey: 'topsecret', job: 'kept' }).info('x');
  log.error({ err: new Error('outer', { cause: leak }) }, 'x');
  expect(lines.join('')).not.toMatch(/topsecret|ada@example/);
  const [first, second, third] = lines.map((line) => JSON.parse(line));
  expect(lines.map((line) => line.split('\n').length)).toEqual([2, 2, 2]);
  expect(first).toMatchObject({
    authorization: '[redacted]',
    deep: { a: [{ b: { c: { d: { Password: '[redacted]', name: 'kept' } } } }] },
    text: 'says "token": and goes on',
  });
  expect(second).toMatchObject({ apiKey: '[redacted]', job: 'kept' });
  expect(third).toMatchObject({
    level: 'error',
    err: { cause: { code: '23505', constraint: 'person_email' } },
  });
});
