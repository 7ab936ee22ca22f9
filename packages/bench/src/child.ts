import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A Node process that this one started. */
export interface Child {
  /** Where it answers; empty for one that listens nowhere. */
  readonly url: string;
  /** Lets it finish what it has in hand. */
  stop(): Promise<void>;
  /** SIGKILL: no handler runs, nothing is finished. @throws Error where it had ended by itself */
  kill(): Promise<void>;
}

/** What a process of the benchmarks says when it is ready. */
export interface ReadyMessage {
  readonly url: string;
}

const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

const handle = (child: ChildProcess, url: string, said: () => string): Child => ({
  url,
  stop: async () => (ended(child) ? undefined : end(child, 'SIGTERM')),
  async kill() {
    if (ended(child)) throw new Error(`The process had ended with ${child.exitCode ?? child.signalCode}: ${said()}`);
    await end(child, 'SIGKILL');
  },
});

const untilExit = (child: ChildProcess, name: string, said: () => string) =>
  new Promise<never>((_, fail) => {
    child.once('exit', (code, signal) => fail(new Error(`${name} ended with ${code ?? signal}\n${said()}`)));
  });

function start(entry: URL, environment: Record<string, string>): { child: ChildProcess; said: () => string } {
  let said = '';
  const child = fork(fileURLToPath(entry), {
    // Ours and what it is compared with alike run as they would where they serve.
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: process.env.BENCH_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : [],
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  return { child, said: () => said };
}

/** Starts a process of the benchmarks, which tells by a message when it is ready. Its log is thrown away, what it says on stderr is not. */
export async function startChild(entry: URL, environment: Record<string, string>): Promise<Child> {
  const { child, said } = start(entry, environment);
  const [message] = await Promise.race([once(child, 'message'), untilExit(child, entry.pathname, said)]);
  const { url } = message as ReadyMessage;
  return handle(child, url, said);
}

/** Starts a process of Annex, which is ready when it answers. */
export async function startProcess(entry: URL, environment: Record<string, string>, url: string): Promise<Child> {
  const { child, said } = start(entry, environment);
  for (let tries = 0; ; tries++) {
    const alive = await fetch(`${url}/livez`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (alive) return handle(child, url, said);
    if (tries > 600 || ended(child)) {
      await handle(child, url, said).stop();
      throw new Error(`${entry.pathname} did not become ready\n${said()}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Tells the process that started this one that it is ready, and stops when it asks or ends. */
export function tellReady(url: string, stop: () => Promise<unknown>): void {
  let stopping = false;
  const finish = () => {
    if (stopping) return;
    stopping = true;
    stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', finish);
  // Whoever started this process is gone: nothing is left to work for.
  process.once('disconnect', finish);
  process.send?.({ url } satisfies ReadyMessage);
}
