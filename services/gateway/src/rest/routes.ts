import type { FastifyInstance } from 'fastify';
import type { Identify } from '../caller/identify.ts';
import type { Graph } from '../federation/graph.ts';
import { restAnswer } from './answer.ts';
import { creates, type StoredOperation } from './operation.ts';
import { variablesOf } from './variables.ts';

/** Adds an endpoint for each stored operation. */
export function addRestRoutes(
  app: FastifyInstance,
  parts: { readonly operations: readonly StoredOperation[]; readonly graph: Graph; readonly identify: Identify },
): void {
  const { operations, graph, identify } = parts;
  for (const operation of operations) {
    const makes = creates(operation, operations);
    app.route<{ Params: Record<string, string> }>({
      method: operation.method,
      url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
      handler: async (request, reply) => {
        const { ifMatch, ...caller } = await identify(request, reply);
        const [path = '', ...rest] = request.url.split('?');
        const query = new URLSearchParams(rest.join('?'));
        const variables = variablesOf(operation, { path: request.params, query, body: request.body, ifMatch });
        const answer = await graph.execute({ query: operation.text, variables, operationName: operation.name }, caller);
        const { status, headers, body } = restAnswer(operation, answer, path, makes);
        const { nextCursor } = body as { nextCursor?: string | null };
        if (nextCursor) {
          query.set('after', nextCursor);
          reply.header('link', `<${path}?${query}>; rel="next"`);
        }
        return reply.code(status).headers(headers).header('cache-control', 'no-store').send(body);
      },
    });
  }
}
