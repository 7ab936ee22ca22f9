import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, SignJWT } from 'jose';
import { uuidv7 } from 'uuidv7';
import type { RequestInfo } from '../../src/identity/caller.ts';
import { TokenSigner, TokenVerifier, tokenLifetime } from '../../src/identity/token.ts';

const request: RequestInfo = {
  caller: {
    tenant: uuidv7(),
    actor: 'key:1',
    onBehalfOf: 'person:2',
    personId: uuidv7(),
    permissions: new Set(['risk:read', 'risk:write']),
    keyId: uuidv7(),
  },
  correlationId: uuidv7(),
  asOf: new Date('2026-01-02T03:04:05.678Z'),
  idempotencyKey: 'once',
  reason: 'because',
};

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error) => error.code,
  );

test('what the gateway vouched for arrives', async () => {
  const signer = await TokenSigner.from(randomBytes(32));
  const verifier = new TokenVerifier('risk', { jwks: signer.jwks });
  expect(await verifier.verify(await signer.request(request).for('risk'))).toEqual(request);
});

test('a request is signed once an audience, and only for those that it needs', async () => {
  const signer = await TokenSigner.from(randomBytes(32));
  const tokens = signer.request(request);
  expect(await tokens.for('risk')).toBe(await tokens.for('risk'));
  expect(decodeJwt(await tokens.for('audit'))).toMatchObject({ aud: 'audit', tenant: request.caller.tenant });
});

test('the same seed and its PEM are the same key, public alone in the JWKS', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
  const [a, b] = [await TokenSigner.from(pem), await TokenSigner.from(seed)];
  expect(a.jwks).toEqual(b.jwks);
  expect(JSON.stringify(a.jwks)).not.toContain('"d"');
});

test('tokens for another service, of another key, expired, altered or of another kind are refused', async () => {
  const seed = randomBytes(32);
  const signer = await TokenSigner.from(seed);
  const stranger = await TokenSigner.from(randomBytes(32));
  const verifier = new TokenVerifier('risk', { jwks: signer.jwks });
  const good = await signer.request(request).for('risk');
  expect(await code(verifier.verify(await signer.request(request).for('audit')))).toBe('UNAUTHENTICATED');
  expect(await code(verifier.verify(await stranger.request(request).for('risk')))).toBe('UNAUTHENTICATED');
  expect(await code(verifier.verify(`${good.slice(0, -3)}AAA`))).toBe('UNAUTHENTICATED');
  expect(await code(verifier.verify('nonsense'))).toBe('UNAUTHENTICATED');
  const [head, body] = good.split('.');
  expect(await code(verifier.verify(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`))).toBe(
    'UNAUTHENTICATED',
  );
  expect(head).toBeDefined();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const own = new TokenVerifier('risk', { jwks: { keys: [publicKey.export({ format: 'jwk' }) as never] } });
  const sign = (typ: string, seconds: number, claims: object = decodeJwt(good)) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ })
      .setIssuedAt(Math.floor(Date.now() / 1000) + seconds - tokenLifetime)
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(privateKey);
  expect(await code(own.verify(await sign('annex-internal+jwt', 30)))).toBe('accepted');
  expect(await code(own.verify(await sign('annex-internal+jwt', -30)))).toBe('UNAUTHENTICATED');
  expect(await code(own.verify(await sign('JWT', 30)))).toBe('UNAUTHENTICATED');
  expect(await code(own.verify(await sign('annex-internal+jwt', 30, { ...decodeJwt(good), tenant: "x'; drop" })))).toBe(
    'UNAUTHENTICATED',
  );
});

test('a repeat is not verified again, and is forgotten with its expiry', async () => {
  const signer = await TokenSigner.from(randomBytes(32));
  const verifier = new TokenVerifier('risk', { jwks: signer.jwks }, { remembered: 2 });
  const token = await signer.request(request).for('risk');
  const first = await verifier.verify(token);
  expect(await verifier.verify(token)).toBe(first);
  for (let n = 0; n < 2; n++)
    await verifier.verify(await signer.request({ ...request, correlationId: uuidv7() }).for('risk'));
  expect(await verifier.verify(token)).not.toBe(first);
  const Wall = Date;
  globalThis.Date = class extends Wall {
    constructor(...given: [] | [number]) {
      super(given.length === 0 ? Wall.now() + later : given[0]);
    }
    static override now = () => Wall.now() + later;
  } as DateConstructor;
  const later = (tokenLifetime + 30) * 1000;
  try {
    expect(await code(verifier.verify(token))).toBe('UNAUTHENTICATED');
  } finally {
    globalThis.Date = Wall;
  }
});

describe('keys at an address', () => {
  let server: Server;
  let asked = 0;
  let answer = '';

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked++;
      response.setHeader('content-type', 'application/json').end(answer);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => new Promise((done) => server.close(done)));
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;

  test('are fetched when first needed and kept', async () => {
    const signer = await TokenSigner.from(randomBytes(32));
    answer = JSON.stringify(signer.jwks);
    asked = 0;
    const verifier = new TokenVerifier('risk', { jwksUrl: url() });
    expect(asked).toBe(0);
    await verifier.verify(await signer.request(request).for('risk'));
    await verifier.verify(await signer.request({ ...request, reason: 'other' }).for('risk'));
    expect(asked).toBe(1);
  });

  test('that cannot be had make it unavailable, not unauthenticated', async () => {
    const signer = await TokenSigner.from(randomBytes(32));
    const token = await signer.request(request).for('risk');
    expect(await code(new TokenVerifier('risk', { jwksUrl: 'http://127.0.0.1:1/' }).verify(token))).toBe('UNAVAILABLE');
    answer = 'no JSON';
    expect(await code(new TokenVerifier('risk', { jwksUrl: url() }).verify(token))).toBe('UNAVAILABLE');
  });
});
