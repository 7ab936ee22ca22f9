import { type AnnexEvent, type ConsumerName, type EventType, eventFaults } from '@annex/schema';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { literal } from '../database/literal.ts';
import type { WriteTx } from '../database/transaction.ts';
import type { EventHandlers } from '../definition.ts';
import { type Scope, systemScope } from '../scope.ts';
import { buryLetter } from './deadletters.ts';
import type { MessagingMetrics } from './metrics.ts';
import { type Delivery, type QueuedEvent, type Queues, type QueueWorker, TryLater } from './queue.ts';

/** A chain of events longer than this is a loop: services answering each other for ever. */
export const maxHops = 16;
/** A delivery that was in hand so often when a process died is taken to be what kills it. */
const maxStalls = 100;
/** The wait of a delivery whose dead letter cannot be written: the database is away, and letting go would lose it. */
const buryAgainAfter = 10_000;

/** As in the definition; the exact text of the event comes third, for those who keep or sign it. */
type RawHandler<T> = (tx: WriteTx<T>, event: AnnexEvent, raw: string) => Promise<void>;

/** Turns an event of an older version into the present one; gets and returns the parsed event. */
export type Upcast = (event: unknown) => unknown;

export interface ConsumerParts<T> {
  readonly consumer: ConsumerName;
  readonly handlers: EventHandlers<T>;
  readonly database: Database<T>;
  readonly queues: Queues;
  readonly concurrency: number;
  readonly log: Logger;
  readonly metrics: MessagingMetrics;
  readonly upcast?: Upcast;
  readonly buryAgainMs?: number;
}

function isQueuedEvent(data: unknown): data is QueuedEvent {
  const { tenant, id, event } = (data ?? {}) as Partial<QueuedEvent>;
  return typeof tenant === 'string' && typeof id === 'string' && typeof event === 'string';
}

/** The event, or what is wrong with it so that no further attempt can help. */
function readEvent(queued: QueuedEvent, upcast: Upcast | undefined): AnnexEvent | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(queued.event);
  } catch (error) {
    return `The event is not JSON: ${error instanceof Error ? error.message : error}`;
  }
  const given = upcast ? upcast(parsed) : parsed;
  const faults = eventFaults(given);
  if (faults.length > 0) return `The event is not what its schema says: ${faults.join('; ')}`;
  const event = given as AnnexEvent;
  if (event.tenantid !== queued.tenant || event.id !== queued.id) {
    return `The event says tenant ${event.tenantid} and id ${event.id}, the outbox ${queued.tenant} and ${queued.id}`;
  }
  if (event.hops > maxHops) {
    return `The event is the ${event.hops}th of a chain (correlation ${event.correlationid}); more than ${maxHops} is taken for a loop between services and ends here`;
  }
  return event;
}

/** What an event's effects are done as: the service, because of the event, one hop further. */
function scopeOfEvent(service: string, event: AnnexEvent): Scope {
  return {
    tenant: event.tenantid,
    actor: `system:${service}`,
    correlationId: event.correlationid,
    causationId: event.id,
    hops: event.hops + 1,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}

/** The statement that records that an event was handled; it returns a row unless that was recorded before. */
function arrival(consumer: ConsumerName, { tenantid, id, source }: AnnexEvent): string {
  const values = [tenantid, consumer, id, source].map(literal);
  return `select from inbox_arrive(${values.join(', ')})`;
}

/**
 * Handles what the queue of a consumer delivers, each event once: that it was handled is recorded in the transaction
 * of its effects, and a repeat finds the record and does nothing.
 */
export function startConsumer<T>(parts: ConsumerParts<T>): QueueWorker {
  const { consumer, handlers, database, metrics, upcast } = parts;
  const { service } = database;
  const log = parts.log.child({ consumer });

  const bury = async (queued: QueuedEvent, error: unknown, attempts: number) => {
    try {
      await database.write(systemScope(service, queued.tenant), (tx) =>
        buryLetter(tx, { consumer, eventId: queued.id, event: queued.event, error, attempts }),
      );
    } catch (cause) {
      log.error({ err: cause, event: queued.id }, 'a dead letter could not be written; the event is kept');
      throw new TryLater(parts.buryAgainMs ?? buryAgainAfter, cause);
    }
    metrics.dead(consumer);
    log.error({ err: error, event: queued.id, tenant: queued.tenant, attempts }, 'an event became a dead letter');
  };

  const handle = async ({ data, jobId, attempt, last, stalls }: Delivery) => {
    if (!isQueuedEvent(data)) {
      metrics.dead(consumer);
      log.error({ job: jobId }, 'the queue held something that no relay of Annex put there; it is dropped');
      return;
    }
    const event = readEvent(data, upcast);
    if (typeof event === 'string') return bury(data, event, attempt);
    if (stalls >= maxStalls) return bury(data, `It was in hand ${stalls} times when a process died`, attempt);
    const handler = handlers[event.type as EventType] as RawHandler<T> | undefined;
    if (!handler) return bury(data, `${consumer} has no handler for ${event.type}`, attempt);
    try {
      const handleOnce = async (tx: WriteTx<T>, arrived: number) => {
        if (arrived > 0) await handler(tx, event, data.event);
        return arrived > 0;
      };
      const fresh = await database.write(scopeOfEvent(service, event), handleOnce, arrival(consumer, event));
      if (fresh) metrics.handled(consumer);
      else metrics.repeated(consumer);
    } catch (error) {
      metrics.failed(consumer);
      if (last) return bury(data, error, attempt);
      log.warn(
        { err: error, event: event.id, type: event.type, attempt },
        'an event could not be handled; it is tried again',
      );
      throw error;
    }
  };

  return parts.queues.work(consumer, parts.concurrency, handle);
}
