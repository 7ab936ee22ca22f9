import type { ServiceName } from '@annex/schema';
import type { Pool } from 'pg';
import type { Scope } from '../scope.ts';
import type { Tx, WriteTx } from './transaction.ts';

export interface OpenRead<T> {
  readonly tx: Tx<T>;
  /** Ends the transaction and gives the connection back. */
  end(): Promise<void>;
}

/** The one way to a service's data: the pool of its login role, transactions bound to a tenant. */
export interface Database<T> {
  readonly service: ServiceName;
  readonly pool: Pool;
  /** Opens a repeatable-read, read-only transaction in one round trip; as of `scope.asOf` where it is set. */
  openRead(scope: Scope): Promise<OpenRead<T>>;
  /** Runs in a read transaction of its own. */
  read<R>(scope: Scope, run: (tx: Tx<T>) => Promise<R>): Promise<R>;
  /**
   * Runs in a read-committed write transaction; commits when `run` resolves (then pokes the relay if events were
   * recorded), rolls back when it throws. Serialisation failures and deadlocks are tried again up to three times.
   * @throws AnnexError AS_OF_NOT_WRITABLE where scope.asOf is set
   */
  write<R>(scope: Scope, run: (tx: WriteTx<T>) => Promise<R>): Promise<R>;
  /**
   * The one exception from the tenant scope, for relay, ticker and sweeps: runs as the worker role, which reaches
   * outbox, inbox, dead letters and due rows of all tenants and nothing else. Use it to find tenants; do the work in `write`.
   */
  acrossTenants<R>(run: (query: <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>) => Promise<R>): Promise<R>;
  /** Calls `listener` after each commit that recorded events (in this process). */
  onRecorded(listener: () => void): void;
  close(): Promise<void>;
}
