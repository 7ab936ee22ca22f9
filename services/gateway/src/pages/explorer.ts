import { AnnexError } from '@annex/schema';
import { type FastifyInstance, fastify } from 'fastify';
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

/** Makes a value when it is first asked for; one that could not be made is tried again. */
function onFirstUse<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

// The two tools are 14 MB of script, and the documents some MB of text, which nobody waits for at a start: they are made when somebody opens them.

const explorerPage = onFirstUse(async () => {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Annex explorer',
    endpoint: '/graphql',
    defaultQuery: firstQuery,
    credentials: 'same-origin',
  } as never);
});

const referenceServer = onFirstUse(async () => {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const server = fastify();
  await server.register(scalar, {
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
  return server;
});

/** `GET /graphql` (the explorer), `/openapi.json`, `/reference`, `/asyncapi.json`: all offline. */
export function addToolPages(
  app: FastifyInstance,
  options: { readonly explorer: boolean; readonly openApi: () => JsonSchema },
): void {
  app.get('/graphql', async (_request, reply) => {
    if (!options.explorer) {
      throw new AnnexError('NOT_FOUND', 'The explorer is off in this installation; queries are sent by POST', {
        details: { method: 'GET', path: '/graphql' },
      });
    }
    const page = await explorerPage();
    return reply.type('text/html; charset=utf-8').header('content-security-policy', toolPolicy).send(page);
  });
  const documents = {
    '/openapi.json': onFirstUse(async () => JSON.stringify(options.openApi())),
    '/asyncapi.json': onFirstUse(async () =>
      JSON.stringify((await import('@annex/schema/asyncapi')).asyncApiDocument()),
    ),
  };
  for (const [path, document] of Object.entries(documents))
    app.get(path, async (_request, reply) => reply.type('application/json').send(await document()));
  for (const path of ['/reference', '/reference/*']) {
    app.get(path, async (request, reply) => {
      const answer = await (await referenceServer()).inject({ url: request.url, headers: { host: request.host } });
      const { location } = answer.headers;
      reply.code(answer.statusCode).header('content-security-policy', toolPolicy);
      if (location !== undefined) reply.header('location', location);
      return reply.type(String(answer.headers['content-type'] ?? 'text/plain')).send(answer.rawPayload);
    });
  }
}
