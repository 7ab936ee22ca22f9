import type { System } from '@annex/standalone';
import { startSystem } from '@annex/standalone';
import pg from 'pg';
import type { Bench } from '../bench.ts';
import { benchSecret, noRedis, Stack, startPostgres, startRedis, temporaryFolder } from '../servers.ts';
import { interleaved, percentile } from '../statistics.ts';
import { systemOptions } from '../system.ts';
import { openHop } from './hop.ts';
import { createLoop, sarifLog } from './organisation.ts';

/** From evidence to controls, from controls to risk, from risk to audit. */
const hops = 3;
const rounds = 6;
const loopsARound = 50;
const hopsARound = 150;

/** What turns the loop once at a time, and tells how long each took. */
interface Loop {
  /** @returns milliseconds */
  turn(log: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * A loop begins when the transaction of the import writes its event and ends when that of audit writes that readiness changed; both moments
 * are the database's own clock, in the outboxes. That audit recorded something is told in this process, so nobody polls.
 */
async function openLoop(system: System, databaseUrl: string): Promise<Loop> {
  const { key } = await createLoop(system);
  const url = await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();

  // Told of a record at any moment, also of one between two looks.
  let told = false;
  let wake: () => void = () => undefined;
  const audit = system.services.find((service) => service.definition.name === 'audit');
  audit?.database.onRecorded(() => {
    told = true;
    wake();
  });
  const untilTold = () =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, told ? 0 : 1000);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });

  /** The next event that says that clause 8.3 came to another verdict: what a level above criteria, or its recovery, leads to. */
  const readiness = async (after: string): Promise<string | undefined> => {
    const { rows } = await client.query<{ position: string }>(
      `select position from audit.outbox where type = 'annex.audit.readiness.changed.v1' and position > $1
          and strpos(body, '"clause":"8.3"') > 0 order by position limit 1`,
      [after],
    );
    return rows[0]?.position;
  };

  const changed = async (after: string): Promise<string> => {
    const late = Date.now() + 30_000;
    while (Date.now() < late) {
      told = false;
      const next = await readiness(after);
      if (next !== undefined) return next;
      await untilTold();
    }
    throw new Error('Readiness did not change within 30 s');
  };

  let last = '0';
  for (let next = await readiness(last); next !== undefined; next = await readiness(last)) last = next;
  return {
    async turn(log) {
      const answer = await fetch(`${url}/v1/imports?format=sarif&source=scanner`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/sarif+json' },
        body: log,
      });
      if (answer.status !== 201)
        throw new Error(`The import was answered with ${answer.status}: ${await answer.text()}`);
      const { id } = (await answer.json()) as { id: string };
      last = await changed(last);
      const { rows } = await client.query<{ ms: number }>(
        `select (extract(epoch from r.recorded_at - i.recorded_at) * 1000)::float8 as ms
           from audit.outbox r, evidence.outbox i
          where r.position = $1 and i.type = 'annex.evidence.import.completed.v1' and strpos(i.body, $2) > 0`,
        [last, id],
      );
      // The answer is there before the last of the cascade: what follows from it must not run into the next loop.
      await system.idle();
      return rows[0]?.ms ?? Number.NaN;
    },
    async close() {
      await client.end();
    },
  };
}

/** How much longer the loop takes than its hops would take bare, in the worst of a hundred. */
export const loopLatency: Bench = {
  name: 'loop-latency',
  unit: 'ms (p99)',
  goal: 3,
  better: 'lower',
  async run(progress) {
    const stack = new Stack();
    try {
      const redis = await startRedis();
      if (!redis) return { skipped: noRedis };
      stack.add(redis, (server) => server.stop());
      const postgres = stack.add(await startPostgres(), (server) => server.stop());
      const folder = stack.add(temporaryFolder(), (made) => made.remove());
      const options = systemOptions({
        databaseUrl: postgres.url,
        secret: benchSecret,
        queue: { kind: 'redis', url: redis.url, prefix: 'annex' },
        blobFolder: folder.path,
        poolSize: 10,
      });
      const system = stack.add(await startSystem(options), (started) => started.stop());
      const loop = stack.add(await openLoop(system, postgres.url), (opened) => opened.close());
      const hop = stack.add(await openHop(postgres.url, redis.url), (opened) => opened.close());

      // Nothing was measured yet, so the risk is above criteria: the first log is a clean one.
      const [clean, bad] = [sarifLog(0), sarifLog(60)];
      const loops = async (count: number) => {
        const times: number[] = [];
        for (let turn = 0; turn < count; turn++) times.push(await loop.turn(turn % 2 === 0 ? clean : bad));
        return times;
      };
      const bare = async (count: number) => {
        const times: number[] = [];
        for (let turn = 0; turn < count; turn++) times.push(await hop.once());
        return times;
      };
      // Until documents and statements are compiled, the figures are those of a start.
      await loops(20);
      await bare(50);
      const tell = (what: string, times: readonly number[]) => {
        const [half, most] = [percentile(times, 0.5), percentile(times, 0.99)];
        progress(`${what}: median ${half.toFixed(1)} ms, p99 ${most.toFixed(1)} ms`);
        return times;
      };
      const times = await interleaved(
        rounds,
        async (round) => tell(`${round + 1}/${rounds}: loop`, await loops(loopsARound)),
        async (round) => tell(`${round + 1}/${rounds}: bare hop`, await bare(hopsARound)),
      );
      const [all, single] = [times.ours.flat(), times.baseline.flat()];
      tell(`${all.length} loops`, all);
      tell(`${single.length} bare hops`, single);
      return { ours: percentile(all, 0.99), baseline: percentile(single, 0.99) * hops };
    } finally {
      await stack.stop();
    }
  },
};
