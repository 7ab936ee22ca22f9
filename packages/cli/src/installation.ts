import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Environment, EnvironmentReader, type ProcessConfig } from '@annex/service';

export type Installation = Pick<ProcessConfig, 'databaseUrl' | 'secret' | 'clock'>;

/** The built-in database of a data folder while it runs. PostgreSQL writes its port into the fourth line of its pid file. */
function builtInDatabase(folder: string): string {
  const pidFile = join(folder, 'postgres', 'postmaster.pid');
  if (!existsSync(pidFile)) {
    throw new Error(`nothing runs on ${folder}; start it, or set DATABASE_URL and ANNEX_SECRET, or ANNEX_DATA_DIR`);
  }
  const port = readFileSync(pidFile, 'utf8').split('\n')[3];
  const password = readFileSync(join(folder, 'postgres.password'), 'utf8').trim();
  return `postgres://annex_admin:${encodeURIComponent(password)}@127.0.0.1:${port}/annex`;
}

/** @throws Error in one line when no installation can be found */
export function findInstallation(environment: Environment): Installation {
  const read = new EnvironmentReader(environment);
  const folder = resolve(read.text('ANNEX_DATA_DIR', '.annex'));
  const given = read.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  const clock = read.oneOf('ANNEX_CLOCK', 'system', ['system', 'shared'] as const);
  const secretFile = join(folder, 'secret');
  const secret =
    read.text('ANNEX_SECRET') ?? (existsSync(secretFile) ? readFileSync(secretFile, 'utf8').trim() : undefined);
  read.finish();
  const databaseUrl = given ?? builtInDatabase(folder);
  if (secret === undefined)
    throw new Error('ANNEX_SECRET is not set: the secret of the installation that DATABASE_URL belongs to');
  return { databaseUrl, secret, clock };
}
