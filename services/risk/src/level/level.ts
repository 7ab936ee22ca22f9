import {
  type AcceptanceRule,
  type ByCategory,
  bandAt,
  bandOf,
  type Criteria,
  levelAt,
  moneyKey,
  significant,
} from '../criteria/criteria.ts';

/** A place in the matrix and what the criteria say of it. */
export interface Rating {
  readonly likelihood: number;
  readonly consequence: number;
  readonly level: string;
  readonly rank: number;
  readonly rule: AcceptanceRule;
}

/** What a link to an implementation brings: how far it would cut at full strength, and how strong it is. */
export interface Factor {
  readonly implementationId: string;
  readonly reference: string;
  readonly title: string;
  /** Verified strength, 0..1; 0 where the implementation is unknown, not started or only planned. */
  readonly strength: number;
  /** Why the strength is what it is, where that is not the indicator itself. */
  readonly strengthNote: string | null;
  readonly likelihoodEffect: number;
  readonly consequenceEffect: number;
  /** Links of the same cause stand or fall together: only the strongest of them counts. */
  readonly commonCause: string | null;
}

/** On which axes a factor counts; NONE where others of its common cause cut more. */
export type Counted = 'BOTH' | 'LIKELIHOOD' | 'CONSEQUENCE' | 'NONE';
export interface CountedFactor extends Factor {
  readonly counted: Counted;
}

/** A rating with the amounts that it was read from. */
export interface MeasuredRating extends Rating {
  /** A year. */
  readonly frequency: number;
  /** Minor units of the criteria's currency. */
  readonly loss: number;
  /** The category whose consequence is the worst and so decides; the first of those that are equally bad. */
  readonly category: string;
  /** What is lost in categories beside money, in their units; null where the risk is rated in money alone. */
  readonly amounts: ByCategory | null;
}

export interface CurrentLevel extends MeasuredRating {
  readonly factors: readonly CountedFactor[];
}

/** The rating of a likelihood and a consequence, both levels of the criteria. */
export function ratingAt(criteria: Criteria, likelihood: number, consequence: number): Rating {
  const { name, rank, rule } = levelAt(criteria, likelihood, consequence);
  return { likelihood, consequence, level: name, rank, rule };
}

/**
 * The rating of a frequency and of what is lost: banded, then looked up in the matrix. Of several categories the worst decides: all
 * have the columns of one matrix, so the highest column has the highest level.
 * @param amounts by further category; those that the criteria do not have say nothing
 */
export function ratingOf(
  criteria: Criteria,
  frequency: number,
  loss: number,
  amounts: ByCategory | null = null,
): MeasuredRating {
  let consequence = bandOf(criteria.consequences, loss);
  let category = moneyKey;
  for (const one of amounts === null ? [] : criteria.categories) {
    const amount = amounts?.[one.key];
    const level = amount === undefined ? 0 : bandOf(one.bands, amount);
    if (level > consequence) {
      consequence = level;
      category = one.key;
    }
  }
  const rating = ratingAt(criteria, bandOf(criteria.likelihoods, frequency), consequence);
  return { ...rating, frequency, loss, category, amounts };
}

/** What stands for the levels of a risk in categories beside money. */
function amountsAt(criteria: Criteria, levels: ByCategory): ByCategory {
  const amounts: Record<string, number> = {};
  for (const { key, bands } of criteria.categories) {
    const level = levels[key];
    if (level !== undefined) amounts[key] = bandAt(bands, level).representative;
  }
  return amounts;
}

/**
 * The level before any control (our term: inherent), with the representative values of its bands.
 * @param levels by further category; null where the risk is rated in money alone
 */
export function inherentLevel(
  criteria: Criteria,
  likelihood: number,
  consequence: number,
  levels: ByCategory | null = null,
): MeasuredRating {
  const frequency = bandAt(criteria.likelihoods, likelihood).representative;
  const loss = bandAt(criteria.consequences, consequence).representative;
  // A band holds its own representative, so banding it again changes nothing.
  if (levels !== null) return ratingOf(criteria, frequency, loss, amountsAt(criteria, levels));
  return { ...ratingAt(criteria, likelihood, consequence), frequency, loss, category: moneyKey, amounts: null };
}

