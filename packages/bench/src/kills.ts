import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { QueueConfig } from '@annex/service';
import { startSystem } from '@annex/standalone';
import { Redis } from 'ioredis';
import pg from 'pg';
import { eventCount, flowFaults, onTheWay } from './kills/flow.ts';
import { openMeasurements } from './kills/measurements.ts';
import { createRegister } from './kills/organisation.ts';
import { projectionFaults } from './kills/projections.ts';
import { recomputeFaults } from './kills/recompute.ts';
import { Workers } from './kills/workers.ts';
import { Stack, temporaryFolder } from './servers.ts';
import { systemOptions } from './system.ts';
import type { WorkerSettings } from './worker.ts';

const cli = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

export interface KillsOptions {
  /** A database of the run's own, of a role that may make roles and schemas. */
  readonly databaseUrl: string;
  readonly secret: string;
  readonly queue: QueueConfig;
  /** How often the worker is killed. */
  readonly kills: number;
  /** Measurements that are recorded meanwhile; each leads to several events. */
  readonly events: number;
  /** Delete every key of the queue in the middle, then replay; for Redis alone. */
  readonly loseQueue: boolean;
  readonly progress: (text: string) => void;
}

export interface KillsReport {
  readonly kills: number;
  readonly measurements: number;
  /** Events of all services. */
  readonly events: number;
  /** What was lost, doubled or is otherwise not as it must be: none in a run that proves what it should. */
  readonly faults: readonly string[];
}

/** How long after it was ready a worker is killed, in milliseconds. */
const killAfter = { from: 50, to: 800 };
const settleMs = 120_000;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** What remains of a Redis that was lost: nothing of the installation. */
async function deleteEveryKey(queue: QueueConfig): Promise<number> {
  if (queue.kind !== 'redis') throw new Error('Only a queue on Redis can be lost by itself');
  const redis = new Redis(queue.url);
  const script = `local keys = redis.call('keys', ARGV[1]) for _, key in ipairs(keys) do redis.call('unlink', key) end return #keys`;
  const count = await redis.eval(script, 0, `${queue.prefix}:*`);
  await redis.quit();
  return Number(count);
}

/** `annex replay`, as whoever lost the queue runs it. */
async function replay({ databaseUrl, secret }: WorkerSettings): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, ANNEX_SECRET: secret };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'replay'], { env });
  return stdout.trim().replaceAll('\n', '; ');
}

/** Resolves when nothing is on its way, twice in a row; later it is a fault that the proof names. */
async function settled(client: pg.Client): Promise<void> {
  const until = Date.now() + settleMs;
  for (let quiet = 0; quiet < 3 && Date.now() < until; ) {
    quiet = (await onTheWay(client)).length === 0 ? quiet + 1 : 0;
    await wait(300);
  }
}

/**
 * Kills the process that does all the work, again and again, while measurements are recorded; then proves that every event arrived and
 * worked once.
 */
export async function runKills(options: KillsOptions): Promise<KillsReport> {
  const { databaseUrl, secret, queue, kills, events, loseQueue, progress } = options;
  const stack = new Stack();
  try {
    const folder = stack.add(temporaryFolder(), (made) => made.remove());
    const settings: WorkerSettings = { databaseUrl, secret, queue, blobFolder: folder.path };
    progress('making an ISMS in which everything hangs together');
    const system = await startSystem(systemOptions({ ...settings, poolSize: 4 }));
    const register = await createRegister(system).finally(() => system.stop());

    const client = stack.add(new pg.Client({ connectionString: databaseUrl }), (connected) => connected.end());
    await client.connect();
    const measurements = stack.add(openMeasurements(settings, register), (opened) => opened.close());
    // Every measure is measured once, so that there is something to say of each.
    const workers = stack.add(new Workers(settings), (started) => started.stop());
    let replayed: Promise<string> | undefined;
    let recording: Promise<void> = Promise.resolve();
    for (let kill = 1; kill <= kills; kill++) {
      await workers.start();
      if (loseQueue && kill === Math.ceil(kills / 2) + 1) replayed = replay(settings);
      // A share of the events for each life, so that every kill finds some under way.
      const share = Math.ceil((events * kill) / kills) - Math.ceil((events * (kill - 1)) / kills);
      recording = recording.then(() => measurements.record(share));
      await wait(killAfter.from + Math.random() * (killAfter.to - killAfter.from));
      await workers.kill();
      if (loseQueue && kill === Math.ceil(kills / 2)) {
        progress(`deleted ${await deleteEveryKey(queue)} keys: the queue is lost`);
      }
      progress(
        `${kill}/${kills}: killed with ${measurements.recorded} measurements and ${await eventCount(client)} events`,
      );
    }
    await workers.start();
    await recording;
    if (replayed) progress(`replay: ${await replayed}`);
    progress('waiting until everything is handled');
    await settled(client);
    await workers.stop();

    const faults = [
      ...(await flowFaults(client)).map(({ what, count }) => `${count} ${what}`),
      ...(await projectionFaults(client)),
      ...(await recomputeFaults(client)),
    ];
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from evidence.measurement');
    const kept = rows[0]?.count ?? 0;
    if (kept !== measurements.recorded)
      faults.push(`${measurements.recorded} measurements were recorded, ${kept} are there`);
    return { kills, measurements: kept, events: await eventCount(client), faults };
  } finally {
    await stack.stop();
  }
}
