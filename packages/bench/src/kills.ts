import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { QueueConfig } from '@annex/service';
import { startSystem } from '@annex/standalone';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type Child, startChild } from './child.ts';
import { eventCount, flowFaults, onTheWay } from './kills/flow.ts';
import { openMeasurements } from './kills/measurements.ts';
import { createRegister } from './kills/organisation.ts';
import { projectionFaults } from './kills/projections.ts';
import { recomputeFaults } from './kills/recompute.ts';
import { Stack, temporaryFolder } from './servers.ts';
import { type SystemSettings, systemOptions } from './system.ts';

const cli = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

export interface KillsOptions {
  /** A database of the run's own, of a role that may make roles and schemas. */
  readonly databaseUrl: string;
  readonly secret: string;
  readonly queue: QueueConfig;
  /** How often the worker is killed. */
  readonly kills: number;
  /** Events of all services that flow at least. A measurement leads to several, so that fewer measurements are recorded. */
  readonly events: number;
  /** Delete every key of the queue in the middle, then replay; for Redis alone. */
  readonly loseQueue: boolean;
  readonly progress: (text: string) => void;
}

export interface KillsReport {
  readonly kills: number;
  readonly measurements: number;
  /** Events of all services that these led to. */
  readonly events: number;
  /** What was lost, doubled or is otherwise not as it must be: none in a run that proves what it should. */
  readonly faults: readonly string[];
}

/** How long after it was ready a worker is killed, in milliseconds. */
const killAfter = { from: 50, to: 800 };
/** A measurement leads to about five events: what the measure says, two strengths, risks, rules. A little less is reckoned with. */
const eventsAMeasurement = 4.5;
const stuckMs = 60_000;
const worker = new URL('./worker.ts', import.meta.url);

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
async function replay({ databaseUrl, secret }: SystemSettings): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, ANNEX_SECRET: secret };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'replay'], { env });
  return stdout.trim().replaceAll('\n', '; ');
}

/** Resolves when nothing is on its way, or nothing moves any more; what is left then is a fault that the proof names. */
async function settled(client: pg.Client): Promise<void> {
  let [seen, moved] = ['', Date.now()];
  for (let quiet = 0; quiet < 3 && Date.now() - moved < stuckMs; ) {
    const left = await onTheWay(client);
    quiet = left.length === 0 ? quiet + 1 : 0;
    const now = JSON.stringify([left, await eventCount(client)]);
    if (now !== seen) [seen, moved] = [now, Date.now()];
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
    const settings: SystemSettings = { databaseUrl, secret, queue, blobFolder: folder.path, poolSize: 4 };
    progress('making an ISMS in which everything hangs together');
    const system = await startSystem(systemOptions(settings));
    const register = await createRegister(system).finally(() => system.stop());

    const client = stack.add(new pg.Client({ connectionString: databaseUrl }), (connected) => connected.end());
    await client.connect();
    const before = await eventCount(client);
    const measurements = stack.add(openMeasurements(settings, register), (opened) => opened.close());
    const start = () =>
      startChild(worker, {
        BENCH_SETTINGS: JSON.stringify(settings),
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(folder.path, 'compiled'),
      });
    const shareOf = (kill: number) => Math.ceil((events / eventsAMeasurement) * (kill / kills));
    let replayed: Promise<string> | undefined;
    let recording: Promise<void> = Promise.resolve();
    for (let kill = 1; kill <= kills; kill++) {
      // A share of the measurements for each life, recorded from before it begins, so that every kill finds events under way.
      recording = recording.then(() => measurements.record(shareOf(kill) - shareOf(kill - 1)));
      const child = await start();
      if (loseQueue && kill === Math.ceil(kills / 2) + 1) replayed = replay(settings);
      await wait(killAfter.from + Math.random() * (killAfter.to - killAfter.from));
      await child.kill();
      if (loseQueue && kill === Math.ceil(kills / 2)) {
        progress(`deleted ${await deleteEveryKey(queue)} keys: the queue is lost`);
      }
      progress(`${kill}/${kills}: killed after ${(await eventCount(client)) - before} events`);
    }
    const last = stack.add<Child>(await start(), (child) => child.stop());
    await recording;
    if (replayed) progress(`replay: ${await replayed}`);
    progress('waiting until everything is handled');
    await settled(client);
    // What waits long is handled together, so that fewer events follow from as many measurements; the rest flows now.
    for (let flowed = (await eventCount(client)) - before; flowed < events; ) {
      await measurements.record(Math.ceil((events - flowed) / eventsAMeasurement));
      await settled(client);
      const now = (await eventCount(client)) - before;
      if (now === flowed) break;
      flowed = now;
    }
    await last.stop();

    const faults = [
      ...(await flowFaults(client)).map(({ what, count }) => `${count} ${what}`),
      ...(await projectionFaults(client)),
      ...(await recomputeFaults(client)),
    ];
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from evidence.measurement');
    const kept = rows[0]?.count ?? 0;
    if (kept !== measurements.recorded)
      faults.push(`${measurements.recorded} measurements were recorded, ${kept} are there`);
    const flowed = (await eventCount(client)) - before;
    if (flowed < events) faults.push(`only ${flowed} events flowed`);
    return { kills, measurements: kept, events: flowed, faults };
  } finally {
    await stack.stop();
  }
}