const cuts = {
  LIKELIHOOD: (factor: Factor) => factor.likelihoodEffect * factor.strength,
  CONSEQUENCE: (factor: Factor) => factor.consequenceEffect * factor.strength,
} as const;
type Axis = keyof typeof cuts;

/**
 * The factors that count on an axis: every one without a common cause, and of each cause the one that cuts most there.
 * By axis, because a group that swapped its one link for another could lower one axis and raise the other.
 */
function countedOn(axis: Axis, factors: readonly Factor[]): Factor[] {
  const strongest = new Map<string, Factor>();
  for (const factor of factors) {
    const key = factor.commonCause === null ? `link ${factor.implementationId}` : `cause ${factor.commonCause}`;
    const best = strongest.get(key);
    if (!best || cuts[axis](factor) > cuts[axis](best)) strongest.set(key, factor);
  }
  // The order of multiplication is fixed by name, so that equal inputs give equal bits.
  return [...strongest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, factor]) => factor);
}

/** Never below the floor, unless it began there: controls do not raise a risk. */
function reduce(axis: Axis, from: number, counting: readonly Factor[], floor: number): number {
  const left = counting.reduce((product, factor) => product * (1 - cuts[axis](factor)), from);
  return significant(Math.max(left, Math.min(from, floor)));
}

/** As `reduce`, for each further category with the floor that it has. */
function reduceAll(criteria: Criteria, from: ByCategory, counting: readonly Factor[]): ByCategory {
  const left: Record<string, number> = {};
  for (const { key, floor } of criteria.categories) {
    const amount = from[key];
    if (amount !== undefined) left[key] = reduce('CONSEQUENCE', amount, counting, floor);
  }
  return left;
}

/**
 * What controls leave of a frequency and of what is lost, and on which axes each counts (domain model, 6). It never rises with a control;
 * the order of links does not matter.
 */
export function withControls(
  criteria: Criteria,
  start: { readonly frequency: number; readonly loss: number; readonly amounts?: ByCategory | null },
  factors: readonly Factor[],
): {
  readonly frequency: number;
  readonly loss: number;
  readonly amounts: ByCategory | null;
  readonly factors: readonly CountedFactor[];
} {
  const ordered = [...factors].sort((a, b) => (a.implementationId < b.implementationId ? -1 : 1));
  const onLikelihood = countedOn('LIKELIHOOD', ordered);
  const onConsequence = countedOn('CONSEQUENCE', ordered);
  return {
    frequency: reduce('LIKELIHOOD', start.frequency, onLikelihood, criteria.floorFrequency),
    loss: reduce('CONSEQUENCE', start.loss, onConsequence, criteria.floorLoss),
    amounts: start.amounts ? reduceAll(criteria, start.amounts, onConsequence) : null,
    factors: ordered.map((factor) => ({
      ...factor,
      counted: countedOf(onLikelihood.includes(factor), onConsequence.includes(factor)),
    })),
  };
}

/**
 * The level with the controls that exist: `frequency × Π(1 − Lᵢ sᵢ)`, `loss × Π(1 − Cᵢ sᵢ)` in each category, banded again (domain model, 6;
 * ISO/IEC 27005:2022, 7.3). A stronger control never raises it; the order of links does not matter.
 */
export function currentLevel(
  criteria: Criteria,
  inherent: { readonly likelihood: number; readonly consequence: number; readonly consequences?: ByCategory | null },
  factors: readonly Factor[],
): CurrentLevel {
  const start = inherentLevel(criteria, inherent.likelihood, inherent.consequence, inherent.consequences);
  const { frequency, loss, amounts, factors: counted } = withControls(criteria, start, factors);
  return { ...ratingOf(criteria, frequency, loss, amounts), factors: counted };
}

function countedOf(likelihood: boolean, consequence: boolean): Counted {
  if (likelihood) return consequence ? 'BOTH' : 'LIKELIHOOD';
  return consequence ? 'CONSEQUENCE' : 'NONE';
}
