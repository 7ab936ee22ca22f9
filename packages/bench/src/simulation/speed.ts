import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { interleaved, median } from '../statistics.ts';
import { benchScenarios } from './portfolio.ts';

const rounds = 3;
const trials = 100_000;
const mostMegabytes = 512;

/** A smaller number is for looking whether it runs; the goal is for this one. */
const scenarios = Number(process.env.BENCH_SCENARIOS ?? 1000);

interface Run {
  readonly seconds: number;
  readonly expected: number;
  readonly standardError: number;
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function ended(child: ChildProcess, said: () => string): Promise<void> {
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}\n${said()}`);
}

/** What a child says on stderr, and on stdout where it has one. */
function heard(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = '';
  child[stream]?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

async function ours(seed: number): Promise<Run & { readonly megabytes: number }> {
  const child = fork(file('./ours.ts'), {
    env: { PATH: process.env.PATH ?? '', BENCH_SETTINGS: JSON.stringify({ scenarios, trials, seed }) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said = heard(child, 'stderr');
  const told = once(child, 'message');
  await ended(child, said);
  const [run] = await told;
  return run as Run & { megabytes: number };
}

async function numpy(seed: number): Promise<Run & { readonly version: string }> {
  const child = spawn('python3', [file('./numpy_years.py')], { stdio: ['pipe', 'pipe', 'pipe'] });
  const [answer, said] = [heard(child, 'stdout'), heard(child, 'stderr')];
  child.stdin?.end(JSON.stringify({ scenarios: benchScenarios(scenarios), trials, seed }));
  await ended(child, said);
  return JSON.parse(answer()) as Run & { version: string };
}

/** Why there is no NumPy to hold it against; undefined where there is one. */
async function missing(): Promise<string | undefined> {
  const child = spawn('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
  const [result] = await Promise.race([once(child, 'close'), once(child, 'error')]);
  return result === 0 ? undefined : 'there is no python3 with NumPy on the PATH';
}

/** Two simulations of the same must agree: otherwise one of them does not do what it is timed for. */
function checkAgreement(a: Run, b: Run): void {
  const error = Math.hypot(a.standardError, b.standardError);
  if (Math.abs(a.expected - b.expected) <= 5 * error) return;
  throw new Error(`Ours expects ${a.expected} a year and NumPy ${b.expected}, with an error of ${error}`);
}

/** How many scenario years are simulated in a second, on all cores, against NumPy doing the same draws. */
export const simulationSpeed: Bench = {
  name: 'simulation',
  unit: 'million years/s',
  goal: 1.5,
  better: 'higher',
  async run(progress) {
    const skipped = await missing();
    if (skipped) return { skipped };
    const runs = await interleaved<Run>(rounds, ours, numpy);
    const most = Math.max(...runs.ours.map((run) => (run as Awaited<ReturnType<typeof ours>>).megabytes));
    const [first] = runs.baseline as Awaited<ReturnType<typeof numpy>>[];
    for (const [round, run] of runs.ours.entries()) checkAgreement(run, runs.baseline[round] ?? run);
    progress(
      `${scenarios} scenarios × ${trials} years, at most ${Math.round(most)} MB, against NumPy ${first?.version} on one core`,
    );
    if (most > mostMegabytes) throw new Error(`${Math.round(most)} MB of memory; ${mostMegabytes} are allowed`);
    const speed = (found: readonly Run[]) => (scenarios * trials) / 1e6 / median(found.map(({ seconds }) => seconds));
    return { ours: speed(runs.ours), baseline: speed(runs.baseline) };
  },
};
