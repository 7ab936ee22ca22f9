import { allPermissions, consumersOf, type EventData, type EventType, type Permission, routes } from '@annex/schema';
import { uuidv7 } from 'uuidv7';
import type { ServiceDefinition } from '../definition.ts';
import type { GraphqlAnswer } from '../graphql/execute.ts';
import type { RequestInfo } from '../identity/caller.ts';
import { TokenSigner } from '../identity/token.ts';
import { type DeliveryOptions, openQueues, type QueueConfig } from '../messaging/index.ts';
import { type RunningService, startService } from '../runtime.ts';
import { silent, type TestDatabase, testDatabase } from './database.ts';

export type Backend = QueueConfig['kind'];

/** The backends that are there, with the reason in the name of one that is not: for `describe.each(backends())`. */
export function backends(): { backend: Backend; missing: string | null }[] {
  return [
    { backend: 'postgres', missing: null },
    {
      backend: 'redis',
      missing: process.env.TEST_REDIS_URL ? null : 'there is no redis-server on the PATH and TEST_REDIS_URL is not set',
    },
  ];
}

/** The queue of a test database: a prefix or schema of its own. */
export function testQueue(test: TestDatabase, backend: Backend): QueueConfig {
  if (backend === 'postgres') return test.queue;
  const url = process.env.TEST_REDIS_URL;
  if (!url) throw new Error('TEST_REDIS_URL is not set');
  return { kind: 'redis', url, prefix: new URL(test.url).pathname.slice(1) };
}

/** How a test calls: an administrator of the first tenant unless told. */
export interface TestCaller {
  readonly tenant?: string;
  readonly permissions?: readonly Permission[];
  readonly personId?: string;
  readonly asOf?: Date;
  readonly idempotencyKey?: string;
}

/** One service as it runs, on a database and a queue of the test's own. */
export interface TestService<T> {
  readonly test: TestDatabase;
  readonly service: RunningService<T>;
  readonly signer: TokenSigner;
  requestInfo(caller?: TestCaller): RequestInfo;
  call(query: string, variables?: Record<string, unknown>, caller?: TestCaller): Promise<GraphqlAnswer>;
  /** Like `call`, and throws when there is an error in the answer. */
  ask<R = Record<string, never>>(query: string, variables?: Record<string, unknown>, caller?: TestCaller): Promise<R>;
  /** An event of another service arrives. */
  emit<E extends EventType>(
    type: E,
    data: EventData<E>,
    about?: { tenant?: string; sequence?: number; id?: string },
  ): Promise<void>;
  /** Resolves when all events are handled and nothing that is due waits. */
  settle(): Promise<void>;
  /** The events that the service recorded, oldest first. */
  recorded<E extends EventType>(type: E, tenant?: string): Promise<EventData<E>[]>;
  close(): Promise<void>;
}

/** @param options.backend PostgreSQL unless told; `delivery` how often and when a failed event is tried again */
export async function startTestService<T>(
  definition: ServiceDefinition<T>,
  options: { backend?: Backend; delivery?: Partial<DeliveryOptions> } = {},
): Promise<TestService<T>> {
  const test = await testDatabase([definition]);
  const signer = await TokenSigner.from(Buffer.alloc(32, 7));
  const queues = await openQueues(testQueue(test, options.backend ?? 'postgres'), silent, options.delivery);
  const service = await startService(definition, {
    databaseUrl: test.urlFor(definition.name),
    poolSize: 8,
    clock: 'shared',
    queues,
    keys: { jwks: signer.jwks },
    log: silent,
  });
  const sequences = new Map<string, number>();

  const requestInfo = (caller: TestCaller = {}): RequestInfo => {
    const personId = caller.personId ?? '0190aaaa-0000-7000-8000-000000000001';
    return {
      caller: {
        tenant: caller.tenant ?? test.tenants[0],
        actor: `person:${personId}`,
        personId,
        permissions: new Set(caller.permissions ?? allPermissions),
      },
      correlationId: uuidv7(),
      ...(caller.asOf ? { asOf: caller.asOf } : {}),
      ...(caller.idempotencyKey ? { idempotencyKey: caller.idempotencyKey } : {}),
    };
  };
  const call: TestService<T>['call'] = (query, variables = {}, caller = {}) =>
    service.execute({ query, variables, request: requestInfo(caller) });

  return {
    test,
    service,
    signer,
    requestInfo,
    call,
    async ask<R>(query: string, variables?: Record<string, unknown>, caller?: TestCaller) {
      const answer = await call(query, variables, caller);
      if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 1));
      // Through JSON, as a client sees it.
      return JSON.parse(JSON.stringify(answer.data)) as R;
    },
    async emit(type, data, about = {}) {
      const tenant = about.tenant ?? test.tenants[0];
      const source = `/annex/${type.split('.')[1]}`;
      const sequence = about.sequence ?? (sequences.get(`${source} ${tenant}`) ?? 0) + 1;
      sequences.set(`${source} ${tenant}`, sequence);
      const id = about.id ?? uuidv7();
      const event = JSON.stringify({
        sequence,
        specversion: '1.0',
        id,
        source,
        type,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        dataschema: `urn:annex:event:${type}`,
        tenantid: tenant,
        actor: 'system:test',
        correlationid: uuidv7(),
        hops: 0,
        data,
      });
      for (const consumer of consumersOf(type)) {
        if (routes[consumer].service === definition.name) await queues.add(consumer, [{ tenant, id, type, event }]);
      }
    },
    async settle() {
      do {
        await service.messaging.idle();
      } while ((await service.messaging.ticker.tick()) > 0);
    },
    async recorded(type, tenant = test.tenants[0]) {
      return test.admin(async (client) => {
        const { rows } = await client.query<{ body: string }>(
          `select body from ${definition.name}.outbox where tenant_id = $1 and type = $2 order by position`,
          [tenant, type],
        );
        return rows.map((row) => (JSON.parse(`{${row.body}`) as { data: never }).data);
      });
    },
    async close() {
      await service.stop();
      await queues.close();
      await test.close();
    },
  };
}
