import { AnnexError, isUuid, type ServiceName } from '@annex/schema';
import {
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { businessNow, type ClockKind } from '../clock.ts';
import type { Scope } from '../scope.ts';
import { eventBodies, largeOutboxInsert, outboxInsert } from './outbox.ts';
import { rolesOf } from './roles.ts';
import { camelCaseQueries, camelRows, columnTypes } from './rows.ts';
import { Statements } from './statements.ts';
import type { Tx, WriteTx } from './transaction.ts';

export interface OpenRead<T> {
  readonly tx: Tx<T>;
  /** Ends the transaction and gives the connection back. */
  end(): Promise<void>;
}

/** A query of the worker role. */
export type WorkerQuery = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** The one way to a service's data: the pool of its login role, transactions bound to a tenant. */
export interface Database<T> {
  readonly service: ServiceName;
  readonly pool: pg.Pool;
  readonly clock: ClockKind;
  /** Opens a repeatable-read, read-only transaction in one round trip; as of `scope.asOf` where it is set. */
  openRead(scope: Scope): Promise<OpenRead<T>>;
  /** Runs in a read transaction of its own. */
  read<R>(scope: Scope, run: (tx: Tx<T>) => Promise<R>): Promise<R>;
  /**
   * Runs in a read-committed write transaction; commits when `run` resolves (then pokes the relay if events were
   * recorded), rolls back when it throws. Serialisation failures and deadlocks are tried again up to three times.
   * @param first a statement without parameters that is sent together with the opening; `run` gets how many rows it returned or touched
   * @throws AnnexError AS_OF_NOT_WRITABLE where scope.asOf is set
   */
  write<R>(scope: Scope, run: (tx: WriteTx<T>, firstRows: number) => Promise<R>, first?: string): Promise<R>;
  /**
   * The one exception from the tenant scope, for relay, ticker and sweeps: runs as the worker role, which reaches
   * outbox, inbox, dead letters and due rows of all tenants and nothing else. Use it to find tenants; do the work in `write`.
   */
  acrossTenants<R>(run: (query: WorkerQuery) => Promise<R>): Promise<R>;
  /** Calls `listener` with the tenant after each commit that recorded events (in this process). */
  onRecorded(listener: (tenant: string) => void): void;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly service: ServiceName;
  /** Connects as the service's login role. */
  readonly url: string;
  readonly poolSize: number;
  readonly clock: ClockKind;
  readonly log: Logger;
}

type Send = <R extends pg.QueryResultRow>(query: Omit<pg.QueryConfig, 'name'>) => Promise<pg.QueryResult<R>>;

/** One statement after the other: resolvers of one request ask side by side, and a connection answers one at a time. */
function inTurn(client: pg.PoolClient, statements: Statements, past: boolean): Send {
  let last: Promise<unknown> = Promise.resolve();
  return <R extends pg.QueryResultRow>(query: Omit<pg.QueryConfig, 'name'>) => {
    const result = last.then(() => {
      const name = query.values ? statements.nameOf(query.text, past) : undefined;
      return client.query<R>(name === undefined ? query : { ...query, name });
    });
    last = result.catch((error) => statements.outdatedBy(error));
    return result;
  };
}

/** A kysely driver over one connection that is in a transaction already. */
class BoundDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(send: Send) {
    this.#connection = {
      async executeQuery<R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
        const result = await send({ text: sql, values: [...parameters], rowMode: 'array' } as pg.QueryArrayConfig);
        return {
          rows: camelRows(result.fields, result.rows as unknown as unknown[][]) as R[],
          numAffectedRows: BigInt(result.rowCount ?? 0),
        };
      },
      // biome-ignore lint/correctness/useYield: there is no cursor on a bound connection
      async *streamQuery() {
        throw new Error('Streaming needs a cursor of its own; page by key instead');
      },
    };
  }

  async init() {}
  async acquireConnection() {
    return this.#connection;
  }
  async beginTransaction(): Promise<void> {
    throw new Error('The transaction is open already; its scope is the whole operation');
  }
  async commitTransaction() {}
  async rollbackTransaction() {}
  async releaseConnection() {}
  async destroy() {}
}

const adapter = new PostgresAdapter();
const compiler = new PostgresQueryCompiler();

function bind<T>(send: Send): Kysely<T> {
  const driver = new BoundDriver(send);
  return new Kysely<T>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => driver,
      createQueryCompiler: () => compiler,
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
    plugins: [camelCaseQueries],
  });
}

/** Text of `begin` with the settings of the tenant, as one simple query: one round trip. */
function opening(mode: 'read' | 'write', service: ServiceName, scope: Scope, clock: ClockKind): string {
  if (!isUuid(scope.tenant)) throw new Error('A transaction needs the tenant as a UUID');
  const now = scope.asOf ? `'${scope.asOf.toISOString()}'` : `(${businessNow(clock)})::text`;
  const path = scope.asOf ? `${service}_asof, ${service}` : service;
  const begin =
    mode === 'read' ? 'begin isolation level repeatable read read only' : 'begin isolation level read committed';
  return `${begin}; select set_config('annex.tenant', '${scope.tenant}', true), set_config('search_path', '${path}', true), set_config('annex.now', ${now}, true) as now`;
}

/** Characters of events that a transaction keeps until its end. */
const maxHeld = 4 * 1024 * 1024;
/** Characters of events that travel with the commit. */
const maxWithCommit = 64 * 1024;

