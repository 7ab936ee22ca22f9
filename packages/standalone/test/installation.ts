import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { evidenceConfig } from '@annex/evidence';
import {
  createKey,
  createTenantWithAdministrator,
  gatewayConfig,
  type IdentityDatabase,
  identity,
} from '@annex/gateway';
import { EnvironmentReader, queueConfig } from '@annex/service';
import { silent, type TestDatabase, testDatabase, testSecret } from '@annex/service/testing';
import { allDefinitions } from '../src/definitions.ts';
import { startSystem } from '../src/system.ts';

/** Where processes that tests start find what others have compiled; empty where the tests run without it. */
export const compileCache: Readonly<Record<string, string>> = process.env.NODE_COMPILE_CACHE
  ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }
  : {};

const root = resolve(import.meta.dirname, '../../..');

/** A tenant with its administrator's key. */
export interface TestTenant {
  readonly tenantId: string;
  readonly personId: string;
  readonly key: string;
}

/** An installation as its users see it: an address. How it runs is the caller's choice. */
export interface Installation {
  readonly url: string;
  readonly test: TestDatabase;
  tenant(slug: string): Promise<TestTenant>;
  /** What went wrong inside, for the message of a test that fails. */
  log(): string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

function tenantMaker(test: TestDatabase): Installation['tenant'] {
  return async (slug) => {
    const database = test.connect<IdentityDatabase>(identity.name, { poolSize: 2 });
    const { tenantId, personId } = await createTenantWithAdministrator(database, {
      slug,
      name: `Tenant ${slug}`,
      person: { name: 'Test Administrator', email: `admin@${slug}.example` },
    });
    const { key } = await createKey(database, tenantId, { title: 'test', personId });
    return { tenantId, personId, key };
  };
}

/** All services in this process, the queue on PostgreSQL: what `npm start` runs. */
export async function oneProcess(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'annex-blobs-'));
  const evidence = evidenceConfig(new EnvironmentReader({}), folder);
  const settings = { secret: testSecret, evidence, privateAddresses: 'loopback' } as const;
  const test = await testDatabase(allDefinitions(settings));
  const system = await startSystem({
    databaseUrl: test.url,
    queue: queueConfig(test.url, undefined, testSecret),
    clock: 'shared',
    poolSize: 6,
    ...settings,
    gateway: gatewayConfig(new EnvironmentReader({}), false),
    log: silent,
  });
  const url = await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    test,
    tenant: tenantMaker(test),
    log: () => '',
    async stop() {
      await system.stop();
      await test.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One process a service on PostgreSQL and Redis, by the same commands as docker-compose.yml. */
export async function sixProcesses(redisUrl: string): Promise<Installation> {
  const test = await testDatabase([]);
  const folder = mkdtempSync(join(tmpdir(), 'annex-blobs-'));
  const names = ['controls', 'risk', 'evidence', 'audit', 'integrations', 'gateway'] as const;
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  const at = (name: string) => `http://127.0.0.1:${ports.get(name)}`;
  const environment = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: test.url,
    REDIS_URL: redisUrl,
    ANNEX_SECRET: testSecret,
    ANNEX_HOST: '127.0.0.1',
    ANNEX_CLOCK: 'shared',
    ANNEX_POOL_SIZE: '6',
    ANNEX_LOG_LEVEL: 'warn',
    ANNEX_BLOB_DIR: folder,
    ANNEX_OUTBOUND_PRIVATE: 'loopback',
    ANNEX_GATEWAY_URL: at('gateway'),
    ...Object.fromEntries(
      names.filter((name) => name !== 'gateway').map((name) => [`ANNEX_${name.toUpperCase()}_URL`, at(name)]),
    ),
  };
  let said = '';
  const children: ChildProcess[] = names.map((name) => {
    const child = spawn(process.execPath, [join(root, 'services', name, 'src/main.ts')], {
      env: { ...environment, ...compileCache, ANNEX_PORT: String(ports.get(name)) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-20_000);
      });
    }
    return child;
  });
  const stop = async () => {
    await Promise.all(
      children.map(
        (child) =>
          new Promise<void>((done) => {
            if (child.exitCode !== null) return done();
            child.once('exit', () => done());
            child.kill('SIGTERM');
          }),
      ),
    );
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = at('gateway');
  for (let tries = 0; ; tries++) {
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    if (tries > 300 || children.some((child) => child.exitCode !== null)) {
      await stop();
      throw new Error(`The six processes did not become ready:\n${said}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return { url, test, tenant: tenantMaker(test), log: () => said, stop };
}

/** Looks until what is seen is good, and says what was seen last where it never is. @param log what the installation said meanwhile */
export async function until<R>(
  look: () => Promise<R>,
  good: (seen: R) => boolean,
  log: () => string = () => '',
): Promise<R> {
  for (let tries = 0; ; tries++) {
    const seen = await look();
    if (good(seen)) return seen;
    if (tries > 400) throw new Error(`It did not come about: ${JSON.stringify(seen)}\n${log()}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}
