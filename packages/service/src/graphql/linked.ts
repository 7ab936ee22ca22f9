import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import { askedColumns, type FieldColumns } from './asked.ts';
import type { CallContext } from './module.ts';

/** A list of entities that a table of links ties to an object, which may come many times in an answer. Names are those of the database. */
export interface LinkedList<Row> {
  /** The GraphQL field that answers with the list: `Implementation.risks`. */
  readonly field: string;
  readonly table: string;
  readonly links: string;
  /** The column of the links that holds the entity's id, and that which holds the object's. */
  readonly entityId: string;
  readonly objectId: string;
  /** Of `table` or `links`, such as `risk.current_rank desc, risk.id desc`. */
  readonly orderBy: string;
  readonly columns: FieldColumns<Row>;
}

/**
 * The first entities of an object's list. Those of all objects of a level are read in one statement, and of each entity only what `info` asks
 * for: a row may lack every other column.
 */
export function linkedEntities<T, Row extends object>(
  context: CallContext<T>,
  list: LinkedList<Row>,
  objectId: string,
  first: number,
  info: GraphQLResolveInfo,
): Promise<Row[]> {
  const columns = askedColumns(info, list.columns);
  const { table, links } = list;
  return context
    .loader<string, Row[]>(`${list.field} ${first} ${columns}`, async (tx, ids) => {
      const of = (name: string) =>
        columns.length === 0 ? sql.raw(`${name}.*`) : sql.join(columns.map((column) => sql.ref(`${name}.${column}`)));
      const { rows } = await sql<Row & { objectId: string }>`
        select ${of('found')}, object.id as object_id from unnest(${[...ids]}::uuid[]) as object(id) cross join lateral (
          select ${of(table)} from ${sql.table(links)}
          join ${sql.table(table)} on ${sql.ref(`${table}.tenant_id`)} = ${sql.ref(`${links}.tenant_id`)}
            and ${sql.ref(`${table}.id`)} = ${sql.ref(`${links}.${list.entityId}`)}
          where ${sql.ref(`${links}.tenant_id`)} = ${tx.tenant} and ${sql.ref(`${links}.${list.objectId}`)} = object.id
          order by ${sql.raw(list.orderBy)} limit ${first}) as found`.execute(tx.db);
      const found = Map.groupBy(rows, (row) => row.objectId);
      return ids.map((id) => found.get(id) ?? []);
    })
    .load(objectId);
}
