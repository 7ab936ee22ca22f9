import { Worker } from 'node:worker_threads';
import {
  type ChunkResult,
  chunksOf,
  type Portfolio,
  type PortfolioReading,
  type PortfolioResult,
} from './portfolio.ts';
import type { LossSummary } from './summary.ts';
import type { Driver } from './tornado.ts';
import type { Task } from './worker.ts';

/** What a thread says. */
type Answer =
  | { readonly kind: 'member' }
  | { readonly kind: 'chunk'; readonly place: number; readonly result: ChunkResult }
  | { readonly kind: 'reading'; readonly place: number; readonly result: PortfolioReading }
  | { readonly kind: 'drivers'; readonly result: readonly Driver[] };

export interface RunOptions {
  /** How many threads work at it. The result does not depend on it. */
  readonly threads: number;
  /** Told after each scenario. */
  readonly onProgress?: (share: number) => void;
  /** Ends the threads at once; the run then fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How far the threads may run ahead of the chunk that is added next, in chunks a thread: bounds what waits in memory. */
const ahead = 2;

/** The chunks and readings of one run, given out to threads and put together again in their order. */
class Run {
  readonly #chunks: ReturnType<typeof chunksOf>;
  readonly #members: (readonly LossSummary[])[] = [];
  readonly #early = new Map<number, ChunkResult>();
  readonly #readings: PortfolioReading[] = [];
  readonly #threads: number;
  readonly #portfolio: Portfolio;
  #totals: readonly Float64Array[] = [];
  #drivers: readonly Driver[] | undefined;
  #driversAsked = false;
  #given = 0;
  #merged = 0;
  #asked = 0;

  constructor(portfolio: Portfolio, threads: number) {
    this.#portfolio = portfolio;
    this.#chunks = chunksOf(portfolio);
    this.#threads = threads;
    if (!portfolio.drivers) {
      this.#driversAsked = true;
      this.#drivers = [];
    }
  }

  get chunks(): number {
    return this.#chunks.length;
  }

  /** The next task, if there is one now. */
  take(): Task | undefined {
    if (!this.#driversAsked) {
      this.#driversAsked = true;
      return { kind: 'drivers', portfolio: this.#portfolio };
    }
    const job = this.#chunks[this.#given];
    if (job) {
      if (this.#given - this.#merged >= this.#threads * ahead) return undefined;
      return { kind: 'chunk', place: this.#given++, job };
    }
    if (this.#merged < this.#chunks.length) return undefined;
    const losses = this.#totals[this.#asked];
    return losses ? { kind: 'reading', place: this.#asked++, losses } : undefined;
  }

  accept(answer: Exclude<Answer, { kind: 'member' }>): void {
    if (answer.kind === 'reading') this.#readings[answer.place] = answer.result;
    else if (answer.kind === 'drivers') this.#drivers = answer.result;
    else this.#merge(answer.place, answer.result);
  }

  /** The result, once all of it is there. */
  get result(): PortfolioResult | undefined {
    if (this.#merged < this.#chunks.length || !this.#drivers) return undefined;
    // A place that was skipped has no key.
    if (Object.keys(this.#readings).length < this.#totals.length) return undefined;
    return { members: this.#members, readings: this.#readings, drivers: this.#drivers };
  }

  #merge(place: number, result: ChunkResult): void {
    this.#early.set(place, result);
    for (let next = this.#early.get(this.#merged); next; next = this.#early.get(this.#merged)) {
      this.#early.delete(this.#merged++);
      this.#members.push(...next.members);
      this.#add(next.totals);
    }
  }

  /** In the order of the chunks, whoever was first: sums of doubles depend on it. */
  #add(totals: readonly Float64Array[]): void {
    if (this.#totals.length === 0) {
      this.#totals = totals;
      return;
    }
    for (const [reading, total] of this.#totals.entries()) {
      const more = totals[reading] as Float64Array;
      for (let trial = 0; trial < total.length; trial++)
        total[trial] = (total[trial] as number) + (more[trial] as number);
    }
  }
}

/**
 * Simulates a portfolio on threads of its own, so that whoever waits for it goes on answering.
 * @throws RangeError as `chunksOf`; the reason of the signal once it is aborted; whatever ended a thread
 */
export async function simulate(portfolio: Portfolio, options: RunOptions): Promise<PortfolioResult> {
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const run = new Run(portfolio, options.threads);
  const workers = Array.from(
    { length: Math.max(1, Math.min(options.threads, run.chunks + 1)) },
    () => new Worker(new URL('./worker.ts', import.meta.url)),
  );
  const idle = new Set(workers);
  let simulated = 0;
  try {
    return await new Promise<PortfolioResult>((resolve, reject) => {
      const give = () => {
        for (const worker of idle) {
          const task = run.take();
          if (!task) return;
          idle.delete(worker);
          worker.postMessage(task, task.kind === 'reading' ? [task.losses.buffer as ArrayBuffer] : []);
        }
      };
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      for (const worker of workers) {
        worker.on('error', reject);
        worker.on('exit', (code) => reject(new Error(`A thread of the simulation ended with ${code}`)));
        worker.on('message', (answer: Answer) => {
          if (answer.kind === 'member') {
            onProgress?.(++simulated / portfolio.members.length);
            return;
          }
          idle.add(worker);
          run.accept(answer);
          if (run.result) resolve(run.result);
          else give();
        });
      }
      give();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
