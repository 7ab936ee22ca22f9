import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { ClockKind } from './clock.ts';
import { type EnvironmentReader, type ProcessConfig, processConfig } from './config.ts';
import { connectDatabase, type Database } from './database/database.ts';
import { migrateDatabase } from './database/provision.ts';
import { provisionRoles, rolePassword, rolesOf, urlAs } from './database/roles.ts';
import type { ServiceDefinition } from './definition.ts';
import type { Execute } from './graphql/execute.ts';
import { createServiceHttp } from './http/server.ts';
import { type TokenKeys, TokenVerifier } from './identity/token.ts';
import { createLogger } from './logging.ts';
import { type Messaging, type MessagingParts, openQueues, type Queues, startMessaging } from './messaging/index.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { runProcess } from './process.ts';

/** A service while it runs. */
export interface RunningService<T = unknown> {
  readonly definition: ServiceDefinition<T>;
  readonly database: Database<T>;
  readonly messaging: Messaging;
  readonly metrics: Metrics;
  readonly schema: GraphQLSchema;
  /** The HTTP side; `listen` it, or hand requests over in process. */
  readonly app: FastifyInstance;
  readonly execute: Execute;
  /** Stops taking requests, finishes those in hand and the jobs in hand, then closes. */
  stop(): Promise<void>;
}

export interface ServiceParts {
  /** Connects as the login role. */
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly clock: ClockKind;
  /** Shared by the services of a process; whoever opened them closes them, after the services. */
  readonly queues: Queues;
  readonly keys: TokenKeys;
  readonly log: Logger;
  readonly messaging?: MessagingParts<unknown>['options'];
}

/** Starts a service on a database that is migrated already. */
export async function startService<T>(
  definition: ServiceDefinition<T>,
  parts: ServiceParts,
): Promise<RunningService<T>> {
  const log = parts.log.child({ service: definition.name });
  const { clock, queues } = parts;
  const metrics = createMetrics(definition.name);
  const database = connectDatabase<T>({
    service: definition.name,
    url: parts.databaseUrl,
    poolSize: parts.poolSize,
    clock,
    log,
  });
  const { app, execute, schema } = await createServiceHttp({
    definition,
    database,
    log,
    metrics,
    verifier: new TokenVerifier(definition.name, parts.keys),
    readiness: {
      database: async () => {
        await database.pool.query('select 1');
      },
      queue: async () => {
        await queues.pending('trail');
      },
    },
  });
  const messaging = await startMessaging({
    definition,
    database,
    queue: queues,
    log,
    clock,
    metrics: metrics.registry,
    ...(parts.messaging ? { options: parts.messaging } : {}),
  });
  const stopOwn = await definition.start?.({ name: definition.name, database, log });
  return {
    definition,
    database,
    messaging,
    metrics,
    schema,
    app,
    execute,
    async stop() {
      await app.close();
      await messaging.stop();
      await stopOwn?.();
      await database.close();
    },
  };
}

/** The login URL of a service's role on the server of `databaseUrl`. */
export function serviceUrl(
  config: Pick<ProcessConfig, 'databaseUrl' | 'secret'>,
  service: ServiceDefinition<never>['name'],
): string {
  const { login } = rolesOf(service);
  return urlAs(config.databaseUrl, login, rolePassword(config.secret, login));
}

/** Roles, schemas and migrations of these services; safe to run by several processes at once. */
export async function prepareDatabase(
  config: Pick<ProcessConfig, 'databaseUrl' | 'secret'>,
  // biome-ignore lint/suspicious/noExplicitAny: services of different tables
  definitions: readonly ServiceDefinition<any>[],
): Promise<void> {
  await provisionRoles(
    config.databaseUrl,
    definitions.map((definition) => definition.name),
    config.secret,
  );
  await migrateDatabase(config.databaseUrl, definitions);
}

/** The seed of the key that signs internal tokens; follows from the gateway's secret. */
export function tokenSeed(secret: string): Buffer {
  return createHmac('sha256', secret).update('internal tokens').digest();
}

/** A process that runs one service on servers of its own: what `services/<name>/src/main.ts` calls. */
export async function runService<T>(
  define: (read: EnvironmentReader, config: ProcessConfig) => ServiceDefinition<T>,
): Promise<void> {
  await runProcess(async (read) => {
    const config = processConfig(read);
    const definition = define(read, config);
    read.finish();
    const log = createLogger({ level: config.logLevel });
    await prepareDatabase(config, [definition as ServiceDefinition<unknown>]);
    const queues = await openQueues(config.queue, log);
    const service = await startService(definition, {
      databaseUrl: serviceUrl(config, definition.name),
      poolSize: config.poolSize,
      clock: config.clock,
      queues,
      keys: { jwksUrl: new URL('/.well-known/jwks.json', config.gatewayUrl).href },
      log,
    });
    const address = await service.app.listen({ host: config.host, port: config.port });
    log.info({ address }, 'listening');
    return async () => {
      await service.stop();
      await queues.close();
    };
  });
}
