import type { EventData, EventType } from '@annex/schema';
import type { Kysely } from 'kysely';
import type { QueryResult, QueryResultRow } from 'pg';
import type { Scope } from '../scope.ts';

/**
 * One transaction of one tenant. Stores take it as their first argument; the tenant scope cannot be left out. Who knows more tables may be
 * given to who knows fewer: said by `out`, because the compiler would find it out anew, method by method, for each of hundreds of pairs.
 */
// @ts-expect-error Kysely does not prove it for tables in general; it holds for every real pair.
export interface Tx<out T = unknown> {
  readonly db: Kysely<T>;
  readonly scope: Scope;
  readonly tenant: string;
  /** Business time, the same throughout the transaction. Validity and history are told by it. */
  readonly now: Date;
  /** Hand-written SQL, with $1… parameters. Tables are named without a schema, so that as-of reads work. */
  query<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
}

/** A transaction that may write. Read committed: what waits for a row lock sees what the holder left. */
// @ts-expect-error As above.
export interface WriteTx<out T = unknown> extends Tx<T> {
  /**
   * Records an event in the outbox of this transaction. It is sent if and when the transaction commits.
   * Rows beyond 1,000 or 256 KB are split over several events.
   * @throws Error (a defect) when the data is not what the schema of the type says
   */
  record<E extends EventType>(type: E, data: EventData<E>, about?: { subject?: string; entityVersion?: number }): void;
  /** Runs after the commit, never after a rollback. Failures are logged, not thrown. */
  afterCommit(run: () => void): void;
}
