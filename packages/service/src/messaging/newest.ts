/**
 * The rows of an event as a projection takes them: the newest of each id, since one statement cannot write a row twice, in the order of the
 * ids, in which rows are locked everywhere.
 */
export function newestOfEach<R extends { readonly id: string; readonly version: number }>(rows: readonly R[]): R[] {
  const byId = new Map<string, R>();
  for (const row of rows) if (row.version > (byId.get(row.id)?.version ?? 0)) byId.set(row.id, row);
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
