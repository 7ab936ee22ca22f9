import { gatewayConfig } from '@annex/gateway';
import { createLogger, EnvironmentReader, type Logger, type QueueConfig } from '@annex/service';
import type { SystemOptions } from '@annex/standalone';

const mebibyte = 1024 * 1024;

/** What the services are told, for folders of a benchmark. */
export function definitionSettings(secret: string, blobFolder: string) {
  return {
    secret,
    evidence: { blobFolder, uploadLimit: 1024 * mebibyte, importLimit: 64 * mebibyte },
    privateAddresses: 'refuse',
  } as const;
}

/** The whole system in one process on a database and a queue of the caller's. */
export function systemOptions(parts: {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly queue: QueueConfig;
  readonly blobFolder: string;
  readonly poolSize: number;
  readonly log?: Logger;
}): SystemOptions {
  const { databaseUrl, secret, queue, blobFolder, poolSize, log } = parts;
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
