import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { serviceNames } from '@annex/schema';
import { startEmbeddedDatabase } from '../database/embedded.ts';
import { provisionRoles } from '../database/roles.ts';

/** The secret of the test installation; role passwords follow from it. */
export const testSecret = 'a-secret-for-tests-only-0123456789abcdef';

/** What one test run shares: a PostgreSQL cluster with the roles, and a Redis where there is one. */
export interface TestCluster {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  stop(): Promise<void>;
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/**
 * A new folder for a database that is thrown away. In memory where there is much of it: to make and drop the thousand
 * files of a database, or to wait for each commit, takes a disk longer than all that a test asks.
 */
export function temporaryFolder(prefix: string): string {
  const memory = '/dev/shm';
  const { bavail, bsize } = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 };
  const folder = mkdtempSync(join(bavail * bsize > 4 * 1024 ** 3 ? memory : tmpdir(), prefix));
  // Where root runs the tests, the server runs as another user, who must pass.
  chmodSync(folder, 0o755);
  return folder;
}

async function startRedis(): Promise<{ url: string; stop: () => Promise<void> } | null> {
  if (!onPath('redis-server')) return null;
  const port = await new Promise<number>((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
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

/**
 * Finds or starts what tests stand on: `TEST_DATABASE_URL` / `TEST_REDIS_URL`, otherwise the embedded PostgreSQL and a
 * `redis-server` on the PATH. Without a Redis its tests skip and say so.
 */
export async function startTestCluster(): Promise<TestCluster> {
  const stops: (() => Promise<void>)[] = [];
  let databaseUrl = process.env.TEST_DATABASE_URL;
  if (!databaseUrl) {
    const folder = temporaryFolder('annex-test-');
    const database = await startEmbeddedDatabase({
      folder,
      // Tests may lose everything at any moment, so nothing waits for the disk.
      flags: ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
    });
    databaseUrl = database.url;
    stops.push(async () => {
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    });
  }
  await provisionRoles(databaseUrl, serviceNames, testSecret);
  let redisUrl = process.env.TEST_REDIS_URL ?? null;
  if (!redisUrl) {
    const redis = await startRedis();
    if (redis) {
      redisUrl = redis.url;
      stops.push(redis.stop);
    }
  }
  return {
    databaseUrl,
    redisUrl,
    async stop() {
      for (const stop of stops.reverse()) await stop();
    },
  };
}
