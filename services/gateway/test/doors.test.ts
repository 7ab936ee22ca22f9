import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validate } from '@scalar/openapi-parser';
import { type TestSystem, testSystem } from './system.ts';

let system: TestSystem;
let origin: string;
let key: string;
beforeAll(async () => {
  system = await testSystem('http');
  key = system.tenants[0].key;
  await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(system.gateway.app.server.address() as AddressInfo).port}`;
});
afterAll(() => system?.close());

const bearer = () => ({ authorization: `Bearer ${key}` });

/** Sends headers as they are, also twice. */
function raw(path: string, headers: [string, string][]): Promise<{ status: number; body: string }> {
  return new Promise((done, fail) => {
    const sent = httpRequest(
      `${origin}${path}`,
      { headers: [...headers, ['Host', new URL(origin).host]].flat() as never },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part) => {
          body += part;
        });
        response.on('end', () => done({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.on('error', fail).end();
  });
}

describe('an endpoint made of a stored operation', () => {
  it('creates with 201, Location and ETag, reads by that address, changes by If-Match', async () => {
    const made = await system.rest(key, 'POST', '/v1/notes', { body: { title: 'first', colour: 'BLUE' } });
    expect(made).toMatchObject({ status: 201, body: { title: 'first', version: 1 } });
    expect(made.headers).toMatchObject({ etag: '"1"', location: `/v1/notes/${made.body.id}` });
    const address = String(made.headers.location);
    const read = await system.rest(key, 'GET', address);
    expect(read).toMatchObject({ status: 200, body: { id: made.body.id, marks: [expect.any(String)] } });
    const changed = await system.rest(key, 'PATCH', address, {
      body: { title: 'second' },
      headers: { 'if-match': '"1"' },
    });
    expect(changed).toMatchObject({ status: 200, body: { title: 'second', version: 2 } });
    expect(changed.headers.etag).toBe('"2"');
    const stale = await system.rest(key, 'PATCH', address, {
      body: { title: 'third' },
      headers: { 'if-match': '"1"' },
    });
    expect(stale).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT', details: { presentVersion: 2 } } });
    expect(stale.headers['content-type']).toContain('application/problem+json');
  });

  it('asks for If-Match where it changes something', async () => {
    const { body } = await system.rest(key, 'POST', '/v1/notes', { body: { title: 'guarded' } });
    const patch = (headers: Record<string, string>, change: object = { title: 'x' }) =>
      system.rest(key, 'PATCH', `/v1/notes/${body.id}`, { body: change, headers });
    expect(await patch({})).toMatchObject({ status: 428, body: { code: 'VERSION_REQUIRED' } });
    for (const value of ['3', '"x"', '"1", "2"', '*']) {
      expect(await patch({ 'if-match': value })).toMatchObject({
        status: 400,
        body: { faults: [{ field: 'If-Match' }] },
      });
    }
    expect(await patch({ 'if-match': '"1"' }, { expectedVersion: 1 })).toMatchObject({
      status: 400,
      body: { faults: [{ field: 'body.expectedVersion' }] },
    });
  });

  it('does a repeated request with an idempotency key once', async () => {
    const post = (title: string) =>
      system.rest(key, 'POST', '/v1/notes', { body: { title }, headers: { 'idempotency-key': 'once' } });
    const [one, two] = [await post('once'), await post('once')];
    expect(two.body.id).toBe(one.body.id);
    expect(await post('other')).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('pages by cursor, with the count only when asked for', async () => {
    for (const title of ['p1', 'p2', 'p3', 'p4', 'p5'])
      await system.rest(key, 'POST', '/v1/notes', { body: { title, colour: 'BLUE' } });
    const seen: string[] = [];
    let url: string | undefined = '/v1/notes?colour=BLUE&first=3';
    while (url) {
      const page: Awaited<ReturnType<TestSystem['rest']>> = await system.rest(key, 'GET', url);
      expect(page.body.totalCount).toBeUndefined();
      seen.push(...page.body.items.map((item: { title: string }) => item.title));
      url = page.body.nextCursor === null ? undefined : /<(.+)>; rel="next"/.exec(String(page.headers.link))?.[1];
    }
    expect(seen).toEqual([...seen].sort());
    expect(seen.filter((title) => title.startsWith('p'))).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect((await system.rest(key, 'GET', '/v1/notes?withTotal=true')).body.totalCount).toBeGreaterThanOrEqual(5);
  });

  it('gives the address of the next page where the path has parts that vary', async () => {
    for (const title of ['r1', 'r2', 'r3'])
      await system.rest(key, 'POST', '/v1/notes', { body: { title, colour: 'RED' } });
    const page = await system.rest(key, 'GET', '/v1/colours/RED/notes?first=2');
    const next = /<(.+)>; rel="next"/.exec(String(page.headers.link))?.[1] ?? '';
    expect(next).toBe(`/v1/colours/RED/notes?first=2&after=${encodeURIComponent(page.body.nextCursor)}`);
    const { status, body } = await system.rest(key, 'GET', next);
    expect(status).toBe(200);
    expect(body.items[0].title > page.body.items[1].title).toBe(true);
  });

  it('lists what is allowed where a body has a word that is none of an enum, and names its places as REST does', async () => {
    const post = (body: object) => system.rest(key, 'POST', '/v1/notes', { body });
    expect(await post({ title: 't', colour: 'GREEN' })).toMatchObject({
      status: 400,
      body: {
        detail: 'body.colour: must be one of RED, BLUE',
        faults: [{ field: 'body.colour', given: 'GREEN', allowed: 'must be one of RED, BLUE' }],
      },
    });
    expect((await post({ title: 't', colour: 7 })).body.faults).toMatchObject([
      { allowed: 'must be one of RED, BLUE' },
    ]);
  });

  it.each([
    ['/v1/notes?first=many', 'query.first'],
    ['/v1/notes?first=1&first=2', 'query.first'],
    ['/v1/notes?first=0', 'query.first'],
    ['/v1/notes?limit=3', 'query.limit'],
    ['/v1/notes?colour=GREEN', 'query.colour'],
    ['/v1/notes?withTotal=yes', 'query.withTotal'],
    ['/v1/notes?after=rubbish', 'query.after'],
    ['/v1/notes/42', 'path.id'],
  ])('refuses %s naming %s', async (url, field) => {
    expect(await system.rest(key, 'GET', url)).toMatchObject({
      status: 400,
      body: { code: 'BAD_INPUT', faults: [{ field }] },
    });
  });

  it.each([
    [{}, 'body.title'],
    [{ title: null }, 'body.title'],
    [{ title: 't', extra: 1 }, 'body.extra'],
    [{ title: 7 }, 'body.title'],
    [{ title: 't', colour: 'GREEN' }, 'body.colour'],
    [{ title: 'a title that is far too long' }, 'body.title'],
    [[], 'body'],
  ])('refuses the body %j naming %s', async (body, field) => {
    expect(await system.rest(key, 'POST', '/v1/notes', { body })).toMatchObject({
      status: 400,
      body: { code: 'BAD_INPUT', faults: [{ field }] },
    });
  });

  it('tells malformed JSON, a wrong media type and a body that is too large apart', async () => {
    const post = (payload: string, type: string) =>
      system.gateway.app.inject({
        method: 'POST',
        url: '/v1/notes',
        headers: { ...bearer(), 'content-type': type },
        payload,
      });
    expect((await post('{"title": }', 'application/json')).json()).toMatchObject({
      status: 400,
      code: 'MALFORMED_JSON',
      details: { line: 1, column: 11 },
    });
    expect((await post('title=x', 'text/plain')).json()).toMatchObject({ status: 415, code: 'UNSUPPORTED_FORMAT' });
    expect((await post(`{"title": "${'x'.repeat(1_100_000)}"}`, 'application/json')).json()).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  it('answers 404 for what is not there, or is another tenant’s', async () => {
    const { body } = await system.rest(key, 'POST', '/v1/notes', { body: { title: 'mine' } });
    expect(await system.rest(system.tenants[1].key, 'GET', `/v1/notes/${body.id}`)).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', detail: `There is nothing at /v1/notes/${body.id}` },
    });
    expect(await system.rest(key, 'GET', '/v1/nothing')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });
});

describe('who is calling', () => {
  it('is asked at every door that shows data, without saying what is wrong with a key', async () => {
    const wrong = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`;
    for (const given of [undefined, 'nonsense', wrong]) {
      const texts = new Set<string>();
      for (const url of [
        '/v1/notes',
        '/v1/notes/0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21',
        '/v1/imports/0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21',
      ]) {
        const answer = await system.rest(given, 'GET', url);
        expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
        expect(answer.headers['www-authenticate']).toContain('Bearer');
        texts.add(answer.body.detail);
      }
      expect(texts.size).toBe(1);
    }
    expect(await system.graphql(undefined, '{ markCount }')).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('is refused when Authorization or Annex-As-Of comes twice', async () => {
    const once: [string, string] = ['Authorization', `Bearer ${key}`];
    const other: [string, string] = ['authorization', `Bearer ${system.tenants[1].key}`];
    const twice = await raw('/v1/notes', [once, other]);
    expect(JSON.parse(twice.body)).toMatchObject({ status: 400, faults: [{ field: 'Authorization' }] });
    const moments = await raw('/v1/notes', [
      once,
      ['Annex-As-Of', '2026-01-01T00:00:00Z'],
      ['annex-as-of', '2026-02-01T00:00:00Z'],
    ]);
    expect(JSON.parse(moments.body)).toMatchObject({ status: 400, faults: [{ field: 'Annex-As-Of' }] });
    expect((await raw('/v1/notes', [once])).status).toBe(200);
  });

  it.each(['yesterday', '2126-01-01T00:00:00Z'])('is refused for the moment %s', async (moment) => {
    const answer = await system.rest(key, 'GET', '/v1/notes', { headers: { 'annex-as-of': moment } });
    expect(answer).toMatchObject({ status: 400, body: { faults: [{ field: 'Annex-As-Of' }] } });
  });

  it('cannot be forged by an internal token or by headers of services', async () => {
    const { TokenSigner } = await import('@annex/service');
    const { id, personId } = system.tenants[1];
    const forger = await TokenSigner.from(Buffer.alloc(32, 7));
    const caller = { tenant: id, actor: `person:${personId}`, permissions: new Set(['risk:read'] as const) };
    const token = await forger.request({ caller, correlationId: id }).for('risk');
    expect(await system.rest(token, 'GET', '/v1/notes')).toMatchObject({ status: 401 });
    const seen = await system.graphql(
      key,
      '{ seen }',
      {},
      { 'x-annex-token': token, 'x-annex-tenant': id, 'annex-actor': 'system:risk', 'annex-reason': 'why' },
    );
    expect(seen.data.seen).toBe(`person:${system.tenants[0].personId} why ${seen.headers['x-correlation-id']}`);
  });

  it('carries its correlation id through, and gets one otherwise', async () => {
    const id = '0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21';
    const seen = await system.graphql(key, '{ seen }', {}, { 'x-correlation-id': id });
    expect(seen.data.seen).toContain(id);
    expect(await system.rest(key, 'GET', '/v1/notes', { headers: { 'x-correlation-id': 'x' } })).toMatchObject({
      status: 400,
    });
  });
});

