import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PrivateAddresses } from '@annex/service';
import { ConfigError, type EnvironmentReader } from '@annex/service/process';

/** What `npm start` is told. */
export interface StandaloneConfig {
  /** Data, blobs, logs, the key: everything that is kept. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** A PostgreSQL server to use instead of the built-in one. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly secret: string | undefined;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly clock: 'system' | 'shared';
  readonly privateAddresses: PrivateAddresses;
  readonly production: boolean;
  /** What a new installation begins with: the example organisation, one in which nothing is recorded, or nobody at all. */
  readonly seed: 'example' | 'empty' | 'none';
}

/** Every variable is optional. @throws ConfigError with every problem */
export function standaloneConfig(read: EnvironmentReader): StandaloneConfig {
  const config: StandaloneConfig = {
    folder: resolve(read.text('ANNEX_DATA_DIR', '.annex')),
    host: read.text('ANNEX_HOST', '127.0.0.1'),
    port: read.integer('ANNEX_PORT', 4000, { min: 0, max: 65535 }),
    databaseUrl: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: read.url('REDIS_URL', ['redis:', 'rediss:']),
    secret: read.text('ANNEX_SECRET'),
    logLevel: read.oneOf('ANNEX_LOG_LEVEL', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    clock: read.oneOf('ANNEX_CLOCK', 'system', ['system', 'shared']),
    // One machine, one person trying it out: a receiver on the same machine is what they have.
    privateAddresses: read.oneOf('ANNEX_OUTBOUND_PRIVATE', 'loopback', ['refuse', 'loopback', 'allow']),
    production: read.text('NODE_ENV') === 'production',
    seed: read.oneOf('ANNEX_SEED', 'example', ['example', 'empty', 'none']),
  };
  if (config.secret !== undefined && config.secret.length < 32)
    read.problem('ANNEX_SECRET is shorter than 32 characters');
  read.finish();
  return config;
}

/** The installation's secret: given, or made once and kept in the folder. @throws ConfigError when the folder cannot be written */
export function installationSecret(config: StandaloneConfig): string {
  if (config.secret !== undefined) return config.secret;
  const file = join(config.folder, 'secret');
  try {
    mkdirSync(config.folder, { recursive: true });
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new ConfigError([`the data folder ${config.folder} cannot be written; choose another with ANNEX_DATA_DIR`]);
  }
}
