import { bandAt, bandOf, type Criteria, categoryOf, levelAt } from '../criteria/criteria.ts';
import type { Explanation } from './level.explanation.ts';
import type { MeasuredRating } from './level.ts';

/** A loss as the API shows it: whole minor units. */
export const lossView = (minorUnits: number, currency: string) => ({ minorUnits: Math.round(minorUnits), currency });

/** A rating as the API shows it, with the criteria's words. */
export function ratingView(criteria: Criteria, rating: MeasuredRating) {
  return {
    ...rating,
    likelihoodName: bandAt(criteria.likelihoods, rating.likelihood).name,
    consequenceName: bandAt(categoryOf(criteria, rating.category).bands, rating.consequence).name,
    authority: levelAt(criteria, rating.likelihood, rating.consequence).authority,
    loss: lossView(rating.loss, criteria.currency),
  };
}

export function explanationView(criteria: Criteria, { sentence, inherent, current, factors }: Explanation) {
  const { likelihood, consequence, category } = current;
  const moneyLevel = bandOf(criteria.consequences, current.loss);
  return {
    sentence,
    inherent: ratingView(criteria, inherent),
    factors: factorsView(factors),
    frequency: current.frequency,
    loss: lossView(current.loss, criteria.currency),
    floorFrequency: criteria.floorFrequency,
    floorLoss: lossView(criteria.floorLoss, criteria.currency),
    likelihood: { level: likelihood, ...bandAt(criteria.likelihoods, likelihood) },
    consequence: { level: moneyLevel, ...bandAt(criteria.consequences, moneyLevel) },
    category,
    cell: levelAt(criteria, likelihood, consequence),
  };
}

/** Factors as the API shows them. */
export const factorsView = (factors: Explanation['factors']) =>
  factors.map((factor) => ({ ...factor, implementation: { id: factor.implementationId } }));
