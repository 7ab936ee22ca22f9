import { relative } from 'node:path';

/** What jest came to, as the reporter tells it to the process that started jest. */
export interface JestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

// The parts of jest's results that are read here; its own types live in packages that are not ours to import.
interface CaseResult {
  readonly fullName: string;
  readonly status: string;
}
interface FileResult {
  readonly testFilePath: string;
  readonly testResults: readonly CaseResult[];
  readonly failureMessage?: string | null;
  readonly testExecError?: { readonly message?: string; readonly stack?: string };
  readonly console?: readonly { readonly type: string; readonly message: string; readonly origin: string }[];
  readonly perfStats: { readonly start: number; readonly end: number };
}
interface RunResult {
  readonly testResults: readonly FileResult[];
  readonly runExecError?: { readonly message?: string; readonly stack?: string };
}
interface GlobalConfig {
  readonly rootDir: string;
  readonly testNamePattern?: string;
}

/**
 * Counts a run. A file that could not be run at all counts as one failure. Where tests were chosen by name, the ones
 * left out are not skipped tests.
 */
export function countsOf(run: RunResult, chosenByName: boolean): JestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of run.testResults) {
    if (file.testExecError) counts.failed += 1;
    for (const { status } of file.testResults) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else if (!chosenByName) counts.skipped += 1;
    }
  }
  if (run.runExecError) counts.failed += 1;
  return counts;
}

/** One line a file, failures in full, every skipped test by its title, which holds the reason. */
export default class LineReporter {
  readonly #rootDir: string;
  readonly #chosenByName: boolean;

  constructor(globalConfig: GlobalConfig) {
    this.#rootDir = globalConfig.rootDir;
    this.#chosenByName = Boolean(globalConfig.testNamePattern);
  }

  onTestResult(_test: unknown, file: FileResult): void {
    const counts = countsOf({ testResults: [file] }, this.#chosenByName);
    const seconds = ((file.perfStats.end - file.perfStats.start) / 1000).toFixed(1);
    const parts = [
      `${counts.passed} passed`,
      ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
      ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
    ];
    print(
      `${counts.failed > 0 ? 'FAIL' : 'ok  '} ${relative(this.#rootDir, file.testFilePath)}: ${parts.join(', ')} (${seconds} s)`,
    );
    if (counts.failed > 0) {
      print(indented(file.failureMessage ?? file.testExecError?.stack ?? file.testExecError?.message ?? 'no message'));
      for (const entry of file.console ?? []) print(indented(`console.${entry.type}: ${entry.message}`));
    }
    if (this.#chosenByName) return;
    for (const { fullName, status } of file.testResults) {
      if (status !== 'passed' && status !== 'failed') print(`     skipped: ${fullName}`);
    }
  }

  onRunComplete(_contexts: unknown, run: RunResult): void {
    if (run.runExecError) print(indented(run.runExecError.stack ?? run.runExecError.message ?? 'the run ended early'));
    process.send?.(countsOf(run, this.#chosenByName));
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '     ');
}
