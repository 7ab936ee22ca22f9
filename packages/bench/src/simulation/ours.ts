import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { simulate } from '@annex/simulation';
import { benchPortfolio, benchScenarios } from './portfolio.ts';

/** The process whose time and memory are measured: it simulates once, tells what came out, and ends. */

const { scenarios, trials, seed } = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as {
  scenarios: number;
  trials: number;
  seed: number;
};
const portfolio = benchPortfolio(benchScenarios(scenarios), trials, seed);
const began = performance.now();
const { readings } = await simulate(portfolio, { threads: availableParallelism() });
const seconds = (performance.now() - began) / 1000;
const summary = readings[0]?.summary;
process.send?.({
  seconds,
  expected: summary?.expected,
  standardError: summary?.standardError,
  // Kilobytes, of the process with all its threads.
  megabytes: process.resourceUsage().maxRSS / 1024,
});
