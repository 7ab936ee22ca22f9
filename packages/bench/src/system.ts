import { gatewayConfig } from '@annex/gateway';
import { createLogger, EnvironmentReader, type Logger, type QueueConfig, queueConfig } from '@annex/service';
import { type System, type SystemOptions, startSystem } from '@annex/standalone';
import pg from 'pg';
import { benchSecret, type Stack, startPostgres, temporaryFolder } from './servers.ts';

const mebibyte = 1024 * 1024;

/** What a system in one process is given: a database and a queue of the caller's, and a folder. */
export interface SystemSettings {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly queue: QueueConfig;
  readonly blobFolder: string;
  readonly poolSize: number;
}

/** What the services are told, for folders of a benchmark. */
export function definitionSettings(secret: string, blobFolder: string) {
  return {
    secret,
    evidence: { blobFolder, uploadLimit: 1024 * mebibyte, importLimit: 64 * mebibyte },
    privateAddresses: 'refuse',
  } as const;
}

/** The whole system in one process. Without a log it says nothing. */
export function systemOptions(settings: SystemSettings, log?: Logger): SystemOptions {
  const { databaseUrl, secret, queue, blobFolder, poolSize } = settings;
  return {
    ...definitionSettings(secret, blobFolder),
    databaseUrl,
    queue,
    clock: 'system',
    poolSize,
    gateway: gatewayConfig(new EnvironmentReader({}), false),
    log: log ?? createLogger({ service: 'bench', level: 'silent' }),
  };
}

/** The whole system in this process on a PostgreSQL of its own, with a connection of the superuser's; the stack stops them. */
export async function openSystem(
  stack: Stack,
  poolSize = 10,
): Promise<{ readonly system: System; readonly client: pg.Client }> {
  const postgres = stack.add(await startPostgres(), (server) => server.stop());
  const folder = stack.add(temporaryFolder(), (made) => made.remove());
  const options = systemOptions({
    databaseUrl: postgres.url,
    secret: benchSecret,
    queue: queueConfig(postgres.url, undefined, benchSecret),
    blobFolder: folder.path,
    poolSize,
  });
  const system = stack.add(await startSystem(options), (started) => started.stop());
  const client = stack.add(new pg.Client({ connectionString: postgres.url }), (opened) => opened.end());
  await client.connect();
  return { system, client };
}
