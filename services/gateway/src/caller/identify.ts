import { AnnexError } from '@annex/schema';
import {
  type Database,
  type RequestInfo,
  type RequestTokens,
  systemScope,
  systemTenant,
  type TokenSigner,
} from '@annex/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IdentityDatabase } from '../database.ts';
import type { Authenticator } from './authenticator.ts';
import { readHeaders } from './headers.ts';

/** A request of which is known who makes it. */
export interface Identified {
  readonly request: RequestInfo;
  readonly tokens: RequestTokens;
  readonly ifMatch?: string;
}

/** The step before everything that shows data: who is calling, as part of what, as of when. */
export type Identify = (
  request: FastifyRequest,
  reply: FastifyReply,
  options?: { readonly cookieKey?: string },
) => Promise<Identified>;

/** @returns the step; the answer carries the correlation id that every record of the request has */
export function createIdentify(parts: {
  readonly authenticator: Authenticator;
  readonly signer: TokenSigner;
  readonly database: Database<IdentityDatabase>;
}): Identify {
  const { authenticator, signer, database } = parts;
  // Where tests move the business clock, the present is what the database says.
  const now = async () =>
    database.clock === 'system'
      ? new Date()
      : database.read(systemScope('identity', systemTenant), async (tx) => tx.now);

  return async (request, reply, options = {}) => {
    const headers = await readHeaders(request.raw.rawHeaders, now);
    const { key, correlationId, traceparent, asOf, idempotencyKey, reason, ifMatch } = headers;
    reply.header('x-correlation-id', correlationId);
    const caller = await authenticator.authenticate(key ?? options.cookieKey).catch((error) => {
      if (error instanceof AnnexError && error.code === 'UNAUTHENTICATED')
        reply.header('www-authenticate', 'Bearer realm="annex"');
      throw error;
    });
    const info: RequestInfo = {
      caller,
      correlationId,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(asOf === undefined ? {} : { asOf }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(reason === undefined ? {} : { reason }),
    };
    return { request: info, tokens: signer.request(info), ...(ifMatch === undefined ? {} : { ifMatch }) };
  };
}
