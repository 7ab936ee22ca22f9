import { queueConfig } from '@annex/service';
import { startSystem } from '@annex/standalone';
import pg from 'pg';
import { startChild } from './child.ts';
import { openMeasurements } from './kills/measurements.ts';
import { createRegister } from './kills/organisation.ts';
import { benchSecret, startPostgres, startRedis, temporaryFolder } from './servers.ts';
import { systemOptions } from './system.ts';

const postgres = await startPostgres();
const redis = process.argv[2] === 'redis' ? await startRedis() : undefined;
const folder = temporaryFolder();
const settings = {
  databaseUrl: postgres.url,
  secret: benchSecret,
  queue: queueConfig(postgres.url, redis?.url, benchSecret),
  blobFolder: folder.path,
  poolSize: 4,
};
const system = await startSystem(systemOptions(settings));
const register = await createRegister(system).finally(() => system.stop());
const client = new pg.Client(postgres.url);
await client.connect();
const m = openMeasurements(settings, register);
const N = Number(process.argv[3] ?? 200);
let t0 = Date.now();
await m.record(N);
console.log(`recorded ${N} in ${Date.now() - t0} ms`);
const count = async () =>
  (
    await client.query(
      `select (select count(*) from evidence.outbox where published_at is not null)::int as pub, (select count(*) from controls.inbox)::int as c, (select count(*) from risk.inbox)::int as r, (select count(*) from audit.inbox where consumer='audit')::int as a, (select count(*) from audit.inbox where consumer='trail')::int as t, (select count(*) from integrations.inbox)::int as i`,
    )
  ).rows[0];
console.log(JSON.stringify(await count()));
t0 = Date.now();
const child = startChild(new URL('./worker.ts', import.meta.url), {
  BENCH_SETTINGS: JSON.stringify(settings),
  NODE_COMPILE_CACHE: '/tmp/ncc2',
  BENCH_LOG: 'info',
});
child.then(() => console.log(`READY ${Date.now() - t0}`));
let last = '';
let still = 0;
while (still < 60) {
  const c = JSON.stringify(await count());
  if (c !== last) {
    console.log(Date.now() - t0, c);
    last = c;
    still = 0;
  } else still++;
  await new Promise((d) => setTimeout(d, Date.now() - t0 < 5000 ? 100 : 500));
}
await (await child).stop();
await m.close();
await client.end();
await redis?.stop();
await postgres.stop();
folder.remove();
