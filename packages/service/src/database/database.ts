import { AnnexError, isUuid, type ServiceName } from '@annex/schema';
import pg from 'pg';
import type { Logger } from 'pino';
import { businessNow, type ClockKind } from '../clock.ts';
import type { Scope } from '../scope.ts';
import type { Send } from './bound.ts';
import { Client } from './client.ts';
import { rolesOf } from './roles.ts';
import { columnTypes } from './rows.ts';
import { Statements } from './statements.ts';
import { OpenTransaction, OpenWrite, type Tx, type WriteTx } from './transaction.ts';

export interface OpenRead<T> {
  readonly tx: Tx<T>;
  /** What the statement found that was sent together with the opening; undefined where there was none. */
  readonly first: pg.QueryResult | undefined;
  /** Ends the transaction and gives the connection back. It never fails, and need not be waited for: what was read stands. */
  end(): Promise<void>;
}

/** The one way to a service's data: the pool of its login role, transactions bound to a tenant. */
export interface Database<T> {
  readonly service: ServiceName;
  readonly pool: pg.Pool;
  readonly clock: ClockKind;
  /**
   * Opens a repeatable-read, read-only transaction in one round trip; as of `scope.asOf` where it is set.
   * @param first a statement without parameters that is sent together with the opening
   */
  openRead(scope: Scope, first?: string): Promise<OpenRead<T>>;
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
   * The one exception from the tenant scope, for relay, ticker and sweeps: one statement as the worker role, which reaches outbox, inbox,
   * dead letters and due rows of all tenants and nothing else. Use it to find tenants; do the work in `write`. It is asked every second by
   * each of them, so it is one round trip.
   * @param statement without parameters: `literal` writes values into it
   */
  acrossTenants<Row>(statement: string): Promise<Row[]>;
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

/** Statements that resolvers of one request ask for side by side travel together; the connection answers one after the other. */
function sendOn(client: pg.PoolClient, statements: Statements, past: boolean): Send {
  return async <R extends pg.QueryResultRow>(query: Omit<pg.QueryConfig, 'name'>) => {
    const name = query.values ? statements.nameOf(query.text, past) : undefined;
    try {
      return await client.query<R>(name === undefined ? query : { ...query, name });
    } catch (error) {
      statements.outdatedBy(error);
      throw error;
    }
  };
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

/** What may succeed when tried again: serialisation failure, deadlock. */
const transient = new Set(['40001', '40P01']);

export function connectDatabase<T>(options: DatabaseOptions): Database<T> {
  const { service, clock, log } = options;
  const roles = rolesOf(service);
  const pool = new pg.Pool({
    Client,
    connectionString: options.url,
    max: options.poolSize,
    types: columnTypes,
    application_name: `annex ${service}`,
    pipeline: true,
    idleTimeoutMillis: 30_000,
    options: '-c timezone=UTC -c statement_timeout=60s -c idle_in_transaction_session_timeout=120s',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
  });
  const statements = new Statements();
  const listeners: ((tenant: string) => void)[] = [];

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

  /** Gives a connection back on which a statement failed. Where the database answered, the connection is whole. */
  const afterFailure = async (client: pg.PoolClient, error: unknown) => {
    if (error instanceof pg.DatabaseError) await finish(client, 'rollback').catch(() => undefined);
    else client.release(error instanceof Error ? error : true);
  };

  const open = async (mode: 'read' | 'write', scope: Scope, first?: string) => {
    const text = opening(mode, service, scope, clock);
    const client = await pool.connect();
    try {
      const asked = first === undefined ? text : `${text}; ${first}`;
      const results = (await client.query(asked)) as unknown as pg.QueryResult<{ now: string }>[];
      const now = new Date(results[1]?.rows[0]?.now ?? Number.NaN);
      const send = sendOn(client, statements, scope.asOf !== undefined);
      return { client, now, send, first: results[2] as pg.QueryResult | undefined };
    } catch (error) {
      await afterFailure(client, error);
      throw error;
    }
  };

  const openRead = async (scope: Scope, asked?: string): Promise<OpenRead<T>> => {
    const { client, now, send, first } = await open('read', scope, asked);
    const tx = new OpenTransaction<T>(scope, now, send);
    let ended = false;
    return {
      tx,
      first,
      async end() {
        if (ended) return;
        ended = true;
        await finish(client, 'commit').catch((lost) =>
          log.warn({ err: lost }, 'the end of a read did not reach the database'),
        );
      },
    };
  };

  const attempt = async <R>(
    scope: Scope,
    run: (tx: WriteTx<T>, firstRows: number) => Promise<R>,
    first?: string,
  ): Promise<R> => {
    const { client, now, send, first: found } = await open('write', scope, first);
    const tx = new OpenWrite<T>(service, scope, now, send);
    let result: R;
    let closing: Awaited<ReturnType<typeof tx.closing>>;
    try {
      result = await run(tx, found?.rowCount ?? 0);
      closing = await tx.closing();
    } catch (error) {
      await finish(client, 'rollback').catch((lost) =>
        log.warn({ err: lost }, 'a rollback did not reach the database'),
      );
      throw error;
    }
    await finish(client, closing.commit);
    for (const listener of closing.recorded ? [...closing.after, ...listeners] : closing.after) {
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
        void opened.end();
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

    async acrossTenants<Row>(statement: string) {
      const client = await pool.connect();
      const scoped = `begin; set local role ${pg.escapeIdentifier(roles.worker)}; set local search_path = ${service}; ${statement}; commit`;
      try {
        const results = (await client.query(scoped)) as unknown as pg.QueryResult[];
        client.release();
        return results[3]?.rows as Row[];
      } catch (error) {
        await afterFailure(client, error);
        throw error;
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
