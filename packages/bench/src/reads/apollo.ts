import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { committedSupergraph } from '@annex/gateway';
import { allPermissions } from '@annex/schema';
import { newId, type RequestTokens, TokenSigner, tokenSeed } from '@annex/service';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import { tellReady } from '../child.ts';
import { benchSecret } from '../servers.ts';
import type { SeededTenant } from './seed.ts';

/** The baseline's process: @apollo/gateway with nothing before it but Node's HTTP server. */

interface Context {
  readonly tokens: RequestTokens;
}

const addresses = JSON.parse(process.env.BENCH_SERVICES ?? '{}') as Record<string, string>;
const tenants = JSON.parse(process.env.BENCH_TENANTS ?? '[]') as SeededTenant[];

/** The supergraph without what @apollo/gateway refuses to load: who may see what is enforced by the services all the same. */
function supergraph(): string {
  const foreign = new Set(['requiresScopes', 'cost', 'listSize']);
  return print(
    visit(parse(committedSupergraph()), {
      Directive(node) {
        if (foreign.has(node.name.value)) return null;
        const link = node.name.value === 'link' ? JSON.stringify(node.arguments) : '';
        return /requiresScopes|specs\.apollo\.dev\/cost/.test(link) ? null : undefined;
      },
      DirectiveDefinition: (node) => (foreign.has(node.name.value) ? null : undefined),
    }),
  );
}

class Source extends RemoteGraphQLDataSource {
  readonly #service: string;

  constructor(service: string) {
    super({ url: `${addresses[service]}/graphql` });
    this.#service = service;
  }

  override async willSendRequest(sent: unknown): Promise<void> {
    const { request, context } = sent as { request: { http?: { headers: Map<string, string> } }; context: Context };
    request.http?.headers.set('authorization', `Bearer ${await context.tokens.for(this.#service)}`);
  }
}

const signer = await TokenSigner.from(tokenSeed(benchSecret));
// A token is made for each request, as our gateway does: it names the request.
const callers = new Map(
  tenants.map(({ id, personId, key }) => [
    `Bearer ${key}`,
    { tenant: id, actor: `person:${personId}`, personId, permissions: new Set(allPermissions) },
  ]),
);

const gateway = new ApolloGateway({
  supergraphSdl: supergraph(),
  buildService: ({ name }) => new Source(name),
});
const { executor } = await gateway.load();

interface Prepared {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly queryHash: string;
}
const prepared = new Map<string, Prepared>();

function prepare(query: string): Prepared {
  let known = prepared.get(query);
  if (!known) {
    const document = parse(query);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('There is no operation');
    known = { document, operation, queryHash: createHash('sha256').update(query).digest('hex') };
    prepared.set(query, known);
  }
  return known;
}

async function answer(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const caller = callers.get(request.headers.authorization ?? '');
  if (!caller) throw new Error('Nobody has this key');
  const { query, variables } = JSON.parse(Buffer.concat(parts).toString()) as {
    query: string;
    variables: Record<string, unknown>;
  };
  const tokens = signer.request({ caller, correlationId: newId() });
  const asked = { ...prepare(query), source: query, operationName: null, context: { tokens } satisfies Context };
  const result = await executor({ ...asked, request: { query, variables } } as never);
  return JSON.stringify(result);
}

const server = createServer((request, response) => {
  answer(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    (error) => response.writeHead(500).end(String(error?.stack ?? error)),
  );
});
server.listen(0, '127.0.0.1', () => {
  tellReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, async () => {
    server.closeAllConnections();
    server.close();
    await gateway.stop();
  });
});
