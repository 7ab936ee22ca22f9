import { AnnexError } from '@annex/schema';
import DataLoader from 'dataloader';
import type { QueryResultRow } from 'pg';
import type { Logger } from 'pino';
import type { Database, OpenRead } from '../database/database.ts';
import type { Tx, WriteTx } from '../database/transaction.ts';
import { checkIdempotencyKey, onceAsAsked } from '../idempotency.ts';
import { type Caller, type RequestInfo, scopeOf } from '../identity/caller.ts';
import type { CallContext } from './module.ts';

/**
 * The context of one execution. It holds at most one connection of the pool at any moment: that of the read transaction, or that
 * of a write. Whoever makes it calls `close` when the execution has ended, however it ended.
 */
export class RequestContext<T> implements CallContext<T> {
  readonly request: RequestInfo;
  readonly #parentLog: Logger;
  #log: Logger | undefined;
  readonly #database: Database<T>;
  readonly #loaders = new Map<string, DataLoader<unknown, unknown>>();
  readonly #reading = new Set<Promise<unknown>>();
  readonly #writes = new Map<string, number>();
  #opening: Promise<OpenRead<T>> | undefined;
  /** The moment of the open read transaction. */
  #now: Date | undefined;
  #writing = false;
  #closed = false;

  constructor(database: Database<T>, request: RequestInfo, log: Logger) {
    this.#database = database;
    this.request = request;
    this.#parentLog = log;
  }

  get caller(): Caller {
    return this.request.caller;
  }

  get log(): Logger {
    this.#log ??= this.#parentLog.child({ correlationId: this.request.correlationId });
    return this.#log;
  }

  read<R>(run: (tx: Tx<T>) => Promise<R>): Promise<R> {
    return this.#whileOpen(() => this.#open().then((opened) => run(opened.tx)));
  }

  ask<R extends QueryResultRow>(statement: string): Promise<readonly R[]> {
    return this.#whileOpen(async () => {
      const first = !this.#opening;
      const opened = await this.#open(statement);
      const found = first ? opened.first : await opened.tx.query<R>(statement);
      return (found?.rows ?? []) as R[];
    });
  }

  async #whileOpen<R>(read: () => Promise<R>): Promise<R> {
    if (this.#closed) throw new Error('The request is answered; nothing reads for it any more');
    if (this.#writing) throw new Error('A write is under way: read in its transaction, or after it');
    const reading = read();
    this.#reading.add(reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(reading);
    }
  }

  at<R>(judge: (now: Date) => R): R | Promise<R> {
    return this.#now ? judge(this.#now) : this.read(async (tx) => judge(tx.now));
  }

  /** @param first travels with the opening, if this opens */
  #open(first?: string): Promise<OpenRead<T>> {
    if (!this.#opening) {
      const opening = this.#database.openRead(scopeOf(this.request), first).then((opened) => {
        this.#now = opened.tx.now;
        return opened;
      });
      this.#opening = opening;
      // What could not be opened must not be ended; the next read tries again.
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  /** Waits for the reads under way, also those whose answer nobody waits for any more, and gives the connection back. */
  async #endReading(): Promise<void> {
    while (this.#reading.size > 0) await Promise.allSettled(this.#reading);
    const opening = this.#opening;
    this.#opening = undefined;
    this.#now = undefined;
    if (opening) await opening.then((opened) => opened.end());
  }

  async write<R>(operation: string, input: unknown, run: (tx: WriteTx<T>) => Promise<R>): Promise<R> {
    const { asOf, idempotencyKey: key } = this.request;
    if (asOf) {
      throw new AnnexError('AS_OF_NOT_WRITABLE', `${operation} was asked for together with Annex-As-Of`, {
        details: { asOf: asOf.toISOString() },
      });
    }
    if (this.#closed) throw new Error('The request is answered; nothing writes for it any more');
    if (this.#writing) throw new Error('A write is under way: one mutation is one transaction');
    if (key !== undefined) checkIdempotencyKey(key);
    // The same mutation twice in one document is two effects; their order in it tells them apart, also in a repeat.
    const count = (this.#writes.get(operation) ?? 0) + 1;
    this.#writes.set(operation, count);
    const named = count === 1 ? operation : `${operation}#${count}`;
    this.#writing = true;
    try {
      await this.#endReading();
      return await this.#database.write(scopeOf(this.request), (tx) =>
        onceAsAsked(tx, this.request, named, input, () => run(tx)),
      );
    } finally {
      this.#writing = false;
      for (const loader of this.#loaders.values()) loader.clearAll();
      this.#loaders.clear();
    }
  }

  loader<K, V>(
    name: string,
    batch: (tx: Tx<T>, keys: readonly K[]) => Promise<readonly (V | Error)[]>,
  ): DataLoader<K, V> {
    let loader = this.#loaders.get(name) as DataLoader<K, V, unknown> | undefined;
    if (!loader) {
      loader = new DataLoader<K, V, unknown>((keys) => this.read((tx) => batch(tx, keys)), {
        cacheKeyFn: (key) => (typeof key === 'object' ? JSON.stringify(key) : key),
      });
      this.#loaders.set(name, loader as DataLoader<unknown, unknown>);
    }
    return loader as DataLoader<K, V>;
  }

  /** Ends what is open. Afterwards the context reads and writes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#endReading();
  }
}
