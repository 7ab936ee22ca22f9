import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { AnnexEvent, EventRow } from '@annex/schema';
import {
  connectDatabase,
  createLogger,
  type EventHandler,
  type EventHandlers,
  newId,
  prepareDatabase,
  type Scope,
  serviceUrl,
} from '@annex/service';
import { allDefinitions } from '@annex/standalone';
import pg from 'pg';
import type { Bench } from './bench.ts';
import { fillRegister } from './register.ts';
import { benchSecret, Stack, startPostgres } from './servers.ts';
import { interleaved, median } from './statistics.ts';
import { definitionSettings } from './system.ts';

const rounds = 4;
const size = Number(process.env.BENCH_RISKS ?? 100_000);
/** What a hand would change: a table of the same columns and indexes, without history, policies or events. */
const bareTable = [
  'create table bench_bare (like risk.risk including all)',
  'insert into bench_bare select * from risk.risk',
  'vacuum analyze bench_bare',
];

/** What is computed of a risk, as a hand would write it were it known already. */
const bare = `update bench_bare set version = version + 1, updated_at = now(), updated_by = 'system:bench', inherent_level = 'High', inherent_rank = 3,
    inherent_rule = 'ABOVE_CRITERIA', current_likelihood = 1 + (number + $1) % 5, current_consequence = 3, current_level = 'Medium',
    current_rank = 1 + (number + $1) % 4, current_rule = 'TOLERABLE', current_frequency = number * 0.001 + $1, current_loss = number * 1.5 + $1,
    reassessment = 'NONE', acceptance = 'NONE', standing = 'WITHIN_CRITERIA'`;

/** What the risk service does with what it is told. */
function handlersOf(): EventHandlers<unknown> {
  const risk = allDefinitions(definitionSettings(benchSecret, tmpdir())).find(({ name }) => name === 'risk');
  if (!risk?.subscriptions.risk) throw new Error('The risk service listens to nobody');
  return risk.subscriptions.risk as EventHandlers<unknown>;
}

/** How much longer it takes to level 100,000 risks again after one control changed, with history, conformity and events, than to write them. */
export const relevel: Bench = {
  name: 'relevel',
  unit: 'ms',
  goal: 4,
  better: 'lower',
  async run(progress) {
    const stack = new Stack();
    try {
      const postgres = stack.add(await startPostgres(), (server) => server.stop());
      const config = { databaseUrl: postgres.url, secret: benchSecret };
      await prepareDatabase(config, allDefinitions(definitionSettings(benchSecret, tmpdir())));
      const database = connectDatabase<unknown>({
        service: 'risk',
        url: serviceUrl(config, 'risk'),
        poolSize: 2,
        clock: 'system',
        log: createLogger({ service: 'bench', level: 'silent' }),
      });
      stack.add(database, (connected) => connected.close());
      const client = stack.add(new pg.Client({ connectionString: postgres.url }), (opened) => opened.end());
      await client.connect();
      const handlers = handlersOf();
      const [tenant, ismsId, implementationId] = [newId(), newId(), newId()];
      const scope = (): Scope => ({ tenant, actor: 'system:risk', correlationId: newId(), hops: 1 });
      const deliver = <Type extends 'annex.controls.isms.changed.v1' | 'annex.controls.strength.changed.v1'>(
        type: Type,
        row: EventRow<Type>,
      ) =>
        database.write(scope(), async (tx) => {
          const event = { type, data: { rows: [row] } } as unknown as AnnexEvent<Type>;
          await (handlers[type] as EventHandler<unknown, Type>)(tx, event, JSON.stringify(event));
        });

      progress(`filling a register of ${size} risks`);
      await deliver('annex.controls.isms.changed.v1', { id: ismsId, version: 1, name: 'Whole', status: 'OPERATING' });
      await fillRegister(client, { tenantId: tenant, ismsId, implementationId, size });
      for (const text of bareTable) await client.query(text);

      let version = 1;
      const ours = async (round: number) => {
        version++;
        const strength = {
          ...{
            id: implementationId,
            ismsId,
            version,
            reference: 'C-0',
            title: 'Way 0',
            verification: 'VERIFIED' as const,
          },
          ...{ verified: 0.15 + 0.1 * (round % 8), claimed: 1, computedAt: new Date().toISOString() },
        };
        const from = performance.now();
        await deliver('annex.controls.strength.changed.v1', strength);
        return performance.now() - from;
      };
      const byHand = async (round: number) => {
        const from = performance.now();
        const { rowCount } = await client.query(bare, [round + 1]);
        if (rowCount !== size) throw new Error('The statement by hand changed another number of rows');
        return performance.now() - from;
      };
      const moved = async () => {
        const { rows } = await client.query<{ moved: number }>(
          'select count(*)::int as moved from risk.risk where tenant_id = $1 and version = $2',
          [tenant, version],
        );
        return rows[0]?.moved ?? 0;
      };
      const vacuum = () => client.query('vacuum risk.risk, risk_history.risk_past, bench_bare, risk.outbox');
      await ours(0);
      await byHand(0);
      await vacuum();
      const times = await interleaved(
        rounds,
        async (round) => {
          const took = await ours(round + 1);
          if ((await moved()) !== size) throw new Error('Not every risk moved');
          return took;
        },
        async (round) => {
          const took = await byHand(round + 1);
          await vacuum();
          return took;
        },
      );
      progress(
        `ours ${times.ours.map((ms) => ms.toFixed(0)).join(', ')} ms; bare ${times.baseline.map((ms) => ms.toFixed(0)).join(', ')} ms`,
      );
      return { ours: median(times.ours), baseline: median(times.baseline) };
    } finally {
      await stack.stop();
    }
  },
};
