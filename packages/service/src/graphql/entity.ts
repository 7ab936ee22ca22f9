import { notFound } from '@annex/schema';
import type { Tx } from '../database/transaction.ts';
import type { CallContext } from './module.ts';

/** The entity of an id, or null where the tenant has none; all that a level of the query asks for are read in one statement. */
export function findEntity<T, Row extends { readonly id: string }>(
  context: CallContext<T>,
  kind: string,
  find: (tx: Tx<NoInfer<T>>, ids: readonly string[]) => Promise<readonly Row[]>,
  id: string,
): Promise<Row | null> {
  return context
    .loader<string, Row | null>(`entity ${kind}`, async (tx, ids) => {
      const rows = new Map((await find(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => rows.get(one) ?? null);
    })
    .load(id);
}

/** As `findEntity`. @throws AnnexError NOT_FOUND where the tenant has none */
export async function loadEntity<T, Row extends { readonly id: string }>(
  context: CallContext<T>,
  kind: string,
  find: (tx: Tx<NoInfer<T>>, ids: readonly string[]) => Promise<readonly Row[]>,
  id: string,
): Promise<Row> {
  const row = await findEntity(context, kind, find, id);
  if (!row) throw notFound(kind, id);
  return row;
}
