import type { QueueConfig } from '@annex/service';
import { startSystem } from '@annex/standalone';
import { systemOptions } from './system.ts';

/**
 * The process that is killed: the whole system on a database and a queue, listening nowhere. It loads everything, says `loaded`, and starts
 * only when told, so that another can take a killed one's place at once.
 */

/** What the worker is told: everything it runs on. */
export interface WorkerSettings {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly queue: QueueConfig;
  readonly blobFolder: string;
}

/** What it tells. */
export type WorkerMessage = 'loaded' | 'ready';

const tell = (message: WorkerMessage) => process.send?.(message);
const fail = (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exit(1);
};

// Whoever started this process is gone: nothing is left to work for.
process.once('disconnect', () => process.exit(1));
process.once('message', (settings: WorkerSettings) => {
  startSystem(systemOptions({ ...settings, poolSize: 4 })).then((system) => {
    process.once('SIGTERM', () => {
      system.stop().then(() => process.exit(0), fail);
    });
    tell('ready');
  }, fail);
});
tell('loaded');
