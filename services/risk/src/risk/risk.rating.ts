import type { MeasuredRating } from '../level/level.ts';
import type { RiskRow } from './risk.store.ts';

/** The current level as it is kept with the risk. */
export const currentRating = (row: RiskRow): MeasuredRating => ({
  likelihood: row.currentLikelihood,
  consequence: row.currentConsequence,
  level: row.currentLevel,
  rank: row.currentRank,
  rule: row.currentRule,
  frequency: row.currentFrequency,
  loss: row.currentLoss,
});
