import { type ConsumerName, comesAfterOthers } from '@annex/schema';
import { DelayedError, type Job, Queue, Worker, type WorkerOptions } from 'bullmq';
import type { Logger } from 'pino';
import { postgresBackend, redisBackend } from './backends.ts';
import { Precedence } from './precedence.ts';

/** Where jobs wait: one of BullMQ's two backends. */
export type QueueConfig =
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string }
  | { readonly kind: 'postgres'; readonly connectionString: string; readonly schema: string };

/** An event on its way to a consumer. `event` is the exact text of the CloudEvent, byte for byte what was signed off by the relay. */
export interface QueuedEvent {
  readonly tenant: string;
  /** The event's id; the job's too, so that an event that waits already is not added again. */
  readonly id: string;
  readonly type: string;
  readonly event: string;
}

/** One delivery of a queued event to its consumer. */
export interface Delivery {
  /** What the queue holds; not yet looked at. */
  readonly data: unknown;
  readonly jobId: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly last: boolean;
  /** How often a process died or froze with this delivery in hand. */
  readonly stalls: number;
}

export interface DeliveryOptions {
  readonly attempts: number;
  /** Wait after the first failure, in milliseconds; doubled after each further one. */
  readonly backoffMs: number;
  /** How long a process that died keeps its jobs, in milliseconds. */
  readonly lockMs: number;
  readonly stalledEveryMs: number;
}

export const deliveryDefaults: DeliveryOptions = {
  attempts: 8,
  backoffMs: 1000,
  lockMs: 5000,
  stalledEveryMs: 2000,
};

/** What a worker throws to have the same delivery again later without spending an attempt. */
export class TryLater extends Error {
  readonly afterMs: number;
  constructor(afterMs: number, cause: unknown) {
    super('The delivery is tried again later', { cause });
    this.name = 'TryLater';
    this.afterMs = afterMs;
  }
}

export interface QueueWorker {
  /** Takes no further job, waits for those in hand. */
  stop(): Promise<void>;
}

/** The queues of all consumers over one connection. Services in one process share an instance. */
export interface Queues {
  readonly kind: QueueConfig['kind'];
  /** Adds events to a consumer's queue; those that wait there already are left as they are. */
  add(consumer: ConsumerName, events: readonly QueuedEvent[]): Promise<void>;
  /** Resolves when nobody in this process has been at work for a moment on what somebody waits for; soon at the latest. */
  quiet(): Promise<void>;
  /** Which of these events still wait for, or are in the hands of, the consumer. */
  existing(consumer: ConsumerName, ids: readonly string[]): Promise<Set<string>>;
  /** How many jobs wait, are in hand, or wait for their next attempt. */
  pending(consumer: ConsumerName): Promise<number>;
  work(consumer: ConsumerName, concurrency: number, handle: (delivery: Delivery) => Promise<void>): QueueWorker;
  close(): Promise<void>;
}

/**
 * Connects to the queue and, on PostgreSQL, brings its tables up to date. Four connections and one that listens on
 * PostgreSQL; one and one a worker on Redis.
 */
export async function openQueues(
  config: QueueConfig,
  log: Logger,
  overrides: Partial<DeliveryOptions> = {},
): Promise<Queues> {
  const options = { ...deliveryDefaults, ...overrides };
  let closing = false;
  const onError = (error: Error) => {
    if (!closing) log.warn({ err: error }, 'the queue does not answer as it should');
  };
  const backend =
    config.kind === 'redis'
      ? await redisBackend(config.url, config.prefix, onError)
      : await postgresBackend(config.connectionString, config.schema, onError);
  const common = {
    connection: backend.connection,
    ...(backend.prefix === undefined ? {} : { prefix: backend.prefix }),
  };
  // BullMQ writes a log of each job's life that nobody here reads; it is kept short.
  const streams = { events: { maxLen: 100 } };

  const queues = new Map<ConsumerName, Queue<QueuedEvent>>();
  const queueOf = (consumer: ConsumerName): Queue<QueuedEvent> => {
    let queue = queues.get(consumer);
    if (!queue) {
      queue = new Queue(consumer, { ...common, streams }, backend.factory as never) as Queue<QueuedEvent>;
      queue.on('error', onError);
      queues.set(consumer, queue);
    }
    return queue;
  };

  const workers = new Set<QueueWorker>();
  const precedence = new Precedence();

  return {
    kind: config.kind,

    async add(consumer, events) {
      if (events.length === 0) return;
      if (!comesAfterOthers(consumer)) precedence.coming();
      const jobs = events.map((data) => ({
        name: data.type,
        data,
        opts: {
          jobId: data.id,
          attempts: options.attempts,
          backoff: { type: 'exponential', delay: options.backoffMs },
          removeOnComplete: true,
          removeOnFail: true,
          stackTraceLimit: 1,
        },
      }));
      const [only] = jobs;
      // On PostgreSQL addBulk makes temporary tables at each call; one job goes without.
      if (jobs.length === 1 && only) await queueOf(consumer).add(only.name, only.data, only.opts);
      else await queueOf(consumer).addBulk(jobs);
    },

    quiet: () => precedence.quiet(),

    async existing(consumer, ids) {
      const found = new Set<string>();
      for (let at = 0; at < ids.length; at += 1000) {
        for (const id of await backend.existing(queueOf(consumer), ids.slice(at, at + 1000))) found.add(id);
      }
      return found;
    },

    async pending(consumer) {
      const counts = await queueOf(consumer).getJobCounts('waiting', 'active', 'delayed', 'prioritized');
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },

    work(consumer, concurrency, handle) {
      const process = async (job: Job, token?: string) => {
        const delivery = {
          data: job.data,
          jobId: job.id ?? '',
          attempt: job.attemptsMade + 1,
          last: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
          stalls: job.stalledCounter,
        };
        try {
          if (comesAfterOthers(consumer)) await precedence.afterwards(consumer, () => handle(delivery));
          else await precedence.first(() => handle(delivery));
        } catch (error) {
          if (!(error instanceof TryLater)) throw error;
          await job.moveToDelayed(Date.now() + error.afterMs, token);
          throw new DelayedError();
        }
      };
      const worker = new Worker(
        consumer,
        process,
        {
          ...common,
          concurrency,
          lockDuration: options.lockMs,
          stalledInterval: options.stalledEveryMs,
          // A job that outlives many kills is judged by the consumer, which can still write a dead letter; BullMQ
          // would drop it.
          maxStalledCount: 1_000_000,
          // After a lost connection; BullMQ's own 15 s would be most of an outage.
          runRetryDelay: 1000,
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
        } as WorkerOptions,
        backend.factory as never,
      );
      worker.on('error', onError);
      const handleOfWorker: QueueWorker = {
        async stop() {
          workers.delete(handleOfWorker);
          await worker.close();
        },
      };
      workers.add(handleOfWorker);
      return handleOfWorker;
    },

    async close() {
      closing = true;
      await Promise.all([...workers].map((worker) => worker.stop()));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await backend.close();
    },
  };
}
