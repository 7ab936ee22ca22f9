import { parseArgs } from 'node:util';
import { queueConfig } from '@annex/service';
import { runKills } from './kills.ts';
import { benchSecret, noRedis, Stack, startPostgres, startRedis } from './servers.ts';

const usage = 'soak: npm run soak -- --kills N [--events M] [--backend postgres|redis]';

/** Kills the worker as often as asked for on servers of its own, and says what was lost or doubled. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: { kills: { type: 'string' }, events: { type: 'string' }, backend: { type: 'string' } },
  });
  const kills = Number(values.kills ?? 30);
  const events = Number(values.events ?? Math.max(2000, kills * 40));
  const backend = values.backend ?? 'postgres';
  if (
    !(
      Number.isInteger(kills) &&
      kills > 0 &&
      Number.isInteger(events) &&
      events > 0 &&
      /^(postgres|redis)$/.test(backend)
    )
  ) {
    process.stderr.write(`${usage}\n`);
    return false;
  }
  const stack = new Stack();
  try {
    const redis = backend === 'redis' ? await startRedis() : undefined;
    if (backend === 'redis' && !redis) throw new Error(noRedis);
    if (redis) stack.add(redis, (server) => server.stop());
    const postgres = stack.add(await startPostgres(), (server) => server.stop());
    const report = await runKills({
      databaseUrl: postgres.url,
      secret: benchSecret,
      queue: queueConfig(postgres.url, redis?.url, benchSecret),
      kills,
      events,
      loseQueue: backend === 'redis',
      progress: (text) => process.stderr.write(`soak: ${text}\n`),
    });
    process.stdout.write(`${JSON.stringify({ backend, ...report })}\n`);
    return report.faults.length === 0;
  } finally {
    await stack.stop();
  }
}

main().then(
  (held) => {
    process.exitCode = held ? 0 : 1;
  },
  (error) => {
    process.stderr.write(`soak: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    process.exitCode = 1;
  },
);
