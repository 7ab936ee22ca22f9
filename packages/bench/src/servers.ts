import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startEmbeddedDatabase } from '@annex/service';

/** The secret of an installation that lives as long as a benchmark. */
export const benchSecret = 'a-secret-for-benchmarks-only-0123456789';

/** Something that was started and has to be stopped. */
export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** A temporary folder that the database's own user may pass through. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'annex-bench-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** A PostgreSQL of its own as `npm start` runs it: a commit waits for the disk. */
export async function startPostgres(): Promise<Running> {
  const folder = temporaryFolder();
  const database = await startEmbeddedDatabase({ folder: folder.path });
  return {
    url: database.url,
    async stop() {
      await database.stop();
      folder.remove();
    },
  };
}

/** Why there is no Redis, for the line that says what was left out. */
export const noRedis = 'there is no redis-server on the PATH';

/** A Redis of its own that keeps nothing on disk; undefined where there is no `redis-server` on the PATH. */
export async function startRedis(): Promise<Running | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, 'redis-server')))) return undefined;
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`redis-server ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) done();
    });
  });
  child.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => done());
        child.kill('SIGTERM');
      }),
  };
}

/** What was started, stopped in the opposite order. */
export class Stack {
  readonly #stops: (() => unknown)[] = [];

  add<R>(started: R, stop: (started: R) => unknown): R {
    this.#stops.push(() => stop(started));
    return started;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}
