import type { EventData, EventType, ServiceName } from '@annex/schema';
import type { Kysely } from 'kysely';
import type { QueryResult, QueryResultRow } from 'pg';
import { uuidv7 } from 'uuidv7';
import type { Scope } from '../scope.ts';
import { bind, type Send } from './bound.ts';
import { eventBodies, largeOutboxInsert, outboxInsert } from './outbox.ts';

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

/** What a transaction that is open offers. A class: a getter of an object literal would be made anew, and kept long, for each transaction. */
export class OpenTransaction<T> implements Tx<T> {
  readonly scope: Scope;
  readonly now: Date;
  readonly #send: Send;
  #db: Kysely<T> | undefined;

  constructor(scope: Scope, now: Date, send: Send) {
    this.scope = scope;
    this.now = now;
    this.#send = send;
  }

  get tenant(): string {
    return this.scope.tenant;
  }

  get db(): Kysely<T> {
    this.#db ??= bind<T>(this.#send);
    return this.#db;
  }

  query<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    return this.#send<R>(values ? { text, values: [...values] } : { text });
  }
}

/** Characters of events that a transaction keeps until its end. */
const maxHeld = 4 * 1024 * 1024;
/** Characters of events that travel with the commit. */
const maxWithCommit = 64 * 1024;

/** A transaction that keeps what is recorded, to go with the commit, or before it where there is much. */
export class OpenWrite<T> extends OpenTransaction<T> implements WriteTx<T> {
  readonly #service: ServiceName;
  #recorded: ReturnType<typeof eventBodies> = [];
  #size = 0;
  readonly #written: Promise<unknown>[] = [];
  readonly #after: (() => void)[] = [];

  constructor(service: ServiceName, scope: Scope, now: Date, send: Send) {
    super(scope, now, send);
    this.#service = service;
  }

  record<E extends EventType>(
    type: E,
    data: EventData<E>,
    about: { readonly subject?: string; readonly entityVersion?: number } = {},
  ): void {
    const { scope, now: time } = this;
    const bodies = eventBodies({ service: this.#service, type, data, about, scope, time, newId: uuidv7 });
    this.#recorded.push(...bodies);
    for (const { body } of bodies) this.#size += body.length;
    if (this.#size >= maxHeld) this.#writeRecorded();
  }

  afterCommit(run: () => void): void {
    this.#after.push(run);
  }

  #writeRecorded(): void {
    const { text, values } = largeOutboxInsert(this.tenant, this.#recorded);
    const write = this.query(text, values);
    // Whoever waits for it, below, is told that it failed.
    write.catch(() => undefined);
    this.#written.push(write);
    this.#recorded = [];
    this.#size = 0;
  }

  /**
   * Writes what cannot travel with the commit.
   * @returns the text that commits, whether anything was recorded, and what follows the commit
   */
  async closing(): Promise<{
    readonly commit: string;
    readonly recorded: boolean;
    readonly after: readonly (() => void)[];
  }> {
    if (this.#size > maxWithCommit) this.#writeRecorded();
    await Promise.all(this.#written);
    const held = this.#recorded.length > 0;
    return {
      commit: held ? `${outboxInsert(this.tenant, this.#recorded)}; commit` : 'commit',
      recorded: held || this.#written.length > 0,
      after: this.#after,
    };
  }
}
