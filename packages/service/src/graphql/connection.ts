import { AnnexError, badInput } from '@annex/schema';
import type { GraphQLFieldResolver } from 'graphql';
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Tx } from '../database/transaction.ts';
import { type CursorValues, decodeCursor, encodeCursor } from './cursor.ts';
import type { CallContext } from './module.ts';

export const defaultPageSize = 50;
export const maxPageSize = 200;

/** The paging arguments of a connection field, as GraphQL gives them. */
export interface ConnectionArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

type Direction = 'asc' | 'desc' | 'asc nullable' | 'desc nullable';

interface SortColumn {
  readonly name: string;
  readonly descending: boolean;
  readonly nullable: boolean;
}

/** An order of a list that never ties: the sort columns and at last the id. Made once, at module level, by `ordering`. */
export interface Ordering {
  readonly columns: readonly SortColumn[];
  /** What cursors are bound to. */
  readonly identity: string;
}

/**
 * An order for `connection`. Columns are named as the query's rows have them; the id is added as the last one, in the direction of the
 * first. Null sorts as the largest value (PostgreSQL's habit), and must be allowed for: `{ dueAt: 'asc nullable' }`.
 */
export function ordering(
  columns: { readonly [column: string]: Direction },
  options: { readonly id?: string } = {},
): Ordering {
  const sorted = Object.entries(columns).map(([name, direction]) => ({
    name,
    descending: direction.startsWith('desc'),
    nullable: direction.endsWith('nullable'),
  }));
  const id = options.id ?? 'id';
  if (!Object.hasOwn(columns, id))
    sorted.push({ name: id, descending: sorted[0]?.descending ?? false, nullable: false });
  return { columns: sorted, identity: JSON.stringify(sorted) };
}

/** What a list is made of; `parent` where it hangs on an object that comes many at a time. */
export interface ConnectionSource<T, Row extends object, Node = Row> {
  readonly order: Ordering;
  /** The whole list, unordered and unlimited: a kysely query or `sql<Row>` text. Its columns include those of the order. */
  readonly query: (tx: Tx<T>) => Expression<Row>;
  /** Makes the node of a row; the row itself unless told. */
  readonly node?: (row: Row) => Node;
  /**
   * For a field of an object that may come many times in an answer: pages of all parents are read in one statement. `field`
   * names the list (`Control.risks`), `column` of the rows holds the parent's id. `query` must not depend on the parent.
   */
  readonly parent?: {
    readonly field: string;
    readonly column: string;
    readonly id: string;
    readonly type?: 'uuid' | 'text';
  };
}

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}

/** A list of which only what is asked for is read. */
export interface Connection<Node> {
  edges(): Promise<readonly Edge<Node>[]>;
  nodes(): Promise<readonly Node[]>;
  pageInfo(): Promise<{
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  }>;
  totalCount(): Promise<number>;
}

interface Window {
  readonly size: number;
  readonly backward: boolean;
  readonly after?: CursorValues;
  readonly before?: CursorValues;
}

function sizeOf(argument: 'first' | 'last', given: number): number {
  if (!Number.isInteger(given) || given < 1 || given > maxPageSize) {
    throw badInput(argument, given, `must be a whole number from 1 to ${maxPageSize}`);
  }
  return given;
}

function windowOf(args: ConnectionArgs, order: Ordering): Window {
  const { first, last, after, before } = args;
  if (typeof first === 'number' && typeof last === 'number')
    throw badInput('last', last, 'must not come together with first');
  const backward = typeof last === 'number';
  const size = backward ? sizeOf('last', last) : sizeOf('first', first ?? defaultPageSize);
  const place = (argument: string, cursor: string) =>
    decodeCursor(argument, cursor, order.identity, order.columns.length);
  return {
    size,
    backward,
    ...(typeof after === 'string' ? { after: place('after', after) } : {}),
    ...(typeof before === 'string' ? { before: place('before', before) } : {}),
  };
}

const columnOf = (column: SortColumn) => sql.ref(`page.${column.name}`);

