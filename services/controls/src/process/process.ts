import { AnnexError, badInput } from '@annex/schema';

/** A process as far as its dependencies tell: its name is what people read of a way that leads back. */
export interface Node {
  readonly id: string;
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** So many processes one depends on at most. */
const mostDependencies = 100;

/**
 * The way from a process along dependencies back to itself, beginning and ending with it; undefined where there is none.
 * @param processes all of the ISMS, this one as it is to be
 */
export function cycleThrough(start: string, processes: ReadonlyMap<string, Node>): string[] | undefined {
  const from = new Map<string, string>();
  const waiting = [start];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const needed of processes.get(next)?.dependsOn ?? []) {
      if (needed === start) {
        const way = [start];
        for (let at: string | undefined = next; at !== undefined && at !== start; at = from.get(at)) way.unshift(at);
        return [start, ...way];
      }
      if (from.has(needed)) continue;
      from.set(needed, next);
      waiting.push(needed);
    }
  }
  return undefined;
}

/**
 * What a process may depend on: other processes of the ISMS, each named once, none of which leads back to it.
 * @param process as it is to be
 * @param others every other process of the ISMS
 * @throws AnnexError BAD_INPUT naming each that is unknown, or the way that leads back
 */
export function checkDependencies(process: Node, others: readonly Node[]): string[] {
  const field = 'input.dependsOn';
  if (process.dependsOn.length > mostDependencies) {
    throw badInput(field, process.dependsOn.length, `must name at most ${mostDependencies} processes`);
  }
  const known = new Map<string, Node>([...others, process].map((one) => [one.id, one]));
  const faults = process.dependsOn.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: `${field}.${index}`, given: id, allowed: 'must be a process of the same ISMS' }],
  );
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  const cycle = cycleThrough(process.id, known);
  if (cycle) {
    const way = cycle.map((id) => known.get(id)?.name ?? id).join(' → ');
    const needed = cycle[1] ?? process.id;
    throw badInput(
      `${field}.${process.dependsOn.indexOf(needed)}`,
      needed,
      `must not lead back to the process itself: ${way}`,
    );
  }
  return [...new Set(process.dependsOn)];
}
