import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { freePort, temporaryFolder } from './servers.ts';
import { median } from './statistics.ts';

const entry = fileURLToPath(new URL('../../standalone/src/main.ts', import.meta.url));
const rounds = 7;
/** What a start may take, in seconds. */
const allowed = 5;

/** Starts Annex on a data folder, and stops it as Ctrl-C does. @returns seconds until it had answered a query */
async function startOnce(folder: string): Promise<number> {
  const port = await freePort();
  const environment = { PATH: process.env.PATH ?? '', ANNEX_DATA_DIR: folder, ANNEX_PORT: String(port) };
  const began = performance.now();
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exit = once(child, 'exit');
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`Annex did not start: ${said}`);
      if (await answers(port, folder)) return (performance.now() - began) / 1000;
      if (performance.now() - began > 120_000) throw new Error(`Annex did not answer within two minutes: ${said}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  } finally {
    child.kill('SIGINT');
    await exit;
  }
}

/** Whether a query is answered, with the key that the start keeps in the folder. */
async function answers(port: number, folder: string): Promise<boolean> {
  const keyFile = join(folder, 'api-key');
  if (!existsSync(keyFile)) return false;
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${readFileSync(keyFile, 'utf8').trim()}` },
    body: JSON.stringify({ query: '{ risks(first: 5) { nodes { reference current { level } } } }' }),
  }).catch(() => undefined);
  if (!answer) return false;
  const { data } = (await answer.json()) as { data?: { risks: { nodes: unknown[] } } };
  if (!data?.risks.nodes.length) throw new Error(`The first query was answered with ${answer.status} and no risks`);
  return true;
}

/** How long a start takes on a folder that an earlier start has filled. */
export const warmStart: Bench = {
  name: 'warm-start',
  unit: 's',
  goal: 1,
  better: 'lower',
  async run(progress) {
    const folder = temporaryFolder();
    try {
      progress(`the first start, which makes everything: ${(await startOnce(folder.path)).toFixed(2)} s`);
      const seconds: number[] = [];
      for (let round = 0; round < rounds; round++) {
        seconds.push(await startOnce(folder.path));
        progress(`${round + 1}/${rounds}: ${seconds.at(-1)?.toFixed(2)} s`);
      }
      return { ours: median(seconds), baseline: allowed };
    } finally {
      folder.remove();
    }
  },
};
