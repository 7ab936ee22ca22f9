import type { ServerResponse } from 'node:http';
import { AnnexError, badInput, isUuid, type ServiceName } from '@annex/schema';
import { problemMediaType, problemOf } from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Identified, Identify } from '../caller/identify.ts';
import type { Upstream } from '../federation/upstream.ts';
import { type StreamRoute, streamRoutes } from './routes.ts';

const prefix = '/v1';

/** The caller's headers that describe the body or the wanted part of it. Everything else stays outside. */
const passed = [
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'accept',
  'range',
  'if-none-match',
  'if-range',
  'content-digest',
];

async function headersFor(
  request: FastifyRequest,
  service: ServiceName,
  caller: Identified,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const name of passed) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const { correlationId, traceparent } = caller.request;
  headers.authorization = `Bearer ${await caller.tokens.for(service)}`;
  headers['x-request-id'] = correlationId;
  if (traceparent !== undefined) headers.traceparent = traceparent;
  return headers;
}

/** @throws AnnexError BAD_INPUT for a parameter that the route does not know, as the stored operations do */
function checkQuery({ query }: StreamRoute, url: string): void {
  const names = query.map(({ name }) => name);
  for (const [name, given] of new URLSearchParams(url.split('?').slice(1).join('?'))) {
    if (names.includes(name)) continue;
    const allowed =
      names.length > 0 ? `is not known here; known are ${names.join(', ')}` : 'is not known; there are none here';
    throw badInput(`query.${name}`, given, allowed);
  }
}

/** Adds the routes for streams. Bodies are not read here: they flow to the service as fast as it takes them, and it sets their limit. */
export async function addStreamRoutes(
  app: FastifyInstance,
  parts: { readonly upstreams: readonly Upstream[]; readonly identify: Identify },
): Promise<void> {
  await app.register(async (streams) => {
    streams.removeAllContentTypeParsers();
    streams.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of streamRoutes) {
      const upstream = parts.upstreams.find(({ service }) => service === route.service);
      streams.route<{ Params: { id?: string } }>({
        method: route.method,
        url: route.path.replace('{id}', ':id'),
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const caller = await parts.identify(request, reply);
          const { id } = request.params;
          if (id !== undefined && !isUuid(id)) throw badInput('path.id', undefined, 'must be a UUID');
          checkQuery(route, request.url);
          if (!upstream)
            throw new AnnexError('UNAVAILABLE', `The service ${route.service} does not answer`, {
              details: { service: route.service },
            });
          const headers = await headersFor(request, route.service, caller);
          const correlation = reply.getHeader('x-correlation-id');
          if (typeof correlation === 'string') reply.raw.setHeader('x-correlation-id', correlation);
          reply.raw.setHeader('cache-control', 'no-store');
          try {
            reply.hijack();
            await upstream.stream(request.raw, reply.raw, { path: request.url.slice(prefix.length), headers, prefix });
          } catch (error) {
            if (!(error instanceof AnnexError) || reply.raw.headersSent) {
              request.log.warn({ err: error }, 'a stream broke');
              reply.raw.destroy();
              return reply;
            }
            answerRefusal(reply.raw, error, request.id);
          }
          return reply;
        },
      });
    }
  });
}

/** A problem on a response that is no longer fastify's. */
function answerRefusal(response: ServerResponse, error: AnnexError, id: string): void {
  response.writeHead(error.entry.status, { 'content-type': problemMediaType });
  response.end(JSON.stringify(problemOf(error, `urn:annex:request:${id}`)));
}