/** Entries behind a place, or before it. */
function beyond(order: Ordering, values: CursorValues, forward: boolean): RawBuilder<boolean> {
  const { columns } = order;
  const uniform = columns.every((column) => !column.nullable && column.descending === columns[0]?.descending);
  if (uniform) {
    const sign = sql.raw((columns[0]?.descending ?? false) === forward ? '<' : '>');
    return sql<boolean>`(${sql.join(columns.map(columnOf))}) ${sign} (${sql.join(values.map((value) => sql`${value}`))})`;
  }
  const ways = columns.map((column, index) => {
    const equal = columns.slice(0, index).map((earlier, at) => {
      const value = values[at];
      return value === null ? sql`${columnOf(earlier)} is null` : sql`${columnOf(earlier)} = ${value}`;
    });
    return sql`(${sql.join([...equal, past(column, values[index] ?? null, forward)], sql` and `)})`;
  });
  // The alternatives alone would walk the index from its start; the bound on the first column begins at the place.
  const [lead] = columns;
  const bound =
    lead && !lead.nullable
      ? sql`${columnOf(lead)} ${sql.raw(lead.descending === forward ? '<=' : '>=')} ${values[0]} and `
      : sql``;
  return sql<boolean>`${bound}(${sql.join(ways, sql` or `)})`;
}

function past(column: SortColumn, value: string | null, forward: boolean): RawBuilder<unknown> {
  const ref = columnOf(column);
  const larger = column.descending !== forward;
  if (value === null) return larger ? sql`false` : sql`${ref} is not null`;
  if (!larger) return sql`${ref} < ${value}`;
  return column.nullable ? sql`(${ref} > ${value} or ${ref} is null)` : sql`${ref} > ${value}`;
}

interface Read<Row> {
  readonly row: Row;
  readonly cursor: string;
}

/** The statement of one page: one entry more than asked for tells whether others follow. */
function pageOf<Row>(
  query: Expression<Row>,
  order: Ordering,
  window: Window,
  also: RawBuilder<unknown>[],
): RawBuilder<Row> {
  const conditions = [
    ...also,
    ...(window.after ? [beyond(order, window.after, true)] : []),
    ...(window.before ? [beyond(order, window.before, false)] : []),
  ];
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``;
  const by = order.columns.map(
    (column) => sql`${columnOf(column)} ${sql.raw(column.descending !== window.backward ? 'desc' : 'asc')}`,
  );
  // Text keeps the microseconds and digits that a JavaScript value would lose, and a place would be missed by them.
  const place = sql.join(order.columns.map((column) => sql`${columnOf(column)}::text`));
  return sql<Row>`select page.*, array[${place}] as connection_place from (${query}) as page ${where} order by ${sql.join(by)} limit ${sql.lit(window.size + 1)}`;
}

type PlacedRow = { connectionPlace: (string | null)[]; connectionParent?: string };

function readRows<Row extends object>(rows: readonly Row[], order: Ordering): Read<Row>[] {
  return rows.map((placed) => {
    const { connectionPlace, connectionParent: _, ...row } = placed as Row & PlacedRow;
    return { row: row as unknown as Row, cursor: encodeCursor(order.identity, connectionPlace) };
  });
}

/** A sealed but forged cursor may hold what no column can: PostgreSQL refuses it (class 22, data exception). */
async function blamingCursor<R>(window: Window, run: () => Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const argument = window.after ? 'after' : window.before ? 'before' : undefined;
    if (argument === undefined || typeof code !== 'string' || !code.startsWith('22')) throw error;
    throw new AnnexError('BAD_INPUT', `${argument}: must be a cursor of this list`, {
      faults: [{ field: argument, allowed: 'must be a cursor of this list, as an edge or pageInfo gave it' }],
      cause: error,
    });
  }
}

async function pagesOfParents<T, Row extends object>(
  tx: Tx<T>,
  source: ConnectionSource<T, Row, never>,
  parent: NonNullable<ConnectionSource<T, Row>['parent']>,
  window: Window,
  ids: readonly string[],
): Promise<Read<Row>[][]> {
  const column = sql.ref(`page.${parent.column}`);
  const page = pageOf(source.query(tx), source.order, window, [sql`${column} = parent.id`]);
  const type = sql.raw(parent.type ?? 'uuid');
  const { rows } = await sql<Row & PlacedRow>`
    select found.*, parent.id as connection_parent from unnest(${[...ids]}::${type}[]) as parent(id) cross join lateral (${page}) as found`.execute(
    tx.db,
  );
  const byParent = new Map<string, Row[]>();
  for (const row of rows) {
    const of = byParent.get(row.connectionParent ?? '');
    if (of) of.push(row);
    else byParent.set(row.connectionParent ?? '', [row]);
  }
  return ids.map((id) => readRows(byParent.get(id) ?? [], source.order));
}

