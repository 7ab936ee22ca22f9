import {
  type ByCategory,
  bandAt,
  bandOf,
  type Category,
  type Criteria,
  categoriesOf,
  moneyKey,
} from '../criteria/criteria.ts';
import { type MeasuredRating, ratingAt } from './level.ts';

/** What a rating loses in a category, with its band; undefined where the risk is not rated in it. */
function lossIn(category: Category, rating: MeasuredRating) {
  const amount = category.key === moneyKey ? rating.loss : rating.amounts?.[category.key];
  if (amount === undefined) return undefined;
  const level = bandOf(category.bands, amount);
  return { level, name: bandAt(category.bands, level).name, amount };
}

/** The consequences of a risk by category, money first: before controls, with them, and which decides. */
export function consequencesView(criteria: Criteria, inherent: MeasuredRating, current: MeasuredRating) {
  return categoriesOf(criteria).flatMap((category) => {
    const [before, now] = [lossIn(category, inherent), lossIn(category, current)];
    if (!before || !now) return [];
    const { key, name, unit } = category;
    const { level, rank, rule } = ratingAt(criteria, current.likelihood, now.level);
    return [
      {
        category: key,
        name,
        unit,
        inherentLevel: before.level,
        inherentName: before.name,
        inherentAmount: before.amount,
        currentLevel: now.level,
        currentName: now.name,
        currentAmount: now.amount,
        level,
        rank,
        rule,
        decides: key === current.category,
      },
    ];
  });
}

/** What was confirmed of a rating in each category, in the words of the moment; kept with what people judged. */
export interface JudgedConsequence {
  readonly category: string;
  readonly name: string;
  readonly unit: string;
  readonly level: number;
  readonly levelName: string;
  readonly amount: number;
  readonly decides: boolean;
}

export function judgedConsequences(criteria: Criteria, rating: MeasuredRating): JudgedConsequence[] {
  return categoriesOf(criteria).flatMap((category) => {
    const now = lossIn(category, rating);
    if (!now) return [];
    const { key, name, unit } = category;
    const { level, name: levelName, amount } = now;
    return [{ category: key, name, unit, level, levelName, amount, decides: key === rating.category }];
  });
}

/** The amounts of further categories in what was judged; null where it was money alone. */
export function judgedAmounts(consequences: readonly JudgedConsequence[] | undefined): ByCategory | null {
  const further = (consequences ?? []).filter(({ category }) => category !== moneyKey);
  return further.length === 0 ? null : Object.fromEntries(further.map(({ category, amount }) => [category, amount]));
}
