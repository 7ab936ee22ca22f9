import type { Bench } from '../bench.ts';
import { requestsPerSecond } from '../load.ts';
import { interleaved, median } from '../statistics.ts';
import { openStage, type Server } from './stage.ts';

const rounds = 5;
const load = { connections: 20, warmUpMs: 1000, ms: 6000 };

/** How many times as many requests a second one server answers as another. */
function readBench(name: string, goal: number, ours: Server, baseline: Server): Bench {
  return {
    name,
    unit: 'requests/s',
    goal,
    better: 'higher',
    async run(progress) {
      const stage = await openStage([ours, baseline], progress);
      try {
        const measure = (server: Server) => async (round: number) => {
          const rate = await requestsPerSecond(stage.url(server), stage.calls, load);
          progress(`${round + 1}/${rounds}: ${server} ${rate.toFixed(1)} requests/s`);
          return rate;
        };
        for (const server of [ours, baseline])
          await requestsPerSecond(stage.url(server), stage.calls, { ...load, warmUpMs: 0, ms: 3000 });
        const rates = await interleaved(rounds, measure(ours), measure(baseline));
        return { ours: median(rates.ours), baseline: median(rates.baseline) };
      } finally {
        await stage.stop();
      }
    },
  };
}

export const federatedReadOneProcess = readBench('federated-read-one-process', 1.4, 'one process', 'apollo');
export const federatedReadHttp = readBench('federated-read-http', 1.1, 'six processes', 'apollo');
export const federatedReadLimit = readBench('federated-read-limit', 0.42, 'one process', 'handwritten');
