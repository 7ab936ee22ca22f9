import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerMessage, WorkerSettings } from '../worker.ts';

const entry = fileURLToPath(new URL('../worker.ts', import.meta.url));

/** A process that has loaded everything or is about to. */
interface Spare {
  readonly child: ChildProcess;
  readonly loaded: Promise<void>;
  readonly said: () => string;
}

const untilTold = (child: ChildProcess, wanted: WorkerMessage, said: () => string) =>
  new Promise<void>((done, fail) => {
    const exited = (code: number | null, signal: string | null) =>
      fail(new Error(`The worker ended with ${code ?? signal}: ${said()}`));
    child.once('exit', exited);
    child.on('message', (message: WorkerMessage) => {
      if (message !== wanted) return;
      child.off('exit', exited);
      done();
    });
  });

/** Workers one after the other: while one works, the next one is loaded. */
export class Workers {
  readonly #settings: WorkerSettings;
  #spare: Spare | undefined;
  #working: Spare | undefined;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#spare = this.#load();
  }

  #load(): Spare {
    let text = '';
    const child = fork(entry, {
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4000);
    });
    const said = () => text;
    const loaded = untilTold(child, 'loaded', said);
    loaded.catch(() => undefined);
    return { child, loaded, said };
  }

  /** Starts the system anew in the next process. Resolves when it works. */
  async start(): Promise<void> {
    const next = this.#spare ?? this.#load();
    this.#spare = undefined;
    this.#working = next;
    await next.loaded;
    const ready = untilTold(next.child, 'ready', next.said);
    next.child.send(this.#settings);
    await ready;
    this.#spare = this.#load();
  }

  /** SIGKILL: no handler runs, nothing is finished. @throws Error where the worker had ended by itself */
  async kill(): Promise<void> {
    const worker = this.#working;
    this.#working = undefined;
    if (!worker) return;
    const { child, said } = worker;
    if (child.exitCode !== null) throw new Error(`The worker had ended with ${child.exitCode}: ${said()}`);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Lets the worker finish what it has in hand, and ends the spare. */
  async stop(): Promise<void> {
    for (const { child } of [this.#working, this.#spare].filter((one) => one !== undefined)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exit = once(child, 'exit');
      child.kill(child === this.#working?.child ? 'SIGTERM' : 'SIGKILL');
      await exit;
    }
    this.#working = undefined;
    this.#spare = undefined;
  }
}
