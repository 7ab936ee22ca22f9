/**
 * The rows of an event as a projection takes them: the newest of each id, in the order in which rows are locked everywhere.
 */
export function newestById<R extends { readonly id: string; readonly version: number }>(rows: readonly R[]): R[] {
  const newest = new Map<string, R>();
  for (const row of rows) {
    if ((newest.get(row.id)?.version ?? 0) < row.version) newest.set(row.id, row);
  }
  return [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
