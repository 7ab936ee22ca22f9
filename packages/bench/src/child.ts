import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A Node process that this one started. */
export interface Child {
  /** Where it answers; empty for one that listens nowhere. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What a process of the benchmarks says when it is ready. */
export interface ReadyMessage {
  readonly url: string;
}

/** Ends a process that was started here. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

const untilExit = (child: ChildProcess, name: string, said: () => string) =>
  new Promise<never>((_, fail) => {
    child.once('exit', (code, signal) => fail(new Error(`${name} ended with ${code ?? signal}\n${said()}`)));
  });

function start(entry: URL, environment: Record<string, string>): { child: ChildProcess; said: () => string } {
  let said = '';
  const child = fork(fileURLToPath(entry), {
    env: { PATH: process.env.PATH ?? '', ...environment },
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
  return { url, stop: () => end(child) };
}

/** Starts a process of Annex, which is ready when it answers. */
export async function startProcess(entry: URL, environment: Record<string, string>, url: string): Promise<Child> {
  const { child, said } = start(entry, environment);
  for (let tries = 0; ; tries++) {
    const alive = await fetch(`${url}/livez`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (alive) return { url, stop: () => end(child) };
    if (tries > 600 || child.exitCode !== null) {
      await end(child);
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
