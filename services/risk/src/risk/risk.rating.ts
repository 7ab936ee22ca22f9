import { type Criteria, moneyKey } from '../criteria/criteria.ts';
import { currentLevel, type Factor, inherentLevel, type MeasuredRating } from '../level/level.ts';
import type { RiskRow } from './risk.store.ts';

/**
 * The current level as it is kept with the risk. What is left in categories beside money is not kept: it is worked out from the links
 * that the kept level was worked out from.
 */
export function currentRating(criteria: Criteria, row: RiskRow, factors: readonly Factor[]): MeasuredRating {
  if (row.consequences !== null) {
    const { inherentLikelihood: likelihood, inherentConsequence: consequence, consequences } = row;
    const { factors: _, ...rating } = currentLevel(criteria, { likelihood, consequence, consequences }, factors);
    return rating;
  }
  return {
    likelihood: row.currentLikelihood,
    consequence: row.currentConsequence,
    level: row.currentLevel,
    rank: row.currentRank,
    rule: row.currentRule,
    frequency: row.currentFrequency,
    loss: row.currentLoss,
    category: moneyKey,
    amounts: null,
  };
}

/** The level of a risk before any control, in all its categories. */
export const inherentRating = (criteria: Criteria, row: RiskRow): MeasuredRating =>
  inherentLevel(criteria, row.inherentLikelihood, row.inherentConsequence, row.consequences);

/** The column of the matrix before any control: of several categories the worst decides. */
export const inherentColumn = (row: Pick<RiskRow, 'inherentConsequence' | 'consequences'>): number =>
  row.consequences === null
    ? row.inherentConsequence
    : Math.max(row.inherentConsequence, ...Object.values(row.consequences));
