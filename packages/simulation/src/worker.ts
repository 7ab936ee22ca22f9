import { parentPort } from 'node:worker_threads';
import { type ChunkJob, driversOf, type Portfolio, readingOf, simulateChunk } from './portfolio.ts';

/** What a thread is asked to do. */
export type Task =
  | { readonly kind: 'chunk'; readonly place: number; readonly job: ChunkJob }
  | { readonly kind: 'reading'; readonly place: number; readonly losses: Float64Array }
  | { readonly kind: 'drivers'; readonly portfolio: Portfolio };

parentPort?.on('message', (task: Task) => {
  const port = parentPort;
  if (!port) return;
  if (task.kind === 'chunk') {
    const result = simulateChunk(task.job, () => port.postMessage({ kind: 'member' }));
    port.postMessage(
      { kind: 'chunk', place: task.place, result },
      result.totals.map((total) => total.buffer as ArrayBuffer),
    );
  } else if (task.kind === 'drivers') {
    port.postMessage({ kind: 'drivers', result: driversOf(task.portfolio) });
  } else {
    port.postMessage({ kind: 'reading', place: task.place, result: readingOf(task.losses) });
  }
});
