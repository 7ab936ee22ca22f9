import { AnnexError } from '@annex/schema';
import { asyncApiDocument } from '@annex/schema/asyncapi';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import type { JsonSchema } from '../rest/schemas.ts';

/** Tools for people run their own scripts, and reach nothing but this installation. */
const toolPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const firstQuery = `# Sign in on the start page, or send a header:
# { "Authorization": "Bearer annex_…" }
query WhoAmI {
  me { actor permissions person { name } }
}
`;

/** `GET /graphql` (the explorer), `/openapi.json`, `/reference`, `/asyncapi.json`: all offline. */
export async function addToolPages(
  app: FastifyInstance,
  options: { readonly explorer: boolean; readonly openApi: JsonSchema },
): Promise<void> {
  const page = options.explorer
    ? renderGraphiQL({
        title: 'Annex explorer',
        endpoint: '/graphql',
        defaultQuery: firstQuery,
        credentials: 'same-origin',
      } as never)
    : undefined;
  app.get('/graphql', async (_request, reply) => {
    if (page === undefined) {
      throw new AnnexError('NOT_FOUND', 'The explorer is off in this installation; queries are sent by POST', {
        details: { method: 'GET', path: '/graphql' },
      });
    }
    return reply.type('text/html; charset=utf-8').header('content-security-policy', toolPolicy).send(page);
  });
  const openApi = JSON.stringify(options.openApi);
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json').send(openApi));
  const asyncApi = JSON.stringify(asyncApiDocument());
  app.get('/asyncapi.json', async (_request, reply) => reply.type('application/json').send(asyncApi));
  await app.register(async (reference) => {
    reference.addHook('onSend', async (_request, reply) => {
      reply.header('content-security-policy', toolPolicy);
    });
    await reference.register(scalar, {
      routePrefix: '/reference',
      configuration: {
        url: '/openapi.json',
        withDefaultFonts: false,
        telemetry: false,
        // The reference shows this installation; buttons that lead to somebody's cloud do not belong here.
        showDeveloperTools: 'never',
        hideClientButton: true,
        agent: { disabled: true },
        mcp: { disabled: true },
        title: 'Annex reference',
      } as never,
    });
  });
}
