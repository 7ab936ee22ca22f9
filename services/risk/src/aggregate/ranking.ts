import { money, short } from '../level/level.explanation.ts';
import type { RankedRow } from './ranking.store.ts';

const standings = {
  ABOVE_CRITERIA: 'Above the criteria and not accepted',
  ACCEPTED_ABOVE_CRITERIA: 'Above the criteria and accepted for a time',
  WITHIN_CRITERIA: 'Within the criteria',
} as const;

/** Why a risk has its place, the weightiest reason first. */
export function reasonsOf(row: RankedRow): string[] {
  return [
    `${standings[row.standing]}.`,
    `Level ${row.level}, rank ${row.rank}.`,
    `Expected annual loss ${money(row, row.expectedLoss)}: current frequency by current loss.`,
    row.headroom === null
      ? 'No higher band for its frequency or loss.'
      : `Frequency or loss may grow by the factor ${short(row.headroom)} before the next band begins.`,
  ];
}

/** Why one risk is treated before the one that follows it: the first thing in which they differ. */
export function beforeNext(row: RankedRow, next: RankedRow): string {
  const [own, other] = [row.reference, next.reference];
  if (row.standing !== next.standing)
    return `${own} before ${other}: ${standings[row.standing].toLowerCase()}, the other ${standings[next.standing].toLowerCase()}.`;
  if (row.rank !== next.rank) return `${own} before ${other}: level ${row.level}, the other ${next.level}.`;
  if (row.expectedLoss !== next.expectedLoss)
    return `${own} before ${other}: expected annual loss ${money(row, row.expectedLoss)}, the other ${money(next, next.expectedLoss)}.`;
  if (row.headroom !== next.headroom) return `${own} before ${other}: nearer to the next band.`;
  return `${own} before ${other}: alike in all, so by reference.`;
}
