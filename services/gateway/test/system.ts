import {
  createMetrics,
  defaultLimits,
  openQueues,
  type Queues,
  type RunningService,
  startService,
  TokenSigner,
} from '@annex/service';
import { silent, type TestDatabase, testDatabase } from '@annex/service/testing';
import { composeSupergraph } from '../src/federation/compose.ts';
import {
  createGateway,
  createKey,
  createTenantWithAdministrator,
  type Gateway,
  httpUpstream,
  type IdentityDatabase,
  identity,
  localUpstream,
} from '../src/service.ts';
import { marks, notes } from './sample.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as there are questions
export type Json = any;

type Sent = Awaited<ReturnType<Gateway['app']['inject']>>;

/** The gateway before the identity subgraph and two sample services, with two tenants, each with an administrator's key. */
export interface TestSystem {
  readonly test: TestDatabase;
  /** What was composed of the subgraphs. */
  readonly supergraph: string;
  readonly gateway: Gateway;
  readonly identity: RunningService<IdentityDatabase>;
  readonly evidence: RunningService<never>;
  readonly tenants: readonly [TestTenant, TestTenant];
  graphql(
    key: string | undefined,
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; data: Json; errors?: Json[]; headers: Sent['headers'] }>;
  rest(
    key: string | undefined,
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: Json; headers: Sent['headers'] }>;
  close(): Promise<void>;
}

export interface TestTenant {
  readonly id: string;
  readonly personId: string;
  readonly key: string;
}

/** @param transport how the gateway reaches the services */
export async function testSystem(transport: 'local' | 'http' = 'local'): Promise<TestSystem> {
  const definitions = [identity, notes, marks] as const;
  const test = await testDatabase(definitions);
  const queues: Queues = await openQueues(test.queue, silent);
  const signer = await TokenSigner.from(Buffer.alloc(32, 7));
  const running: RunningService<Json>[] = [];
  for (const definition of definitions) {
    const parts = {
      databaseUrl: test.urlFor(definition.name),
      poolSize: 6,
      clock: 'shared' as const,
      queues,
      keys: { jwks: signer.jwks },
      log: silent,
    };
    running.push(await startService<Json>(definition as never, parts));
  }
  const [own, , evidence] = running as [RunningService<IdentityDatabase>, RunningService<never>, RunningService<never>];
  const upstreams = [];
  for (const service of running) {
    const { name } = service.definition;
    if (transport === 'local') upstreams.push(localUpstream(name, service));
    else upstreams.push(httpUpstream(name, await service.app.listen({ host: '127.0.0.1', port: 0 })));
  }
  const supergraph = composeSupergraph(definitions);
  const gateway = await createGateway({
    config: { explorer: true, introspection: true, secureCookie: false, limits: defaultLimits, cost: 5000 },
    identity: own.database,
    upstreams,
    signer,
    log: silent,
    metrics: createMetrics('identity'),
    supergraph,
    operations: new URL('./operations/', import.meta.url),
  });
  const makeTenant = async (slug: string): Promise<TestTenant> => {
    const { tenantId: id, personId } = await createTenantWithAdministrator(own.database, {
      slug,
      name: `Tenant ${slug}`,
      person: { name: `Ada of ${slug}`, email: `ada@${slug}.example` },
    });
    const { key } = await createKey(own.database, id, { title: 'test', personId });
    return { id, personId, key };
  };
  const bearer = (key: string | undefined): Record<string, string> =>
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    test,
    supergraph,
    gateway,
    identity: own,
    evidence,
    tenants: [await makeTenant('first'), await makeTenant('second')],
    async graphql(key, query, variables = {}, headers = {}) {
      const sent = await gateway.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { ...bearer(key), ...headers },
        payload: { query, variables },
      });
      return { status: sent.statusCode, headers: sent.headers, ...sent.json() };
    },
    async rest(key, method, url, { body, headers = {} } = {}) {
      const sent = await gateway.app.inject({
        method,
        url,
        headers: { ...bearer(key), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return { status: sent.statusCode, headers: sent.headers, body: sent.body === '' ? undefined : sent.json() };
    },
    async close() {
      await gateway.close();
      for (const service of running) await service.stop().catch(() => undefined);
      await queues.close();
      await test.close();
    },
  };
}
