import type { FastifyInstance } from 'fastify';
import type { Identify } from '../caller/identify.ts';
import type { Graph } from '../federation/graph.ts';
import { restAnswer } from './answer.ts';
import type { StoredOperation } from './operation.ts';
import { variablesOf } from './variables.ts';

/** How the address of what a POST creates is made: that of the operation that reads one of them. */
function locationOf(operation: StoredOperation, all: readonly StoredOperation[]): ((id: string) => string) | undefined {
  if (operation.method !== 'POST') return undefined;
  const prefix = `${operation.path}/{`;
  const reader = all.some(
    ({ method, path }) =>
      method === 'GET' && path.startsWith(prefix) && path.endsWith('}') && !path.slice(prefix.length).includes('/'),
  );
  return reader ? (id) => `${operation.path}/${id}` : undefined;
}

/** Adds an endpoint for each stored operation. */
export function addRestRoutes(
  app: FastifyInstance,
  parts: { readonly operations: readonly StoredOperation[]; readonly graph: Graph; readonly identify: Identify },
): void {
  const { operations, graph, identify } = parts;
  for (const operation of operations) {
    const location = locationOf(operation, operations);
    app.route<{ Params: Record<string, string> }>({
      method: operation.method,
      url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
      handler: async (request, reply) => {
        const { ifMatch, ...caller } = await identify(request, reply);
        const query = new URLSearchParams(request.url.split('?').slice(1).join('?'));
        const variables = variablesOf(operation, { path: request.params, query, body: request.body, ifMatch });
        const answer = await graph.execute({ query: operation.text, variables, operationName: operation.name }, caller);
        const { status, headers, body } = restAnswer(operation, answer, location);
        const { nextCursor } = body as { nextCursor?: string | null };
        if (nextCursor) {
          query.set('after', nextCursor);
          reply.header('link', `<${operation.path}?${query}>; rel="next"`);
        }
        return reply.code(status).headers(headers).header('cache-control', 'no-store').send(body);
      },
    });
  }
}
