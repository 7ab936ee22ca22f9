import {
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import { camelCaseQueries, camelRows } from './rows.ts';

/** Sends a statement on the connection of a transaction. */
export type Send = <R extends pg.QueryResultRow>(query: Omit<pg.QueryConfig, 'name'>) => Promise<pg.QueryResult<R>>;

/** A connection that is in a transaction already. */
class BoundConnection implements DatabaseConnection {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  async executeQuery<R>({ sql, parameters }: { readonly sql: string; readonly parameters: readonly unknown[] }) {
    const asked = { text: sql, values: [...parameters], rowMode: 'array' } as pg.QueryArrayConfig;
    const result = await this.#send(asked);
    return {
      rows: camelRows(result.fields, result.rows as unknown as unknown[][]) as R[],
      numAffectedRows: BigInt(result.rowCount ?? 0),
    };
  }

  // biome-ignore lint/correctness/useYield: there is no cursor on a bound connection
  async *streamQuery(): AsyncIterableIterator<QueryResult<never>> {
    throw new Error('Streaming needs a cursor of its own; page by key instead');
  }
}

class NoTransactions extends DummyDriver {
  override async beginTransaction(): Promise<void> {
    throw new Error('The transaction is open already; its scope is the whole operation');
  }
}

const adapter = new PostgresAdapter();
const compiler = new PostgresQueryCompiler();
const driver = new NoTransactions();
const dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createQueryCompiler: () => compiler,
  createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
};
const executor = new Kysely({ dialect, plugins: [camelCaseQueries] }).getExecutor();

/** Queries on the connection of a transaction. What all transactions have in common is made once. */
export function bind<T>(send: Send): Kysely<T> {
  const connection = new BoundConnection(send);
  return new Kysely<T>({
    config: { dialect },
    dialect,
    driver,
    executor: executor.withConnectionProvider({ provideConnection: (consumer) => consumer(connection) }),
  });
}
