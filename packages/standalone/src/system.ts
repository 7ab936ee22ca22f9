import { createGateway, type Gateway, type GatewayConfig, type IdentityDatabase, localUpstream } from '@annex/gateway';
import {
  allIdle,
  type ClockKind,
  createMetrics,
  type Database,
  type Logger,
  openQueues,
  prepareDatabase,
  type QueueConfig,
  type RunningService,
  serviceUrl,
  startService,
  TokenSigner,
  tokenSeed,
} from '@annex/service';
import { allDefinitions, type DefinitionSettings } from './definitions.ts';

export interface SystemOptions extends DefinitionSettings {
  /** A role that may make roles and schemas. */
  readonly databaseUrl: string;
  readonly queue: QueueConfig;
  readonly clock: ClockKind;
  /** Connections of each service's pool. */
  readonly poolSize: number;
  readonly gateway: GatewayConfig;
  readonly log: Logger;
  readonly onStep?: (step: string) => void;
}

/** The whole of Annex in one process. */
export interface System {
  readonly gateway: Gateway;
  readonly identity: Database<IdentityDatabase>;
  readonly services: readonly RunningService[];
  /** Resolves when every event is handled. @throws Error after `timeoutMs` */
  idle(timeoutMs?: number): Promise<void>;
  /** Handles what has fallen due, and what follows from it. */
  settle(): Promise<void>;
  /** Stops taking requests, finishes jobs, closes. */
  stop(): Promise<void>;
}

/** Migrates and starts all services, and the gateway before them; nothing listens yet. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { databaseUrl, secret, clock, poolSize, log, onStep } = options;
  const definitions = allDefinitions(options);
  onStep?.('bringing the schemas up to date');
  await prepareDatabase({ databaseUrl, secret }, definitions);
  onStep?.('starting the services');
  const queues = await openQueues(options.queue, log);
  const signer = await TokenSigner.from(tokenSeed(secret));
  const services: RunningService[] = [];
  const stopServices = async () => {
    for (const service of [...services].reverse()) await service.stop();
    await queues.close();
  };
  try {
    // Side by side, as each waits for its own connections; all are awaited, so that what did start can be stopped.
    const starts = await Promise.allSettled(
      definitions.map((definition) =>
        startService(definition, {
          databaseUrl: serviceUrl({ databaseUrl, secret }, definition.name),
          poolSize,
          clock,
          queues,
          keys: { jwks: signer.jwks },
          log,
        }),
      ),
    );
    for (const start of starts) if (start.status === 'fulfilled') services.push(start.value);
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
    const identity = services.find((service) => service.definition.name === 'identity');
    if (!identity) throw new Error('The service identity is missing');
    const metrics = createMetrics('gateway', { process: true });
    for (const service of services) metrics.include(service.metrics);
    const gateway = await createGateway({
      config: options.gateway,
      identity: identity.database as unknown as Database<IdentityDatabase>,
      upstreams: services.map((service) => localUpstream(service.definition.name, service)),
      signer,
      log: log.child({ service: 'gateway' }),
      metrics,
    });
    const idle = (timeoutMs?: number) =>
      allIdle(
        services.map((service) => service.messaging),
        timeoutMs,
      );
    return {
      gateway,
      identity: identity.database as unknown as Database<IdentityDatabase>,
      services,
      idle,
      async settle() {
        let handled: number;
        do {
          await idle();
          const ticks = await Promise.all(services.map((service) => service.messaging.ticker.tick()));
          handled = ticks.reduce((sum, count) => sum + count, 0);
        } while (handled > 0);
      },
      async stop() {
        await gateway.close();
        await stopServices();
      },
    };
  } catch (error) {
    await stopServices();
    throw error;
  }
}
