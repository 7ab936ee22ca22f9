import { AnnexError, badInput } from '@annex/schema';
import { answerError, type GraphqlAnswer, type Metrics, statusOf, unforeseen } from '@annex/service';
import type { FastifyInstance } from 'fastify';
import type { Identify } from '../caller/identify.ts';
import { isSameOrigin, sessionKey } from '../caller/session.ts';
import type { Graph, GraphRequest } from './graph.ts';

/** A request of GraphQL over HTTP. @throws AnnexError BAD_INPUT naming the member */
export function graphRequest(body: unknown): GraphRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badInput('body', undefined, 'must be one object with query, variables and operationName');
  }
  const { query, variables, operationName } = body as Record<string, unknown>;
  if (typeof query !== 'string' || query.trim() === '')
    throw badInput('query', undefined, 'must be the text of a GraphQL document');
  if (variables !== undefined && variables !== null && (typeof variables !== 'object' || Array.isArray(variables))) {
    throw badInput('variables', undefined, 'must be an object');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw badInput('operationName', undefined, 'must be the name of an operation of the document');
  }
  return {
    query,
    variables: (variables ?? null) as (GraphRequest['variables'] & object) | null,
    operationName: operationName ?? null,
  };
}

/** `POST /graphql`. Errors have the shape of a GraphQL answer, also those from before the execution. */
export async function addGraphqlRoute(
  app: FastifyInstance,
  parts: { readonly graph: Graph; readonly identify: Identify; readonly metrics: Metrics },
): Promise<void> {
  const { graph, identify, metrics } = parts;
  const count = (answer: GraphqlAnswer, query: string, started: number) => {
    const kind = /\bmutation\b/.test(query) ? 'mutation' : 'query';
    metrics.graphql.observe({ kind, outcome: answer.errors ? 'error' : 'ok' }, (performance.now() - started) / 1000);
    for (const { extensions } of answer.errors ?? []) metrics.errors.inc({ code: extensions.code });
  };

  await app.register(async (door) => {
    const problems = app.errorHandler;
    door.setErrorHandler((error, request, reply) => {
      const known = error as { code?: unknown };
      // What fastify refuses by itself is put into the catalogue's words by the application's own handler.
      if (!(error instanceof AnnexError)) {
        if (typeof known.code === 'string' && known.code.startsWith('FST_ERR_'))
          return problems.call(app, error as never, request, reply);
        return reply.code(500).send({ errors: [answerError(unforeseen(error, request.log as never))] });
      }
      return reply.code(error.entry.status).send({ errors: [answerError(error)] });
    });
    door.post('/graphql', async (request, reply) => {
      const started = performance.now();
      // A page of ours sends the cookie with JSON, which no other origin may do unasked.
      const cookieKey = isSameOrigin(request) ? sessionKey(request) : undefined;
      const caller = await identify(request, reply, cookieKey === undefined ? {} : { cookieKey });
      const asked = graphRequest(request.body);
      const answer = await graph.execute(asked, caller);
      count(answer, asked.query, started);
      return reply.code(statusOf(answer)).header('cache-control', 'no-store').send(answer);
    });
  });
}
