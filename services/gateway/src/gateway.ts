import { readFileSync } from 'node:fs';
import type { ServiceName } from '@annex/schema';
import { createHttp, type Database, type Metrics, type TokenSigner } from '@annex/service';
import type { FastifyInstance } from 'fastify';
import { createAuthenticator } from './caller/authenticator.ts';
import { createIdentify } from './caller/identify.ts';
import type { GatewayConfig } from './config.ts';
import type { IdentityDatabase } from './database.ts';
import { addGraphqlRoute } from './federation/door.ts';
import { type Graph, openGraph, servicesOf } from './federation/graph.ts';
import type { Upstream } from './federation/upstream.ts';
import type { Logger } from './logger.ts';
import { addToolPages } from './pages/explorer.ts';
import { addStartPage } from './pages/routes.ts';
import { loadOperations } from './rest/load.ts';
import { openApiDocument } from './rest/openapi.ts';
import type { StoredOperation } from './rest/operation.ts';
import { addRestRoutes } from './rest/routes.ts';
import { addStreamRoutes } from './streams/streams.ts';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  /** Where callers are looked up. */
  readonly identity: Database<IdentityDatabase>;
  /** One for each service that is reached. A service of the supergraph without one is answered as unavailable. */
  readonly upstreams: readonly Upstream[];
  readonly signer: TokenSigner;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The text of the composed supergraph; the committed one unless told. */
  readonly supergraph?: string;
  /** The folder of the stored operations; those that come with Annex unless told. */
  readonly operations?: URL;
}

/** The gateway while it runs: listen on `app`. */
export interface Gateway {
  readonly app: FastifyInstance;
  readonly graph: Graph;
  readonly operations: readonly StoredOperation[];
  /** Finishes the requests in hand, then closes. The upstreams' services are not its to stop. */
  close(): Promise<void>;
}

/** The text of the committed supergraph. */
export function committedSupergraph(): string {
  return readFileSync(new URL('../supergraph.graphql', import.meta.url), 'utf8');
}

/** Builds the gateway: every door that people and programs come through. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, identity, upstreams, signer, log, metrics } = options;
  const graph = await openGraph({
    supergraph: options.supergraph ?? committedSupergraph(),
    upstreams,
    limits: config.limits,
    cost: config.cost,
    introspection: config.introspection,
    log,
  });
  // Those that come with Annex fit the graph that comes with it, as a test shows; to find that out at each start would take a while.
  const fit = options.supergraph === undefined && options.operations === undefined;
  const operations = loadOperations(graph.schema, options.operations, fit);
  const readiness = Object.fromEntries(
    servicesOf(graph.supergraph).map((service: ServiceName) => {
      const upstream = upstreams.find((one) => one.service === service);
      return [
        service,
        () => (upstream ? upstream.ready() : Promise.reject(new Error('it is not part of this installation'))),
      ];
    }),
  );
  const app = createHttp({ log, metrics, readiness });
  // What a form of another site can send without asking is not read here.
  app.removeContentTypeParser('text/plain');
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin');
  });
  const authenticator = createAuthenticator(identity, log);
  const identify = createIdentify({ authenticator, signer, database: identity });
  app.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(signer.jwks),
  );
  await addGraphqlRoute(app, { graph, identify, metrics });
  addRestRoutes(app, { operations, graph, identify });
  await addStreamRoutes(app, { upstreams, identify });
  addToolPages(app, {
    explorer: config.explorer,
    openApi: () => openApiDocument(graph.schema, graph.supergraph, operations),
  });
  await addStartPage(app, { graph, identify, secureCookie: config.secureCookie, explorer: config.explorer });
  await app.ready();
  return {
    app,
    graph,
    operations,
    async close() {
      await app.close();
      for (const upstream of upstreams) await upstream.close();
    },
  };
}
