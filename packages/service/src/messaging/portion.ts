import { type ConsumerName, comesAfterOthers, consumersOf, isEventType } from '@annex/schema';
import type { QueuedEvent } from './queue.ts';

/** An event that its outbox holds. */
export interface Waiting {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  /** Its exact text. */
  readonly event: string;
  /** Seconds since it was recorded. */
  readonly age: number;
}

export type Jobs = Map<ConsumerName, QueuedEvent[]>;

function addJobs(jobs: Jobs, consumer: ConsumerName, ...events: QueuedEvent[]): void {
  const there = jobs.get(consumer);
  if (there) there.push(...events);
  else jobs.set(consumer, events);
}

/** Events of one tenant that are sent together, in order. */
export interface Portion {
  readonly ids: readonly string[];
  /** For those whom somebody waits for. */
  readonly first: Jobs;
  /** For those who come after them, and how many that are. */
  readonly afterwards: Jobs;
  readonly waiting: number;
  /** Characters of the events. */
  readonly size: number;
  /** The sequence of the last one. */
  readonly reached: number;
}

/** What comes next, in as many jobs as there is room for; one event is in it however many consumers it has. */
export function nextPortion(tenant: string, events: readonly Waiting[], room: number): Portion {
  const ids: string[] = [];
  const [first, afterwards]: [Jobs, Jobs] = [new Map(), new Map()];
  let [jobs, waiting, size, reached] = [0, 0, 0, 0];
  for (const { id, type, sequence, event } of events) {
    // A type that this version does not know (rows of a newer one, before a step back) has no consumers here.
    const consumers = isEventType(type) ? consumersOf(type) : [];
    if (jobs > 0 && jobs + consumers.length > room) break;
    for (const consumer of consumers) {
      const late = comesAfterOthers(consumer);
      addJobs(late ? afterwards : first, consumer, { tenant, id, type, event });
      if (late) waiting++;
    }
    ids.push(id);
    jobs += consumers.length;
    size += event.length;
    reached = sequence;
  }
  return { ids, first, afterwards, waiting, size, reached };
}

/** Portions that were sent to those whom somebody waits for, kept until there is quiet for the others. */
export class Held {
  readonly #byTenant = new Map<string, Portion[]>();

  add(tenant: string, portion: Portion): void {
    const held = this.#byTenant.get(tenant);
    if (held) held.push(portion);
    else this.#byTenant.set(tenant, [portion]);
  }

  tenants(): string[] {
    return [...this.#byTenant.keys()];
  }

  /** Jobs that wait. */
  waiting(tenant: string): number {
    return this.#portions(tenant).reduce((sum, portion) => sum + portion.waiting, 0);
  }

  /** Characters of the events that wait. */
  size(tenant: string): number {
    return this.#portions(tenant).reduce((sum, portion) => sum + portion.size, 0);
  }

  /** The sequence of the last event that is held; 0 where none is. */
  reached(tenant: string): number {
    return this.#portions(tenant).at(-1)?.reached ?? 0;
  }

  /** All of a tenant together. */
  of(tenant: string): { readonly ids: string[]; readonly jobs: Jobs } {
    const jobs: Jobs = new Map();
    for (const { afterwards } of this.#portions(tenant)) {
      for (const [consumer, events] of afterwards) addJobs(jobs, consumer, ...events);
    }
    return { ids: this.#portions(tenant).flatMap(({ ids }) => ids), jobs };
  }

  delete(tenant: string): void {
    this.#byTenant.delete(tenant);
  }

  clear(): void {
    this.#byTenant.clear();
  }

  #portions(tenant: string): readonly Portion[] {
    return this.#byTenant.get(tenant) ?? [];
  }
}
