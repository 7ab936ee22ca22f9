import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { AnnexError, isPermission, isUuid } from '@annex/schema';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  exportJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Caller, RequestInfo } from './caller.ts';

/** How long an internal token is good for, in seconds of wall time. */
export const tokenLifetime = 60;

const issuer = 'annex';
/** Told apart from every other JWT, so that none made for another purpose with the same key is taken for one. */
const type = 'annex-internal+jwt';

/** PKCS #8 around the 32 bytes of an Ed25519 private key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(secret: Uint8Array | string): KeyObject {
  if (typeof secret === 'string') {
    const key = createPrivateKey(secret);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('The key of internal tokens must be an Ed25519 key');
    return key;
  }
  if (secret.length !== 32) throw new Error('The seed of internal tokens must have 32 bytes');
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: 'der', type: 'pkcs8' });
}

/** Tokens of one request, one for each audience that it turns out to need. */
export interface RequestTokens {
  /** The token for a service; signed on first use. */
  for(audience: string): Promise<string>;
}

function claimsOf(request: RequestInfo): JWTPayload {
  const { caller, correlationId, asOf, idempotencyKey, reason } = request;
  const { tenant, actor, onBehalfOf, personId, permissions, keyId } = caller;
  return {
    tenant,
    actor,
    permissions: [...permissions],
    correlationId,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(personId === undefined ? {} : { personId }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(asOf === undefined ? {} : { asOf: asOf.toISOString() }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/**
 * Makes the internal tokens by which the gateway vouches for a caller: Ed25519, 60 seconds, bound to one audience (a service's name)
 * and one tenant. A token taken from one service is thus worth nothing at another. Nothing is kept beyond a request: what tells
 * requests apart (correlation, moment, key) is in the token.
 */
export class TokenSigner {
  readonly #key: KeyObject;
  readonly #publicJwk: JWK;

  private constructor(key: KeyObject, publicJwk: JWK) {
    this.#key = key;
    this.#publicJwk = publicJwk;
  }

  /** @param secret the 32 bytes of an Ed25519 private key, or the key as PEM (PKCS #8) */
  static async from(secret: Uint8Array | string): Promise<TokenSigner> {
    const key = privateKeyOf(secret);
    const jwk = await exportJWK(createPublicKey(key));
    const kid = await calculateJwkThumbprint(jwk);
    return new TokenSigner(key, { ...jwk, kid, alg: 'EdDSA', use: 'sig' });
  }

  /** The public key as a JWK Set (RFC 7517), for verifiers. */
  get jwks(): JSONWebKeySet {
    return { keys: [this.#publicJwk] };
  }

  /** The tokens of one request. */
  request(request: RequestInfo): RequestTokens {
    const made = new Map<string, Promise<string>>();
    const claims = claimsOf(request);
    return {
      for: (audience) => {
        let token = made.get(audience);
        if (!token) {
          token = this.#sign(claims, audience);
          made.set(audience, token);
        }
        return token;
      },
    };
  }

  #sign(claims: JWTPayload, audience: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: type, ...(this.#publicJwk.kid ? { kid: this.#publicJwk.kid } : {}) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + tokenLifetime)
      .sign(this.#key);
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function requestOf(payload: JWTPayload): RequestInfo {
  const tenant = payload.tenant;
  const [actor, correlationId] = [text(payload.actor), text(payload.correlationId)];
  if (!isUuid(tenant) || !actor || !correlationId || !Array.isArray(payload.permissions)) {
    throw new AnnexError('UNAUTHENTICATED', 'The internal token does not say who is calling');
  }
  const [onBehalfOf, personId, keyId] = [text(payload.onBehalfOf), text(payload.personId), text(payload.keyId)];
  const [idempotencyKey, reason, moment] = [text(payload.idempotencyKey), text(payload.reason), text(payload.asOf)];
  const asOf = moment === undefined ? undefined : new Date(moment);
  if (asOf && Number.isNaN(asOf.getTime()))
    throw new AnnexError('UNAUTHENTICATED', 'The internal token names no moment');
  const caller: Caller = Object.freeze({
    tenant,
    actor,
    permissions: new Set(
      payload.permissions.filter((one): one is string => typeof one === 'string').filter(isPermission),
    ),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(personId === undefined ? {} : { personId }),
    ...(keyId === undefined ? {} : { keyId }),
  });
  return Object.freeze({
    caller,
    correlationId,
    ...(asOf === undefined ? {} : { asOf }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(reason === undefined ? {} : { reason }),
  });
}

/** Where a verifier has the public keys from: at hand, or from the gateway, fetched when needed and kept. */
export type TokenKeys = { readonly jwks: JSONWebKeySet } | { readonly jwksUrl: string };

/** Clocks of machines differ by so many seconds at most. */
const tolerance = 5;

/** Reads internal tokens. A token that was verified once costs nothing until it expires. */
export class TokenVerifier {
  readonly #audience: string;
  readonly #keys: ReturnType<typeof createLocalJWKSet> | ReturnType<typeof createRemoteJWKSet>;
  readonly #verified = new Map<string, { readonly request: RequestInfo; readonly expires: number }>();
  readonly #remembered: number;

  /**
   * @param audience the name of the service that this is
   * @param options `remembered`: how many verified tokens are kept
   */
  constructor(audience: string, keys: TokenKeys, options: { readonly remembered?: number } = {}) {
    this.#audience = audience;
    this.#keys = 'jwks' in keys ? createLocalJWKSet(keys.jwks) : createRemoteJWKSet(new URL(keys.jwksUrl));
    this.#remembered = options.remembered ?? 1000;
  }

  /**
   * @throws AnnexError UNAUTHENTICATED for a token that is wrong, expired or made for another service; UNAVAILABLE when the keys
   * cannot be fetched
   */
  async verify(token: string): Promise<RequestInfo> {
    const known = this.#verified.get(token);
    if (known && known.expires > Date.now()) {
      // Moved to the end: the map is in order of use, the first entry is the one to forget.
      this.#verified.delete(token);
      this.#verified.set(token, known);
      return known.request;
    }
    this.#verified.delete(token);
    const payload = await this.#check(token);
    const request = requestOf(payload);
    this.#verified.set(token, { request, expires: (payload.exp ?? 0) * 1000 });
    if (this.#verified.size > this.#remembered) {
      const oldest = this.#verified.keys().next();
      if (!oldest.done) this.#verified.delete(oldest.value);
    }
    return request;
  }

  async #check(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        audience: this.#audience,
        issuer,
        typ: type,
        algorithms: ['EdDSA'],
        clockTolerance: tolerance,
        // A token that claims to live longer than ours is none of ours.
        maxTokenAge: tokenLifetime,
        requiredClaims: ['exp', 'iat'],
      });
      return payload;
    } catch (error) {
      // The generic code is what a JWKS address that answers anything but a JWK Set ends in.
      const unreachable =
        !(error instanceof errors.JOSEError) ||
        error.code === 'ERR_JOSE_GENERIC' ||
        error.code === errors.JWKSTimeout.code;
      if (unreachable)
        throw new AnnexError('UNAVAILABLE', 'The keys of internal tokens cannot be fetched', { cause: error });
      throw new AnnexError('UNAUTHENTICATED', 'The internal token is not valid for this service', { cause: error });
    }
  }
}
