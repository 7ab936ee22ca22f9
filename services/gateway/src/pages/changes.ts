/** Something that happened, in a line. */
export interface Change {
  readonly id: string;
  readonly time: string;
  /** What kind of thing changed: `risk`, `implementation strength`. */
  readonly what: string;
  /** The thing, where the event names one. */
  readonly about: string;
}

interface Entry {
  readonly eventId: string;
  readonly type: string;
  readonly time: string;
  readonly bytes: string;
}

const shown = 10;

interface Row {
  readonly reference?: unknown;
  readonly title?: unknown;
  readonly name?: unknown;
  readonly clause?: unknown;
  readonly verdict?: unknown;
  readonly clauses?: readonly { readonly clause: string; readonly verdict: string }[];
}

const worded = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, ' ');

function nameOf(row: Row): string {
  if (Array.isArray(row.clauses)) return row.clauses.map((one) => `${one.clause} ${worded(one.verdict)}`).join(', ');
  if (typeof row.clause === 'string' && typeof row.verdict === 'string' && row.reference === undefined)
    return `${row.clause} ${worded(row.verdict)}`;
  return [row.reference, row.title ?? row.name].filter((part) => typeof part === 'string').join(' ');
}

function changeOf({ eventId, type, time, bytes }: Entry): Change {
  const [, service = '', thing = ''] = type.split('.');
  const { data } = JSON.parse(bytes) as { data: { rows?: Row[] } };
  const rows = data.rows ?? [];
  const [first] = rows;
  const more = rows.length > 1 ? ` and ${rows.length - 1} more` : '';
  return {
    id: eventId,
    time,
    what: thing === 'conformity' ? `${service} rules` : worded(thing),
    about: first ? nameOf(first) + more : '',
  };
}

/** The latest events of all sources together, newest first; undefined where none of the trails could be read. */
export function latestChanges(
  trails: Readonly<Record<string, { edges: readonly { node: Entry }[] } | null>> | null | undefined,
): Change[] | undefined {
  const read = Object.values(trails ?? {}).filter((trail) => trail !== null);
  if (read.length === 0) return undefined;
  return read
    .flatMap((trail) => trail.edges.map((edge) => edge.node))
    .sort((a, b) => (a.time === b.time ? b.eventId.localeCompare(a.eventId) : b.time.localeCompare(a.time)))
    .slice(0, shown)
    .map(changeOf);
}
