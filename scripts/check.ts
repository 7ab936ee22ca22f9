import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

/** One check: what it proves when it passes, and the Node program that decides it by its exit code. */
export interface CheckStep {
  readonly name: string;
  /** A script and its arguments, run with this very Node from the repository's root. */
  readonly command: readonly [script: string, ...args: string[]];
}

/** How a step ended; `output` is everything that it wrote. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

const root = join(import.meta.dirname, '..');

const codeSteps: readonly CheckStep[] = [
  { name: 'biome: linted and formatted', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--colors=off'] },
  { name: 'tsc: types fit', command: ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false'] },
  {
    name: 'knip: nothing unused, nothing undeclared',
    command: ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
  },
  {
    name: 'dependency direction',
    command: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      '--no-progress',
      'packages',
      'services',
    ],
  },
];

/**
 * Documents that a command generates and that are committed. Each command compares and exits with 1 where the
 * committed document is not what would be generated now.
 */
const documentSteps: readonly CheckStep[] = [
  { name: 'supergraph.graphql is current', command: ['packages/standalone/src/compose.ts', '--check'] },
];

export const checkSteps: readonly CheckStep[] = [...codeSteps, ...documentSteps];

/** Runs one step and collects what it writes. A program that cannot be started is a failure like any other. */
export function runStep(step: CheckStep): Promise<CheckResult> {
  const started = performance.now();
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    const child = spawn(process.execPath, step.command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (passed: boolean, more = '') => {
      const seconds = (performance.now() - started) / 1000;
      resolve({ name: step.name, passed, output: Buffer.concat(output).toString('utf8') + more, seconds });
    };
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => end(false, error.message));
    child.on('close', (code, signal) => end(code === 0, signal ? `ended by ${signal}` : ''));
  });
}

/**
 * Runs every check, one after the other, and prints a line for each; the full output only of those that fail.
 * @returns how many passed and failed
 */
export async function runChecks(print: (line: string) => void): Promise<{ passed: number; failed: number }> {
  let passed = 0;
  let failed = 0;
  for (const step of checkSteps) {
    const result = await runStep(step);
    print(`${result.passed ? 'ok  ' : 'FAIL'} ${result.name} (${result.seconds.toFixed(1)} s)`);
    if (result.passed) passed += 1;
    else {
      failed += 1;
      print(result.output.trimEnd().replaceAll(/^/gm, '     '));
    }
  }
  return { passed, failed };
}

if (import.meta.main) {
  const { failed } = await runChecks((line) => process.stdout.write(`${line}\n`));
  process.exitCode = failed === 0 ? 0 : 1;
}
