import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runChecks } from './check.ts';
import type { JestCounts } from './reporter.ts';

/** How long jest may take to end after its last test: closing databases and queues is part of what is tested. */
const gracePeriod = 60_000;

const root = join(import.meta.dirname, '..');
const print = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Runs jest and returns its counts. Whatever goes wrong beside a test (a crash, an exit code that no test explains, no
 * test at all, a process that does not end) is one more failure, so that it cannot hide behind passed tests.
 */
function runJest(args: readonly string[]): Promise<JestCounts> {
  return new Promise((resolve) => {
    let counts: JestCounts | undefined;
    let grace: NodeJS.Timeout | undefined;
    let stuck = false;
    const child = spawn(
      process.execPath,
      ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', ...args],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: {
          ...process.env,
          // What is tested is what serves; GraphQL also looks at every value twice unless it is told so.
          NODE_ENV: 'production',
          // Processes that tests start compile the program once, not each for itself.
          NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'annex-compiled'),
        },
      },
    );
    const end = (fault: string | undefined) => {
      clearTimeout(grace);
      const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
      if (fault !== undefined) print(`FAIL jest: ${fault}`);
      resolve({ passed, failed: fault === undefined ? failed : failed + 1, skipped });
    };
    child.on('message', (message: JestCounts) => {
      counts = message;
      grace = setTimeout(() => {
        stuck = true;
        child.kill('SIGKILL');
      }, gracePeriod);
    });
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => {
      if (stuck) end(`something still ran ${gracePeriod / 1000} s after the last test`);
      else if (signal) end(`ended by ${signal}`);
      else if (!counts) end(`ended with exit code ${code} before it had a result`);
      else if (counts.passed + counts.failed === 0) end('no test ran');
      else if (code !== 0 && counts.failed === 0) end(`ended with exit code ${code} though no test failed`);
      else end(undefined);
    });
  });
}

const checks = await runChecks(print);
const tests = await runJest(process.argv.slice(2));
const failed = checks.failed + tests.failed;
print(`${checks.passed + tests.passed} passed, ${failed} failed, ${tests.skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
