import { setFlagsFromString } from 'node:v8';
import { ConfigError, type Environment, EnvironmentReader } from './config.ts';

export { ConfigError, EnvironmentReader };

/**
 * V8 guesses which places of the code make objects that live long and puts those among the old ones at once. Of a server that waits for a
 * database it guesses wrong: rows that small collections find in hand are taken for long-lived, and from then on each row that is read stays until a
 * full collection, and small ones take five times as long (decision 0013). To be called before anything is served.
 */
export function keepShortLived(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * Runs what `start` makes until SIGTERM or SIGINT, then stops it. Whatever cannot start is said in one line, with exit code 1.
 * @param start returns how to stop
 */
export async function runProcess(
  start: (read: EnvironmentReader) => Promise<() => Promise<void>>,
  environment: Environment = process.env,
): Promise<void> {
  keepShortLived();
  let stop: () => Promise<void>;
  try {
    stop = await start(new EnvironmentReader(environment));
  } catch (error) {
    const expected = error instanceof ConfigError || (error as { name?: string }).name === 'EmbeddedDatabaseError';
    process.stderr.write(`annex: ${expected ? (error as Error).message : describe(error)}\n`);
    process.exit(1);
  }
  let stopping = false;
  const end = (signal: NodeJS.Signals) => {
    // A second signal does not wait any longer.
    if (stopping) process.exit(130);
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`annex: stopping after ${signal} did not go well: ${describe(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** What an operator needs of an unforeseen failure, in one line. */
function describe(error: unknown): string {
  const { code, message, cause } = (error ?? {}) as NodeJS.ErrnoException;
  const because = cause instanceof Error ? `: ${cause.message}` : '';
  if (code === 'EADDRINUSE') return `the port is in use (${message}); choose another with ANNEX_PORT`;
  if (code === 'ECONNREFUSED') return `the database or the queue does not answer (${message})`;
  return `${message ?? String(error)}${because}`;
}
