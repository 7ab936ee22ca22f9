import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { evidenceConfig } from '@annex/evidence';
import { createKey, createTenantWithAdministrator, gatewayConfig, tenantExists } from '@annex/gateway';
import { createLogger, EnvironmentReader, logToFile, queueConfig, systemScope } from '@annex/service';
import { type ReadinessAnswer, readinessTable } from './banner.ts';
import type { StandaloneConfig } from './config.ts';
import { emptyTenant, exampleTenant } from './example.ts';
import { type Ask, type Askers, seedExample } from './seed.ts';
import { type System, startSystem } from './system.ts';

/** `npm start` while it runs. */
export interface Standalone {
  readonly url: string;
  readonly apiKey: string;
  readonly system: System;
  stop(): Promise<void>;
}

/** One GraphQL operation through the front door, as the holder of a key. */
function asker(system: System, apiKey: string): { ask: Ask; get: (path: string) => Promise<unknown> } {
  let count = 0;
  return {
    // Keys by position: a seed that was killed goes on where it was when it is started again.
    async ask<R>(document: string, variables: Record<string, unknown>) {
      count++;
      const answer = await system.gateway.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': `example-${count}` },
        payload: { query: document, variables },
      });
      const { data, errors } = answer.json() as { data?: R; errors?: unknown[] };
      if (errors || !data)
        throw new Error(`The example organisation could not be made: ${JSON.stringify(errors ?? answer.body)}`);
      return data;
    },
    async get(path) {
      const answer = await system.gateway.app.inject({ url: path, headers: { authorization: `Bearer ${apiKey}` } });
      if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${answer.body}`);
      return answer.json();
    },
  };
}

/** The administrator's person id; a lost key file is replaced by a new key of theirs. */
async function administratorOf(system: System, tenantId: string): Promise<string> {
  return system.identity.read(systemScope('identity', tenantId), async (tx) => {
    const { rows } = await tx.query<{ id: string }>('select id from person where tenant_id = $1 order by id limit 1', [
      tx.tenant,
    ]);
    const [first] = rows;
    if (!first) throw new Error('The tenant has nobody in it');
    return first.id;
  });
}

/** A tenant and its administrator's key, each made where it is missing. */
async function prepareTenant(system: System, tenant: typeof exampleTenant, folder: string) {
  const keyFile = join(folder, 'api-key');
  const there = await tenantExists(system.identity, tenant.id);
  if (!there) await createTenantWithAdministrator(system.identity, tenant);
  const administrator = await administratorOf(system, tenant.id);
  if (!there || !existsSync(keyFile)) {
    const { key } = await createKey(system.identity, tenant.id, {
      title: 'Made by npm start',
      personId: administrator,
    });
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
  }
  return { there, administrator, apiKey: readFileSync(keyFile, 'utf8').trim() };
}

/** The example's tenant with its content, each part made where it is missing. @returns the administrator's key */
async function prepareExample(system: System, folder: string, step: (text: string) => void): Promise<string> {
  const doneFile = join(folder, 'example-seeded');
  const { there, administrator, apiKey } = await prepareTenant(system, exampleTenant, folder);
  if (!there || !existsSync(doneFile)) {
    step('making the example organisation');
    const askers: Askers = {
      administrator: asker(system, apiKey).ask,
      administratorId: administrator,
      async as(personId) {
        const made = await createKey(system.identity, exampleTenant.id, {
          title: 'Made for the example',
          personId,
          expiresAt: new Date(Date.now() + 600_000),
        });
        return asker(system, made.key).ask;
      },
    };
    await seedExample(askers, () => system.settle());
    writeFileSync(doneFile, '');
  }
  return apiKey;
}

/** What stands already when the system is opened: the folder is ours and its database answers. */
export interface Ground {
  readonly databaseUrl: string;
  readonly step: (text: string) => void;
  readonly say: (line: string) => void;
}

/** Migrates and starts all services, makes the example organisation where the database has none, and listens. @throws ConfigError */
export async function openStandalone(config: StandaloneConfig, secret: string, ground: Ground): Promise<Standalone> {
  const { folder } = config;
  const { databaseUrl, step, say } = ground;
  const read = new EnvironmentReader(process.env);
  const system = await startSystem({
    databaseUrl,
    queue: queueConfig(databaseUrl, config.redisUrl, secret),
    secret,
    clock: config.clock,
    poolSize: 10,
    evidence: evidenceConfig(read, join(folder, 'blobs')),
    privateAddresses: config.privateAddresses,
    gateway: gatewayConfig(read, config.production),
    log: createLogger({ level: config.logLevel, destination: logToFile(join(folder, 'annex.log')) }),
    onStep: step,
  });
  try {
    let apiKey = '';
    if (config.seed === 'example') apiKey = await prepareExample(system, folder, step);
    if (config.seed === 'empty') ({ apiKey } = await prepareTenant(system, emptyTenant, folder));
    await system.gateway.app.listen({ host: config.host, port: config.port });
    const { port } = system.gateway.app.server.address() as AddressInfo;
    const url = `http://${config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host}:${port}`;
    for (const line of await banner(system, url, apiKey, config)) say(line);
    return { url, apiKey, system, stop: () => system.stop() };
  } catch (error) {
    await system.stop().catch(() => undefined);
    throw error;
  }
}

async function banner(
  system: System,
  url: string,
  apiKey: string,
  { folder, seed }: StandaloneConfig,
): Promise<string[]> {
  const lines = [
    '',
    `Annex answers on ${url}`,
    '',
    `  start page  ${url}/`,
    `  explorer    ${url}/graphql`,
    `  reference   ${url}/reference`,
  ];
  if (apiKey) {
    lines.push(
      `  API key     ${apiKey}`,
      `              (also in ${join(folder, 'api-key')}; curl -H "Authorization: Bearer $(cat ${join(folder, 'api-key')})" ${url}/v1/risks)`,
    );
  }
  // An organisation in which nothing is recorded has no ISMS to be ready.
  if (seed === 'example') {
    const readiness = (await asker(system, apiKey).get('/v1/readiness')) as ReadinessAnswer;
    lines.push(
      '',
      'Readiness by clause of ISO/IEC 27001:2022 (an internal indicator from recorded facts, not an audit opinion)',
      ...readinessTable(readiness),
    );
  }
  return [...lines, '', `Ctrl-C stops. State and logs are kept in ${folder}.`];
}
