import { AnnexError, badInput } from '@annex/schema';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { Database } from '../database/database.ts';
import type { ServiceDefinition } from '../definition.ts';
import { answerError } from '../graphql/errors.ts';
import { createExecutor, type Execute, statusOf } from '../graphql/execute.ts';
import type { GraphqlLimits } from '../graphql/limits.ts';
import { buildSubgraph } from '../graphql/subgraph.ts';
import type { RequestInfo } from '../identity/caller.ts';
import type { TokenVerifier } from '../identity/token.ts';
import type { Metrics } from '../metrics.ts';
import { addHealthRoutes, type ReadinessChecks } from './health.ts';
import { parseJson } from './json.ts';
import { addLingering } from './linger.ts';
import { expectedError, problemMediaType, problemOf, unreadableAnswer } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** In whose name the request is made. Set on `/graphql` and on the routes of a definition; reading it elsewhere is a defect. */
    caller: RequestInfo;
  }
}

export const defaultBodyLimit = 1024 * 1024;

export interface HttpOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly readiness: ReadinessChecks;
  /** Bytes of a body; routes for streams set their own. */
  readonly bodyLimit?: number;
}

/** `traceparent` of W3C Trace Context, version 00. */
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const requestIdPattern = /^[\w.:-]{1,128}$/;

function traceparentOf(request: FastifyRequest): string | undefined {
  const given = request.headers.traceparent;
  return typeof given === 'string' && traceparentPattern.test(given) ? given : undefined;
}

/** The address of the request for `instance` of a problem. */
export const instanceOf = (request: FastifyRequest): string => `urn:annex:request:${request.id}`;

/**
 * A fastify application with what every service and the gateway have: request ids, a log line a request, errors as RFC 9457, JSON with
 * the place of its faults, `/livez`, `/readyz`, `/metrics`.
 */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { log, metrics, readiness, bodyLimit = defaultBodyLimit } = options;
  const app = fastify({
    bodyLimit,
    // Fastify's own two lines a request say less than the one below.
    logController: new LogController({ disableRequestLogging: true }),
    loggerInstance: log,
    genReqId(request) {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : uuidv7();
    },
    frameworkErrors(error, request, reply) {
      answerProblem(error, request, reply as FastifyReply);
    },
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else socket.end(unreadableAnswer(error.code, uuidv7()));
    },
  }) as unknown as FastifyInstance;

  const answerProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const known = expectedError(error, request.routeOptions?.bodyLimit ?? bodyLimit, request.log as Logger);
    return reply
      .code(known.entry.status)
      .type(problemMediaType)
      .send(JSON.stringify(problemOf(known, instanceOf(request))));
  };

  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const error = new AnnexError('NOT_FOUND', `There is no ${request.method} ${path}`, {
      details: { method: request.method, path },
    });
    return answerProblem(error, request, reply);
  });

  app.removeContentTypeParser('application/json');
  // Clients that name a media type for each of their requests send an empty body of it with what takes none.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    body.length === 0 && request.method === 'DELETE' ? undefined : parseJson(body),
  );

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.http.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    const trace = traceparentOf(request)?.slice(3, 35);
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(trace === undefined ? {} : { traceId: trace }),
    };
    const probe = route === '/livez' || route === '/readyz' || route === '/metrics';
    if (probe) request.log.debug(line, 'answered');
    else request.log.info(line, 'answered');
  });

  addLingering(app);
  addHealthRoutes(app, readiness, log);
  app.get('/metrics', async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.text());
  });
  return app;
}

/** The hook that asks for the internal token and decorates `request.caller`. */
export function requireToken(verifier: TokenVerifier): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!token) throw new AnnexError('UNAUTHENTICATED', 'An internal token is needed here; only the gateway gives one');
    const verified = await verifier.verify(token);
    const traceparent = traceparentOf(request);
    request.caller = traceparent === undefined ? verified : { ...verified, traceparent };
  };
}

interface GraphqlBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

/** A request of GraphQL over HTTP, or BAD_INPUT naming the member. */
export function graphqlBody(body: unknown): GraphqlBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badInput('body', undefined, 'must be an object with query, variables and operationName');
  }
  const { query, variables, operationName } = body as Record<string, unknown>;
  if (typeof query !== 'string' || query.trim() === '')
    throw badInput('query', query, 'must be the text of a GraphQL document');
  if (variables !== undefined && variables !== null && (typeof variables !== 'object' || Array.isArray(variables))) {
    throw badInput('variables', variables, 'must be an object');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw badInput('operationName', operationName, 'must be the name of an operation of the document');
  }
  return body as GraphqlBody;
}

export interface ServiceHttpOptions<T> extends HttpOptions {
  readonly definition: ServiceDefinition<T>;
  readonly database: Database<T>;
  readonly verifier: TokenVerifier;
  readonly limits?: Partial<GraphqlLimits>;
}

/** A service's HTTP side: listen with `app.listen`, or call it in the same process with `execute`. */
export interface ServiceHttp {
  readonly app: FastifyInstance;
  readonly execute: Execute;
  readonly schema: GraphQLSchema;
}

/**
 * Everything that a service answers over HTTP: `POST /graphql` and the routes of its definition, both for holders of an internal token
 * alone, and what `createHttp` has. Errors of `/graphql` have the shape of a GraphQL answer, also those from before the execution, since
 * its only caller is a GraphQL gateway.
 */
export async function createServiceHttp<T>(options: ServiceHttpOptions<T>): Promise<ServiceHttp> {
  const { definition, database, verifier, log, metrics, limits } = options;
  const schema = buildSubgraph(definition);
  const app = createHttp(options);
  app.decorateRequest('caller', null as never);
  metrics.watchPool(database.pool);
  const execute = await createExecutor(app, { schema, database, log, metrics, ...(limits ? { limits } : {}) });
  const authenticate = requireToken(verifier);

  await app.register(async (graphql) => {
    graphql.addHook('onRequest', authenticate);
    graphql.setErrorHandler((error, request, reply) => {
      const known = expectedError(error, request.routeOptions.bodyLimit ?? defaultBodyLimit, request.log as Logger);
      return reply.code(known.entry.status).send({ errors: [answerError(known)] });
    });
    graphql.post('/graphql', async (request, reply) => {
      const answer = await execute({ ...graphqlBody(request.body), request: request.caller });
      return reply.code(statusOf(answer)).send(answer);
    });
  });

  const { routes } = definition;
  if (routes) {
    await app.register(async (own) => {
      own.addHook('onRequest', authenticate);
      await routes(own, { name: definition.name, database, log });
    });
  }
  await app.ready();
  return { app, execute, schema };
}
