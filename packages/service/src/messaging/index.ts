import { type ConsumerName, consumerNames, type EventType, routes } from '@annex/schema';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ClockKind } from '../clock.ts';
import type { Database } from '../database/database.ts';
import type { ServiceDefinition } from '../definition.ts';
import { startConsumer, type Upcast } from './consumer.ts';
import { retryHandler, retryKind } from './deadletters.ts';
import { messagingMetrics } from './metrics.ts';
import { type DeliveryOptions, openQueues, type QueueConfig, type Queues, type QueueWorker } from './queue.ts';
import { type Relay, type RelayOptions, startRelay } from './relay.ts';
import { resendHandler, resendKind, resyncKind } from './replay.ts';
import { startTicker, type Ticker, type TickerOptions } from './ticker.ts';

export { listDeadLetters, retryDeadLetter, retryDeadLetters } from './deadletters.ts';
export { schedule, scheduleAll, unschedule } from './due.ts';
export { type DeliveryOptions, openQueues, type QueueConfig, type Queues } from './queue.ts';
export { replay, requestResync, resendRange, sweep } from './replay.ts';

export interface MessagingParts<T> {
  readonly definition: ServiceDefinition<T>;
  readonly database: Database<T>;
  /** How to reach the queue, or queues that are open already (services in one process share them and close them themselves). */
  readonly queue: QueueConfig | Queues;
  readonly log: Logger;
  readonly clock: ClockKind;
  readonly metrics?: Registry;
  readonly upcast?: Upcast;
  readonly options?: {
    /** Events that a consumer handles at once; 8 on Redis, 4 on PostgreSQL. */
    readonly concurrency?: number;
    readonly delivery?: Partial<DeliveryOptions>;
    readonly relay?: Partial<RelayOptions>;
    readonly ticker?: Partial<TickerOptions>;
  };
}

/** A service's messaging while it runs. */
export interface Messaging {
  readonly relay: Relay;
  readonly ticker: Ticker;
  readonly consumers: ReadonlyMap<ConsumerName, QueueWorker>;
  /** Whether nothing is unpublished here and nothing waits in the queues of this service's consumers. */
  isIdle(): Promise<boolean>;
  /** Resolves when it is idle. @throws Error after `timeoutMs` (30 s unless told) */
  idle(timeoutMs?: number): Promise<void>;
  /** Finishes what is in hand, then closes. */
  stop(): Promise<void>;
}

/** The consumers that belong to a service. */
export function consumersOfService(service: string): ConsumerName[] {
  return consumerNames.filter((name) => routes[name].service === service);
}

/** What `routes` sends to the service and nothing in its definition handles. */
function unhandled<T>(definition: ServiceDefinition<T>): string[] {
  return consumersOfService(definition.name).flatMap((consumer) => {
    const handlers = definition.subscriptions[consumer] ?? {};
    return (routes[consumer].types as readonly EventType[])
      .filter((type) => handlers[type] === undefined)
      .map((type) => `${consumer}: ${type}`);
  });
}

/**
 * Starts a service's relay, ticker and consumers.
 * @throws Error (a defect) when the definition lacks a handler for something that `routes` sends to it
 */
export async function startMessaging<T>(parts: MessagingParts<T>): Promise<Messaging> {
  const { definition, database, clock, options = {} } = parts;
  const missing = unhandled(definition);
  if (missing.length > 0) throw new Error(`${definition.name} has no handler for ${missing.join(', ')}`);
  const { log } = parts;
  const metrics = messagingMetrics(definition.name, parts.metrics);
  const shared = 'add' in parts.queue;
  const queues = 'add' in parts.queue ? parts.queue : await openQueues(parts.queue, log, options.delivery);

  const relay = startRelay({ database, queues, log, metrics, ...(options.relay ? { options: options.relay } : {}) });
  const ticker = startTicker({
    database,
    timers: {
      ...definition.timers,
      [retryKind]: retryHandler(queues),
      [resendKind]: resendHandler(queues),
      [resyncKind]: (tx) => definition.announce(tx),
    },
    clock,
    log,
    metrics,
    ...(options.ticker ? { options: options.ticker } : {}),
  });
  const names = consumersOfService(definition.name);
  const concurrency = options.concurrency ?? (queues.kind === 'redis' ? 8 : 4);
  const consumers = new Map<ConsumerName, QueueWorker>(
    names.map((consumer) => [
      consumer,
      startConsumer({
        consumer,
        handlers: definition.subscriptions[consumer] ?? {},
        database,
        queues,
        concurrency,
        log,
        metrics,
        ...(parts.upcast ? { upcast: parts.upcast } : {}),
      }),
    ]),
  );

  const isWaiting = async () => {
    const statement = 'select exists (select from outbox where published_at is null) as waiting';
    return (await database.acrossTenants<{ waiting: boolean }>(statement))[0]?.waiting ?? false;
  };

  const isIdle = async () => {
    if (await isWaiting()) return false;
    // An event in hand ends by committing (perhaps with events of its own) and only then leaves its queue, so the
    // queues are looked at first and the outbox last.
    for (const consumer of names) if ((await queues.pending(consumer)) > 0) return false;
    return !(await isWaiting());
  };

  return {
    relay,
    ticker,
    consumers,
    isIdle,
    idle: (timeoutMs) => allIdle([{ isIdle }], timeoutMs),
    async stop() {
      await ticker.stop();
      await relay.stop();
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
      if (!shared) await queues.close();
    },
  };
}

/** Resolves when all of these services are idle at once. @throws Error after `timeoutMs` */
export async function allIdle(services: readonly Pick<Messaging, 'isIdle'>[], timeoutMs = 30_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (let quiet = 0; quiet < 2; ) {
    const idle = (await Promise.all(services.map((service) => service.isIdle()))).every(Boolean);
    // Twice in a row: between two looks an event may have moved from what was not yet looked at to what was.
    quiet = idle ? quiet + 1 : 0;
    if (quiet >= 2) return;
    if (Date.now() > until) throw new Error(`Messaging is not idle after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
