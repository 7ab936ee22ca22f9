import { type Selectable, sql } from 'kysely';
import type { Tx } from './transaction.ts';

/** Before every id. */
const first = '00000000-0000-0000-0000-000000000000';

/**
 * The rows of a table, some at a time: a run after the other, in the order of ids.
 * @param rowsAfter reads the next run, whose ids are greater than the one given; an empty one ends it
 */
export async function* runsOf<Row extends { readonly id: string }>(
  rowsAfter: (id: string) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void> {
  for (let rows = await rowsAfter(first); ; ) {
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    rows = await rowsAfter(last.id);
  }
}

/** Every row of a table of the tenant, some at a time, in the order of ids. */
export function everyRow<T, Table extends keyof T & string>(tx: Tx<T>, table: Table, atATime = 1000) {
  return runsOf(async (after) => {
    const { rows } = await sql<Selectable<T[Table]> & { readonly id: string }>`
      select * from ${sql.table(table)} where tenant_id = ${tx.tenant} and id > ${after} order by id limit ${atATime}`.execute(
      tx.db,
    );
    return rows;
  });
}
