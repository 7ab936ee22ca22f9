import type { Criteria } from '../criteria/criteria.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import type { Derived } from '../risk/risk.ts';

/** How many open risks have a level. */
export interface LevelCount {
  readonly name: string;
  readonly rank: number;
  readonly count: number;
}

/** A risk that has another level by other criteria. */
export interface Move {
  readonly riskId: string;
  readonly reference: string;
  readonly from: string;
  readonly to: string;
}

/** What other criteria do to the open risks of a register. */
export interface Moves {
  readonly examined: number;
  readonly moved: number;
  readonly before: readonly LevelCount[];
  readonly after: readonly LevelCount[];
  /** The first of them, by reference. */
  readonly risks: readonly Move[];
}

const mostShown = 100;

function counter({ levels }: Criteria) {
  const counts = new Map<string, number>(levels.map(({ name }) => [name, 0]));
  return {
    add: (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1),
    counts: (): LevelCount[] => levels.map(({ name, rank }) => ({ name, rank, count: counts.get(name) ?? 0 })),
  };
}

/** Counts what moves between criteria, a risk at a time, however large the register is. */
export function movesBetween(before: Criteria, after: Criteria) {
  const [from, to] = [counter(before), counter(after)];
  const moved: { readonly row: RiskRow; readonly to: string }[] = [];
  let examined = 0;
  return {
    add(row: RiskRow, { currentLevel }: Pick<Derived, 'currentLevel'>): void {
      if (row.status !== 'OPEN') return;
      examined += 1;
      from.add(row.currentLevel);
      to.add(currentLevel);
      if (currentLevel !== row.currentLevel) moved.push({ row, to: currentLevel });
    },
    counted: (): Moves => ({
      examined,
      moved: moved.length,
      before: from.counts(),
      after: to.counts(),
      risks: moved
        .sort((a, b) => a.row.number - b.row.number)
        .slice(0, mostShown)
        .map(({ row, to: level }) => ({
          riskId: row.id,
          reference: row.reference,
          from: row.currentLevel,
          to: level,
        })),
    }),
  };
}