/** What may succeed when tried again: serialisation failure, deadlock. */
const transient = new Set(['40001', '40P01']);

export function connectDatabase<T>(options: DatabaseOptions): Database<T> {
  const { service, clock, log } = options;
  const roles = rolesOf(service);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    types: columnTypes,
    application_name: `annex ${service}`,
    idleTimeoutMillis: 30_000,
    options: '-c timezone=UTC -c statement_timeout=60s -c idle_in_transaction_session_timeout=120s',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
  });
  const statements = new Statements();
  const listeners: ((tenant: string) => void)[] = [];

  const open = async (mode: 'read' | 'write', scope: Scope, first?: string) => {
    const text = opening(mode, service, scope, clock);
    const client = await pool.connect();
    try {
      const asked = first === undefined ? text : `${text}; ${first}`;
      const results = (await client.query(asked)) as unknown as pg.QueryResult<{ now: string }>[];
      const now = new Date(results[1]?.rows[0]?.now ?? Number.NaN);
      const send = inTurn(client, statements, scope.asOf !== undefined);
      let db: Kysely<T> | undefined;
      const tx: Tx<T> = {
        get db() {
          db ??= bind<T>(send);
          return db;
        },
        scope,
        tenant: scope.tenant,
        now,
        query: (text, values) => send(values ? { text, values: [...values] } : { text }),
      };
      return { client, tx, firstRows: results[2]?.rowCount ?? 0 };
    } catch (error) {
      client.release(error instanceof Error ? error : true);
      throw error;
    }
  };

  /** Ends a transaction; a connection that cannot even do that is thrown away. */
  const finish = async (client: pg.PoolClient, end: string) => {
    try {
      await client.query(end);
      client.release();
    } catch (error) {
      client.release(error instanceof Error ? error : true);
      throw error;
    }
  };

  const openRead = async (scope: Scope): Promise<OpenRead<T>> => {
    const { client, tx } = await open('read', scope);
    let ended = false;
    return {
      tx,
      async end() {
        if (ended) return;
        ended = true;
        await finish(client, 'commit');
      },
    };
  };

  const attempt = async <R>(
    scope: Scope,
    run: (tx: WriteTx<T>, firstRows: number) => Promise<R>,
    first?: string,
  ): Promise<R> => {
    const { client, tx, firstRows } = await open('write', scope, first);
    // What is recorded goes with the commit, or before it where there is much.
    let recorded: ReturnType<typeof eventBodies> = [];
    let size = 0;
    const written: Promise<unknown>[] = [];
    const writeRecorded = () => {
      const { text, values } = largeOutboxInsert(scope.tenant, recorded);
      const write = tx.query(text, values);
      // Whoever waits for it, below, is told that it failed.
      write.catch(() => undefined);
      written.push(write);
      [recorded, size] = [[], 0];
    };
    const after: (() => void)[] = [];
    const writeTx: WriteTx<T> = {
      db: tx.db,
      scope,
      tenant: tx.tenant,
      now: tx.now,
      query: tx.query,
      record(type, data, about = {}) {
        const bodies = eventBodies({ service, type, data, about, scope, time: tx.now, newId: uuidv7 });
        recorded.push(...bodies);
        for (const { body } of bodies) size += body.length;
        if (size >= maxHeld) writeRecorded();
      },
      afterCommit(listener) {
        after.push(listener);
      },
    };
    let result: R;
    try {
      result = await run(writeTx, firstRows);
      if (size > maxWithCommit) writeRecorded();
      await Promise.all(written);
    } catch (error) {
      await finish(client, 'rollback').catch((lost) =>
        log.warn({ err: lost }, 'a rollback did not reach the database'),
      );
      throw error;
    }
    await finish(client, recorded.length > 0 ? `${outboxInsert(scope.tenant, recorded)}; commit` : 'commit');
    const anything = recorded.length + written.length > 0;
    for (const listener of anything ? [...after, ...listeners] : after) {
      try {
        listener(scope.tenant);
      } catch (error) {
        log.error({ err: error }, 'what follows a commit failed');
      }
    }
    return result;
  };

  return {
    service,
    pool,
    clock,
    openRead,

    async read(scope, run) {
      const opened = await openRead(scope);
      try {
        return await run(opened.tx);
      } finally {
        await opened.end();
      }
    },

    async write(scope, run, first) {
      if (scope.asOf) {
        throw new AnnexError('AS_OF_NOT_WRITABLE', 'A change was asked for together with Annex-As-Of', {
          details: { asOf: scope.asOf.toISOString() },
        });
      }
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(scope, run, first);
        } catch (error) {
          const code = (error as { code?: unknown }).code;
          const outdated = statements.outdatedBy(error);
          if (tries >= 4 || !(outdated || (typeof code === 'string' && transient.has(code)))) throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * tries));
        }
      }
    },

    async acrossTenants(run) {
      const client = await pool.connect();
      let failed: unknown;
      try {
        await client.query(
          `begin; set local role ${pg.escapeIdentifier(roles.worker)}; set local search_path = ${service}`,
        );
        const result = await run(
          async (text, values) => (await client.query(text, values ? [...values] : undefined)).rows,
        );
        await client.query('commit');
        return result;
      } catch (error) {
        failed = error;
        await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release(failed instanceof pg.DatabaseError || failed === undefined ? undefined : true);
      }
    },

    onRecorded(listener) {
      listeners.push(listener);
    },

    async close() {
      await pool.end();
    },
  };
}
