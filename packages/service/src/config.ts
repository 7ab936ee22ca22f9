import type { ClockKind } from './clock.ts';
import { queueRole, queueSchema, rolePassword, urlAs } from './database/roles.ts';
import type { QueueConfig } from './messaging/queue.ts';

/** Everything that is wrong with the environment, a line a variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export type Environment = { readonly [name: string]: string | undefined };

/** Reads variables, collects every problem, and reports them together at `finish`. */
export class EnvironmentReader {
  readonly #environment: Environment;
  readonly #problems: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The variable's text; an empty one counts as absent. */
  text(name: string): string | undefined;
  text(name: string, fallback: string): string;
  text(name: string, fallback?: string): string | undefined {
    const value = this.#environment[name];
    return value === undefined || value === '' ? fallback : value;
  }

  required(name: string, what: string): string {
    const value = this.text(name);
    if (value === undefined) this.#problems.push(`${name} is not set: ${what}`);
    return value ?? '';
  }

  integer(name: string, fallback: number, range: { min: number; max: number }): number {
    const given = this.text(name);
    if (given === undefined) return fallback;
    const value = Number(given);
    if (!/^\d+$/.test(given) || value < range.min || value > range.max) {
      this.#problems.push(`${name} is "${given}": a whole number from ${range.min} to ${range.max} is needed`);
      return fallback;
    }
    return value;
  }

  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const given = this.text(name, fallback);
    if ((allowed as readonly string[]).includes(given)) return given as T;
    this.#problems.push(`${name} is "${given}": one of ${allowed.join(', ')} is needed`);
    return fallback;
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    if (URL.canParse(given) && protocols.includes(new URL(given).protocol)) return given;
    // The value may hold a password: it is not repeated.
    this.#problems.push(`${name} is not a URL with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
    return undefined;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /** @throws ConfigError with all problems at once */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What every process of Annex is told. */
export interface ProcessConfig {
  /** A role that may make roles and schemas; used to provision and migrate, then left alone. */
  readonly databaseUrl: string;
  readonly queue: QueueConfig;
  /** Role passwords and keys of this installation follow from it. */
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: (typeof logLevels)[number];
  readonly clock: ClockKind;
  readonly poolSize: number;
  /** Where blobs are kept. */
  readonly blobFolder: string;
  /** Where the gateway answers; services fetch its public key there. */
  readonly gatewayUrl: string;
  readonly production: boolean;
}

/** The queue of an installation: Redis where there is one, otherwise the same PostgreSQL. */
export function queueConfig(databaseUrl: string, redisUrl: string | undefined, secret: string): QueueConfig {
  return redisUrl
    ? { kind: 'redis', url: redisUrl, prefix: 'annex' }
    : {
        kind: 'postgres',
        connectionString: urlAs(databaseUrl, queueRole, rolePassword(secret, queueRole)),
        schema: queueSchema,
      };
}

/** Reads what every process of Annex needs when it runs on servers of its own (DATABASE_URL, REDIS_URL). */
export function processConfig(read: EnvironmentReader): ProcessConfig {
  const databaseUrl = read.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  if (databaseUrl === undefined && read.text('DATABASE_URL') === undefined) {
    read.problem('DATABASE_URL is not set: postgres://… of a role that may create roles and schemas');
  }
  const redisUrl = read.url('REDIS_URL', ['redis:', 'rediss:']);
  const secret = read.required(
    'ANNEX_SECRET',
    'at least 32 random characters, the same for all processes of the installation',
  );
  if (secret !== '' && secret.length < 32) read.problem('ANNEX_SECRET is shorter than 32 characters');
  const url = databaseUrl ?? 'postgres://absent/annex';
  return {
    databaseUrl: url,
    queue: queueConfig(url, redisUrl, secret),
    secret,
    host: read.text('ANNEX_HOST', '0.0.0.0'),
    port: read.integer('ANNEX_PORT', 4000, { min: 0, max: 65535 }),
    logLevel: read.oneOf('ANNEX_LOG_LEVEL', 'info', logLevels),
    clock: read.oneOf('ANNEX_CLOCK', 'system', ['system', 'shared'] as const),
    poolSize: read.integer('ANNEX_POOL_SIZE', 10, { min: 2, max: 200 }),
    blobFolder: read.text('ANNEX_BLOB_DIR', './.annex/blobs'),
    gatewayUrl: read.url('ANNEX_GATEWAY_URL', ['http:', 'https:']) ?? 'http://127.0.0.1:4000',
    production: read.text('NODE_ENV') === 'production',
  };
}
