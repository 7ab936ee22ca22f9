import { gatewayConfig } from '@annex/gateway';
import { createLogger, EnvironmentReader, type Logger, type QueueConfig } from '@annex/service';
import type { SystemOptions } from '@annex/standalone';

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