describe('a stream', () => {
  const size = 8 * 1024 * 1024;

  it('flows to its service with an internal token and none of the caller’s secrets', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < size; sent += 65536) controller.enqueue(new Uint8Array(65536));
        controller.close();
      },
    });
    const answer = await fetch(`${origin}/v1/imports?format=sarif&source=x`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json', cookie: 'annex_key=x', 'x-forwarded-for': '1.2.3.4' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/v1/imports/0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21');
    const told = (await answer.json()) as {
      bytes: number;
      tenant: string;
      query: object;
      headers: Record<string, string>;
    };
    expect(told).toMatchObject({ bytes: size, tenant: system.tenants[0].id, query: { format: 'sarif', source: 'x' } });
    expect(told.headers.authorization).not.toContain(key);
    expect(told.headers.cookie).toBeUndefined();
    expect(told.headers['x-forwarded-for']).toBeUndefined();
  });

  it('is refused before it flows when nobody is known to send it', async () => {
    const answer = await fetch(`${origin}/v1/imports?format=sarif&source=x`, {
      method: 'POST',
      body: 'x'.repeat(1000),
    });
    expect(answer.status).toBe(401);
  });

  it('works the same within one process', async () => {
    const local = await testSystem('local');
    try {
      await local.gateway.app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = local.gateway.app.server.address() as AddressInfo;
      const answer = await fetch(`http://127.0.0.1:${port}/v1/imports?format=sarif&source=x`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${local.tenants[0].key}`,
          'content-type': 'application/json',
          cookie: 'annex_key=x',
        },
        body: new Uint8Array(size),
      });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('location')).toBe('/v1/imports/0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21');
      const told = (await answer.json()) as { bytes: number; tenant: string; headers: Record<string, string> };
      expect(told).toMatchObject({ bytes: size, tenant: local.tenants[0].id });
      expect(told.headers.cookie).toBeUndefined();
    } finally {
      await local.close();
    }
  });
});

describe('the documents and tools', () => {
  it('include an OpenAPI 3.1 document that its own parser finds valid', async () => {
    const { body } = await system.rest(undefined, 'GET', '/openapi.json');
    const checked = await validate(body);
    expect(checked.errors ?? []).toEqual([]);
    expect(checked.valid).toBe(true);
    expect(body.openapi).toBe('3.1.0');
    const { patch } = body.paths['/v1/notes/{id}'];
    expect(patch.parameters.map((parameter: { name: string }) => parameter.name)).toEqual(
      expect.arrayContaining(['id', 'If-Match', 'Idempotency-Key']),
    );
    expect(patch.requestBody.content['application/json'].schema.properties).toEqual({ title: expect.anything() });
    expect(patch.description).toContain('risk:write');
    expect(
      body.paths['/v1/notes'].get.responses['200'].content['application/json'].schema.properties.items.items.required,
    ).toEqual(['id', 'version', 'title']);
  });

  it('need nothing from elsewhere', async () => {
    for (const url of ['/graphql', '/reference/']) {
      const page = await system.gateway.app.inject(url);
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toContain("connect-src 'self'");
      expect(page.body).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
    }
    expect((await system.rest(undefined, 'GET', '/asyncapi.json')).body.asyncapi).toMatch(/^3\./);
    expect((await system.rest(undefined, 'GET', '/.well-known/jwks.json')).body.keys[0]).toMatchObject({
      kty: 'OKP',
      crv: 'Ed25519',
    });
    expect((await system.rest(undefined, 'GET', '/.well-known/jwks.json')).body.keys[0].d).toBeUndefined();
    expect((await system.gateway.app.inject('/metrics')).body).toContain('annex_graphql_operation_seconds');
  });
});

describe('the start page', () => {
  const form = (url: string, payload: string, headers: Record<string, string> = {}) =>
    system.gateway.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });

  it('shows no data without a key', async () => {
    const page = await system.gateway.app.inject('/');
    expect(page.statusCode).toBe(401);
    expect(page.body).toContain('API key');
    expect(page.body).not.toContain('Tenant first');
  });

  it('takes a key into a cookie that no script and no other site gets, and shows the page by it', async () => {
    const signed = await form('/session', `key=${key}`);
    expect(signed).toMatchObject({ statusCode: 303, headers: { location: '/' } });
    const cookie = String(signed.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    const page = await system.gateway.app.inject({ url: '/', headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Tenant first');
    expect(page.body).toContain('Ada of first');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).not.toContain('<script');
    const ended = await form('/session/end', '');
    expect(String(ended.headers['set-cookie'])).toContain('Max-Age=0');
  });

  it('refuses wrong keys and other origins', async () => {
    expect((await form('/session', 'key=annex_nonsense')).statusCode).toBe(401);
    expect((await form('/session', 'key=x%0d%0aSet-Cookie:a')).headers['set-cookie']).toBeUndefined();
    expect((await form('/session', `key=${key}`, { origin: 'http://evil.example' })).statusCode).toBe(403);
    expect((await form('/session', `key=${key}`, { 'sec-fetch-site': 'same-site' })).statusCode).toBe(403);
  });

  it('lends its cookie to the explorer on the same origin alone, and to no other door', async () => {
    const cookie = `annex_key=${key}`;
    expect((await system.graphql(undefined, '{ markCount }', {}, { cookie })).status).toBe(200);
    expect(
      (await system.graphql(undefined, '{ markCount }', {}, { cookie, 'sec-fetch-site': 'same-site' })).status,
    ).toBe(401);
    expect(
      (await system.graphql(undefined, '{ markCount }', {}, { cookie, origin: 'http://127.0.0.1:3000' })).status,
    ).toBe(401);
    expect((await system.graphql(undefined, '{ markCount }', {}, { cookie: `${cookie}; ${cookie}` })).status).toBe(401);
    expect((await system.rest(undefined, 'GET', '/v1/notes', { headers: { cookie } })).status).toBe(401);
  });
});
