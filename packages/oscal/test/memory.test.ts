import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * In a process of its own, whose memory is nobody else's. V8 grows into whatever it may have, so that both generations of its heap are given
 * little: a reader that kept more of the catalog would run out of it.
 */
async function reading(mebibytes: number): Promise<{ controls: number; maxRss: number }> {
  const script = join(import.meta.dirname, 'large.ts');
  const heap = ['--max-old-space-size=100', '--max-semi-space-size=8'];
  const { stdout } = await run(process.execPath, [...heap, script, String(mebibytes)]);
  return JSON.parse(stdout);
}

it('a catalog of 50 MiB is read by a process that never holds 300 MB, its own code included', async () => {
  const { controls, maxRss } = await reading(50);
  expect(controls).toBeGreaterThan(80_000);
  expect(maxRss * 1024).toBeLessThan(300_000_000);
});
