import { type AcceptanceRule, bandAt, bandOf, type Criteria, levelAt, significant } from '../criteria/criteria.ts';

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
}

export interface CurrentLevel extends MeasuredRating {
  readonly factors: readonly CountedFactor[];
}

/** The rating of a likelihood and a consequence, both levels of the criteria. */
export function ratingAt(criteria: Criteria, likelihood: number, consequence: number): Rating {
  const { name, rank, rule } = levelAt(criteria, likelihood, consequence);
  return { likelihood, consequence, level: name, rank, rule };
}

/** The rating of a frequency and a loss: banded, then looked up in the matrix. */
export function ratingOf(criteria: Criteria, frequency: number, loss: number): MeasuredRating {
  const rating = ratingAt(criteria, bandOf(criteria.likelihoods, frequency), bandOf(criteria.consequences, loss));
  return { ...rating, frequency, loss };
}

/** The level before any control (our term: inherent), with the representative values of its bands. */
export function inherentLevel(criteria: Criteria, likelihood: number, consequence: number): MeasuredRating {
  return {
    ...ratingAt(criteria, likelihood, consequence),
    frequency: bandAt(criteria.likelihoods, likelihood).representative,
    loss: bandAt(criteria.consequences, consequence).representative,
  };
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

/**
 * What controls leave of a frequency and a loss, and on which axes each counts (domain model, 6). It never rises with a control;
 * the order of links does not matter.
 */
export function withControls(
  criteria: Criteria,
  start: { readonly frequency: number; readonly loss: number },
  factors: readonly Factor[],
): { readonly frequency: number; readonly loss: number; readonly factors: readonly CountedFactor[] } {
  const ordered = [...factors].sort((a, b) => (a.implementationId < b.implementationId ? -1 : 1));
  const onLikelihood = countedOn('LIKELIHOOD', ordered);
  const onConsequence = countedOn('CONSEQUENCE', ordered);
  return {
    frequency: reduce('LIKELIHOOD', start.frequency, onLikelihood, criteria.floorFrequency),
    loss: reduce('CONSEQUENCE', start.loss, onConsequence, criteria.floorLoss),
    factors: ordered.map((factor) => ({
      ...factor,
      counted: countedOf(onLikelihood.includes(factor), onConsequence.includes(factor)),
    })),
  };
}

/**
 * The level with the controls that exist: `frequency × Π(1 − Lᵢ sᵢ)`, `loss × Π(1 − Cᵢ sᵢ)`, banded again (domain model, 6;
 * ISO/IEC 27005:2022, 7.3). A stronger control never raises it; the order of links does not matter.
 */
export function currentLevel(
  criteria: Criteria,
  inherent: { readonly likelihood: number; readonly consequence: number },
  factors: readonly Factor[],
): CurrentLevel {
  const start = inherentLevel(criteria, inherent.likelihood, inherent.consequence);
  const { frequency, loss, factors: counted } = withControls(criteria, start, factors);
  return { ...ratingOf(criteria, frequency, loss), factors: counted };
}

function countedOf(likelihood: boolean, consequence: boolean): Counted {
  if (likelihood) return consequence ? 'BOTH' : 'LIKELIHOOD';
  return consequence ? 'CONSEQUENCE' : 'NONE';
}
