import { performance } from 'node:perf_hooks';
import { newId } from '@annex/service';
import type { Bench } from './bench.ts';
import { createOrganisation } from './organisation.ts';
import { fillRegister } from './register.ts';
import { Stack } from './servers.ts';
import { interleaved, median, percentile } from './statistics.ts';
import { openSystem } from './system.ts';

const rounds = 12;
const page = 100;
/** Pages that follow each other, from each end of each order. */
const pages = 10;
const sizes = { small: 1000, large: Number(process.env.BENCH_RISKS ?? 1_000_000) };

const explained = `id reference title standing current { level rank rule frequency loss { minorUnits currency } }
  currentExplanation { factors(first: 10) { counted strength likelihoodEffect consequenceEffect implementation { id } } sentence }`;

type Ends = { readonly forward: boolean; readonly order: 'LEVEL' | 'REFERENCE' };
const walks: readonly Ends[] = [true, false].flatMap((forward) =>
  (['LEVEL', 'REFERENCE'] as const).map((order) => ({ forward, order })),
);

/** How much longer a page of a register of a million risks takes than one of a thousand, with the level of each explained. */
export const registerPage: Bench = {
  name: 'register-page',
  unit: 'ms (p99)',
  goal: 1.5,
  better: 'lower',
  async run(progress) {
    const stack = new Stack();
    try {
      const { system, client } = await openSystem(stack);
      const open = async (slug: 'small' | 'large') => {
        const { tenantId, ask, create } = await createOrganisation(system, slug);
        const ismsId = await create('createIsms', 'isms', { name: 'Whole', scope: 'All of it.' });
        await system.settle();
        progress(`filling a register of ${sizes[slug]} risks`);
        await fillRegister(client, { tenantId, ismsId, implementationId: newId(), size: sizes[slug] });
        const one = async ({ forward, order }: Ends, cursor: string | null) => {
          const [count, from, next] = forward ? ['first', 'after', 'endCursor'] : ['last', 'before', 'startCursor'];
          const query = `query ($cursor: String) { risks(orderBy: ${order}, ${count}: ${page}, ${from}: $cursor) {
            nodes { ${explained} } pageInfo { cursor: ${next} } } }`;
          const since = performance.now();
          const { risks } = await ask<{ risks: { nodes: unknown[]; pageInfo: { cursor: string } } }>(query, { cursor });
          const took = performance.now() - since;
          if (risks.nodes.length !== page) throw new Error(`A page has ${risks.nodes.length} risks`);
          return { took, cursor: risks.pageInfo.cursor };
        };
        return async () => {
          const times: number[] = [];
          for (const walk of walks) {
            let cursor: string | null = null;
            for (let at = 0; at < pages; at++) {
              const read: { took: number; cursor: string } = await one(walk, cursor);
              times.push(read.took);
              cursor = read.cursor;
            }
          }
          return times;
        };
      };
      const [small, large] = [await open('small'), await open('large')];
      for (let round = 0; round < 3; round++) {
        await large();
        await small();
      }
      const times = await interleaved(rounds, large, small);
      const [ours, baseline] = [times.ours.flat(), times.baseline.flat()];
      for (const [what, all] of [
        ['large', ours],
        ['small', baseline],
      ] as const)
        progress(`${what}: median ${median(all).toFixed(1)} ms, p99 ${percentile(all, 0.99).toFixed(1)} ms`);
      return { ours: percentile(ours, 0.99), baseline: percentile(baseline, 0.99) };
    } finally {
      await stack.stop();
    }
  },
};
