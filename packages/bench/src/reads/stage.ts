import { Agent } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { prepareDatabase } from '@annex/service';
import { allDefinitions } from '@annex/standalone';
import { startChild, startProcess } from '../child.ts';
import { type Call, send } from '../load.ts';
import { benchSecret, freePort, Stack, startPostgres, temporaryFolder } from '../servers.ts';
import { definitionSettings } from '../system.ts';
import { callsOf, page, type Start } from './query.ts';
import { type SeededTenant, seedReads } from './seed.ts';

/** The ways of answering the same request. */
export type Server = 'one process' | 'six processes' | 'apollo' | 'handwritten';

/** Servers before one database, and what to ask them. */
export interface Stage {
  readonly calls: readonly Call[];
  url(server: Server): string;
  stop(): Promise<void>;
}

/** Connections of each pool, the same for all. */
const poolSize = '10';

const entries = {
  'one process': new URL('./one-process.ts', import.meta.url),
  apollo: new URL('./apollo.ts', import.meta.url),
  handwritten: new URL('./handwritten.ts', import.meta.url),
};

const entry = (service: string) => new URL(`../../../../services/${service}/src/main.ts`, import.meta.url);

/** The services that the query needs, one process each, and the gateway in another; as docker-compose.yml runs them. */
async function startServices(stack: Stack, databaseUrl: string, blobFolder: string): Promise<Record<string, string>> {
  const names = ['gateway', 'controls', 'risk', 'evidence'];
  const urls: Record<string, string> = {};
  for (const name of names) urls[name] = `http://127.0.0.1:${await freePort()}`;
  const nobody = `http://127.0.0.1:${await freePort()}`;
  for (const name of names) {
    const url = urls[name] ?? '';
    const environment = {
      DATABASE_URL: databaseUrl,
      ANNEX_SECRET: benchSecret,
      ANNEX_HOST: '127.0.0.1',
      ANNEX_PORT: new URL(url).port,
      ANNEX_POOL_SIZE: poolSize,
      ANNEX_BLOB_DIR: blobFolder,
      ANNEX_GATEWAY_URL: urls.gateway ?? '',
      ANNEX_CONTROLS_URL: urls.controls ?? '',
      ANNEX_RISK_URL: urls.risk ?? '',
      ANNEX_EVIDENCE_URL: urls.evidence ?? '',
      ANNEX_AUDIT_URL: nobody,
      ANNEX_INTEGRATIONS_URL: nobody,
    };
    stack.add(await startProcess(entry(name), environment, url), (process) => process.stop());
  }
  return urls;
}

async function startsOf(url: string, agent: Agent, tenant: SeededTenant): Promise<Start[]> {
  const starts: Start[] = [];
  const query =
    'query($after: String) { implementations(first: 100, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage } } }';
  for (;;) {
    const body = JSON.stringify({ query, variables: { after: starts.at(-1)?.cursor } });
    const { data } = JSON.parse(await send(url, agent, { authorization: `Bearer ${tenant.key}`, body })) as {
      data: {
        implementations: { edges: { cursor: string; node: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
      };
    };
    const { edges, pageInfo } = data.implementations;
    starts.push(...edges.map(({ cursor, node }) => ({ cursor, id: node.id })));
    if (!pageInfo.hasNextPage) return starts;
  }
}

/** All servers must answer the same, and fully, before any is measured. @throws Error naming the one that does not */
async function compare(urls: ReadonlyMap<Server, string>, agent: Agent, calls: readonly Call[]): Promise<void> {
  for (const call of calls.slice(0, 5)) {
    let first: unknown;
    for (const [server, url] of urls) {
      const answer = JSON.parse(await send(url, agent, call));
      const nodes = answer.data?.implementations?.nodes as { risks: unknown[]; evidence: unknown[] }[] | undefined;
      const full =
        nodes?.length === page.implementations &&
        nodes.every((node) => node.risks.length === page.risks && node.evidence.length === page.evidence);
      first ??= answer;
      if (!full || !isDeepStrictEqual(answer, first))
        throw new Error(`The answer of ${server} is not that of the others: ${JSON.stringify(answer).slice(0, 1000)}`);
    }
  }
}

/** Starts what is to be compared, before one database with the same two tenants. */
export async function openStage(servers: readonly Server[], progress: (text: string) => void): Promise<Stage> {
  const stack = new Stack();
  const agent = new Agent({ keepAlive: true });
  try {
    progress('starting and filling the database');
    const postgres = stack.add(await startPostgres(), (server) => server.stop());
    const folder = stack.add(temporaryFolder(), (made) => made.remove());
    const definitions = allDefinitions(definitionSettings(benchSecret, folder.path));
    await prepareDatabase({ databaseUrl: postgres.url, secret: benchSecret }, definitions);
    const tenants = await seedReads(postgres.url);

    progress(`starting ${servers.join(', ')}`);
    const environment = {
      DATABASE_URL: postgres.url,
      BENCH_POOL_SIZE: poolSize,
      BENCH_FOLDER: folder.path,
      BENCH_TENANTS: JSON.stringify(tenants),
    };
    const urls = new Map<Server, string>();
    const start = async (server: keyof typeof entries, more: Record<string, string> = {}) => {
      const child = await startChild(entries[server], { ...environment, ...more });
      urls.set(server, stack.add(child, (started) => started.stop()).url);
    };
    const apart = servers.includes('six processes') || servers.includes('apollo');
    const services = apart ? await startServices(stack, postgres.url, folder.path) : {};
    if (servers.includes('six processes')) urls.set('six processes', `${services.gateway}/graphql`);
    if (servers.includes('one process')) await start('one process');
    if (servers.includes('apollo')) await start('apollo', { BENCH_SERVICES: JSON.stringify(services) });
    const ours = urls.get('one process') ?? urls.get('six processes') ?? '';
    const starts = await Promise.all(
      tenants.map(async (tenant) => ({ tenant, starts: await startsOf(ours, agent, tenant) })),
    );
    if (servers.includes('handwritten')) await start('handwritten');
    const calls = callsOf(starts);
    await compare(urls, agent, calls);
    return { calls, url: (server) => urls.get(server) ?? '', stop: () => stack.stop() };
  } catch (error) {
    await stack.stop();
    throw error;
  } finally {
    agent.destroy();
  }
}
