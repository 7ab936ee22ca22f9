import { availableParallelism } from 'node:os';
import { AnnexError } from '@annex/schema';
import { type Database, newId, type ServiceContext, systemScope } from '@annex/service';
import { simulate } from '@annex/simulation';
import type { RiskDatabase } from '../database.ts';
import { type Claim, fail, finish, release } from './run.operations.ts';
import { beat } from './run.store.ts';
import { portfolioOf } from './scenario.ts';
import { scenariosOf, simulationsById } from './simulation.store.ts';

/** More threads than this would hold more memory than a service is given. */
const mostThreads = 4;

/** How often a run says that it is alive, in milliseconds. */
const beatEvery = 1000;

/** Why a run ends before its time. */
class Ended extends Error {
  readonly why: 'stopping' | 'unwanted';
  constructor(why: 'stopping' | 'unwanted') {
    super(`The simulation is ${why}`);
    this.why = why;
  }
}

/** Runs claimed simulations of one process, one at a time, on threads beside the one that answers. */
export class Runner {
  readonly #context: ServiceContext<RiskDatabase>;
  #control: AbortController | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(context: ServiceContext<RiskDatabase>) {
    this.#context = context;
  }

  /** Whether another claim can be taken now. */
  get free(): boolean {
    return !this.#stopped && this.#running === undefined;
  }

  /** Begins a claim; whoever waits for its result reads the simulation. */
  begin(own: Claim): void {
    const control = new AbortController();
    this.#control = control;
    const running = this.#run(own, control).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
  }

  /** Ends what runs and gives it back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#control?.abort(new Ended('stopping'));
    await this.#running;
  }

  async #run(own: Claim, control: AbortController): Promise<void> {
    const { database, log, name } = this.#context;
    const scope = systemScope(name, own.tenant);
    try {
      const portfolio = await database.read(scope, async (tx) => {
        const simulation = (await simulationsById(tx, [own.simulationId])).get(own.simulationId);
        return simulation && portfolioOf(simulation, await scenariosOf(tx, own.simulationId));
      });
      if (!portfolio) return;
      const stopBeating = this.#beat(own, control);
      try {
        const threads = Math.min(mostThreads, availableParallelism());
        const result = await simulate(portfolio, { threads, signal: control.signal, onProgress: stopBeating.progress });
        await database.write(scope, (tx) => finish(tx, own, result));
      } finally {
        await stopBeating();
      }
    } catch (error) {
      await this.#give(own, error).catch((lost) =>
        // The watch finds the silent run and has another begin.
        log.warn({ err: lost, simulation: own.simulationId }, 'the end of a simulation could not be written'),
      );
    }
  }

  /** What becomes of a claim whose run has thrown. */
  async #give(own: Claim, error: unknown): Promise<void> {
    const { database, log, name } = this.#context;
    const scope = systemScope(name, own.tenant);
    if (error instanceof Ended) {
      if (error.why === 'stopping') await database.write(scope, (tx) => release(tx, own));
      return;
    }
    const reference = newId();
    log.error({ err: error, simulation: own.simulationId, reference }, 'a simulation failed');
    const why = error instanceof AnnexError ? error.message : `Something unforeseen went wrong: reference ${reference}`;
    await database.write(scope, (tx) => fail(tx, own, why));
  }

  /** Says every second that the run is alive, and ends it where it is not wanted any more. */
  #beat(own: Claim, control: AbortController) {
    const { database, log, name } = this.#context;
    let progress = 0;
    let beating: Promise<void> = Promise.resolve();
    let busy = false;
    const once = async () => {
      busy = true;
      try {
        const wanted = await database.write(systemScope(name, own.tenant), (tx) => beat(tx, own, progress));
        if (!wanted) control.abort(new Ended('unwanted'));
      } catch (error) {
        log.warn({ err: error, simulation: own.simulationId }, 'a simulation could not say that it is alive');
      } finally {
        busy = false;
      }
    };
    const timer = setInterval(() => {
      if (!busy) beating = once();
    }, beatEvery);
    const stop = async () => {
      clearInterval(timer);
      await beating;
    };
    return Object.assign(stop, {
      progress: (share: number) => {
        progress = share;
      },
    });
  }
}

const runners = new WeakMap<Database<RiskDatabase>, Runner>();

/** The runner of the process that a database connection belongs to; undefined before it is started. */
export const runnerOf = (database: Database<RiskDatabase>): Runner | undefined => runners.get(database);

/** Starts the runner of a service. @returns how to stop it */
export async function startRunner(context: ServiceContext<RiskDatabase>): Promise<() => Promise<void>> {
  const runner = new Runner(context);
  runners.set(context.database, runner);
  return () => runner.stop();
}