async function countsOfParents<T, Row extends object>(
  tx: Tx<T>,
  source: ConnectionSource<T, Row, never>,
  parent: NonNullable<ConnectionSource<T, Row>['parent']>,
  ids: readonly string[],
): Promise<number[]> {
  const column = sql.ref(`page.${parent.column}`);
  const { rows } = await sql<{ parent: string; total: number }>`
    select ${column} as parent, count(*) as total from (${source.query(tx)}) as page
    where ${column} = any(${[...ids]}::${sql.raw(parent.type ?? 'uuid')}[]) group by 1`.execute(tx.db);
  const totals = new Map(rows.map((row) => [row.parent, Number(row.total)]));
  return ids.map((id) => totals.get(id) ?? 0);
}

/**
 * A Relay connection over a query, paged by key. Pages are 50 entries long unless `first` or `last` say otherwise (1 to 200); the rows
 * are read when edges, nodes or pageInfo are asked for, the count when totalCount is.
 *
 * @example
 * const newestFirst = ordering({ createdAt: 'desc' });
 *
 * export const noteResolvers: ResolverMap<NoteTables> = {
 *   Query: {
 *     notes: (_, args, context) =>
 *       connection(context, args, {
 *         order: newestFirst,
 *         query: (tx) => tx.db.selectFrom('note').selectAll().where('tenantId', '=', tx.tenant).where('ismsId', '=', args.ismsId),
 *       }),
 *   },
 *   Note: {
 *     // a list of each of many notes: one statement for all of them
 *     comments: (note, args, context) =>
 *       connection(context, args, {
 *         order: newestFirst,
 *         query: (tx) => tx.db.selectFrom('comment').selectAll().where('tenantId', '=', tx.tenant),
 *         parent: { field: 'Note.comments', column: 'noteId', id: note.id },
 *       }),
 *   },
 * };
 *
 * @throws AnnexError BAD_INPUT naming the argument: sizes out of range, `first` with `last`, a cursor of another list or none at all
 */
export function connection<T, Row extends object, Node = Row>(
  context: CallContext<T>,
  args: ConnectionArgs,
  source: ConnectionSource<T, Row, Node>,
): Connection<Node> {
  const { order, parent } = source;
  const rowsOnly = source as unknown as ConnectionSource<T, Row, never>;
  const window = windowOf(args, order);

  const read = (): Promise<Read<Row>[]> => {
    if (parent) {
      const pages = context.loader<string, Read<Row>[]>(`${parent.field} pages ${JSON.stringify(args)}`, (tx, ids) =>
        blamingCursor(window, () => pagesOfParents(tx, rowsOnly, parent, window, ids)),
      );
      return pages.load(parent.id);
    }
    return context.read((tx) =>
      blamingCursor(window, async () =>
        readRows((await pageOf(source.query(tx), order, window, []).execute(tx.db)).rows, order),
      ),
    );
  };

  let page: Promise<{ edges: readonly Edge<Node>[]; more: boolean }> | undefined;
  const load = () => {
    page ??= read().then((found) => {
      const kept = found.slice(0, window.size);
      if (window.backward) kept.reverse();
      const edges = kept.map(({ row, cursor }) => ({
        cursor,
        node: source.node ? source.node(row) : (row as unknown as Node),
      }));
      return { edges, more: found.length > window.size };
    });
    return page;
  };

  return {
    edges: async () => (await load()).edges,
    nodes: async () => (await load()).edges.map((edge) => edge.node),
    async pageInfo() {
      const { edges, more } = await load();
      return {
        hasNextPage: window.backward ? window.before !== undefined : more,
        hasPreviousPage: window.backward ? more : window.after !== undefined,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      };
    },
    async totalCount() {
      if (parent) {
        const { first: _, last: __, after: ___, before: ____, ...filter } = args as ConnectionArgs & object;
        const counts = context.loader<string, number>(`${parent.field} counts ${JSON.stringify(filter)}`, (tx, ids) =>
          countsOfParents(tx, rowsOnly, parent, ids),
        );
        return counts.load(parent.id);
      }
      return context.read(async (tx) => {
        const counted = await sql<{
          total: number;
        }>`select count(*) as total from (${source.query(tx)}) as page`.execute(tx.db);
        return Number(counted.rows[0]?.total ?? 0);
      });
    },
  };
}

/** The resolver of one of the four parts of a connection type; they read nothing until they are asked for. */
export function resolveConnection(part: string): GraphQLFieldResolver<unknown, CallContext> | undefined {
  if (part !== 'edges' && part !== 'nodes' && part !== 'pageInfo' && part !== 'totalCount') return undefined;
  return (list) => {
    const value = (list as { [name: string]: unknown })[part];
    return typeof value === 'function' ? value() : value;
  };
}
