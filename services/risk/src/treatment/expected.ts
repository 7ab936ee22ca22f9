import type { ByCategory, Criteria } from '../criteria/criteria.ts';
import { type JudgedConsequence, judgedAmounts } from '../level/consequence.ts';
import { type Explanation, explain, short } from '../level/level.explanation.ts';
import { type Factor, type MeasuredRating, ratingOf } from '../level/level.ts';
import type { RiskStatus, TreatmentOption } from '../risk/risk.ts';

/** What a treatment promises of an implementation, linked to the risk or not yet. */
export interface TreatmentPromise {
  readonly implementationId: string;
  /** The strength that it will have, 0..1. */
  readonly strength: number;
  readonly likelihoodEffect: number;
  readonly consequenceEffect: number;
  readonly commonCause: string | null;
}

/** An implementation as far as it is named. */
export interface NamedImplementation {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly verified: number | null;
  readonly deleted: boolean;
}

/**
 * The links of a risk as they will be when every promise is kept. An implementation that is stronger already than was promised stays as
 * strong; one that was removed keeps no promise.
 */
export function keptPromises(
  links: readonly Factor[],
  promises: readonly TreatmentPromise[],
  known: ReadonlyMap<string, NamedImplementation>,
): Factor[] {
  const promised = new Map(promises.map((promise) => [promise.implementationId, promise]));
  const others = links.filter((link) => !promised.has(link.implementationId));
  const kept = promises.map(({ implementationId, strength, ...effects }): Factor => {
    const link = links.find((one) => one.implementationId === implementationId);
    const implementation = known.get(implementationId);
    const { reference, title } = implementation ?? { reference: '', title: '' };
    const named = { implementationId, reference, title, ...effects };
    if (!implementation || implementation.deleted)
      return { ...named, strength: 0, strengthNote: 'the implementation was removed' };
    const present = link?.strength ?? 0;
    return present >= strength
      ? { ...named, strength: present, strengthNote: null }
      : { ...named, strength, strengthNote: `promised strength ${short(strength)}` };
  });
  return [...others, ...kept];
}

/**
 * The level that a treatment is expected to leave, with the arithmetic of the current level (domain model, 6). Null where the risk is
 * avoided: what brings it is stopped, and nothing of it is left to rate.
 */
export function expectedOf(
  criteria: Criteria,
  risk: {
    readonly inherentLikelihood: number;
    readonly inherentConsequence: number;
    readonly consequences: ByCategory | null;
  },
  option: TreatmentOption,
  kept: readonly Factor[],
): Explanation | null {
  return option === 'AVOID' ? null : explain(criteria, risk, kept, 'EXPECTED');
}

/** A level as it was approved. */
export interface ApprovedLevel extends Pick<MeasuredRating, 'frequency' | 'loss'> {
  readonly currency: string;
  /** By category; what was approved before there were any has none. */
  readonly consequences?: readonly JudgedConsequence[];
}

/** A level as it was approved, read in the present criteria, whose scales have the names. */
export const readAgain = (criteria: Criteria, approved: ApprovedLevel): MeasuredRating =>
  ratingOf(criteria, approved.frequency, approved.loss, judgedAmounts(approved.consequences));

export type OutcomeVerdict = 'BETTER' | 'AS_EXPECTED' | 'WORSE' | 'NOT_COMPARABLE';

export interface Outcome {
  readonly verdict: OutcomeVerdict;
  /** The approved level, read in the present criteria; null where nothing was to be left, or where they count in another currency. */
  readonly expected: MeasuredRating | null;
  /** null where the risk is closed. */
  readonly present: MeasuredRating | null;
  readonly sentence: string;
}

/** What a completed treatment came to: the level that was approved against the one that is there (27001, 8.3). */
export function outcomeOf(
  criteria: Criteria,
  approved: ApprovedLevel | null,
  risk: { readonly reference: string; readonly status: RiskStatus },
  current: MeasuredRating,
): Outcome {
  const { reference } = risk;
  const closed = risk.status === 'CLOSED';
  const present = closed ? null : current;
  if (approved === null) {
    return closed
      ? { verdict: 'AS_EXPECTED', expected: null, present, sentence: `${reference} was avoided and is closed.` }
      : {
          verdict: 'WORSE',
          expected: null,
          present,
          sentence: `${reference} was to be avoided and is still open, at ${current.level}.`,
        };
  }
  if (approved.currency !== criteria.currency) {
    return {
      verdict: 'NOT_COMPARABLE',
      expected: null,
      present,
      sentence: `The criteria counted in ${approved.currency} when it was approved, and count in ${criteria.currency} now.`,
    };
  }
  const expected = readAgain(criteria, approved);
  if (present === null) {
    return {
      verdict: 'BETTER',
      expected,
      present,
      sentence: `${reference} is closed; ${expected.level} was expected.`,
    };
  }
  if (present.rank === expected.rank) {
    return { verdict: 'AS_EXPECTED', expected, present, sentence: `${reference} is at ${present.level}, as expected.` };
  }
  const verdict = present.rank < expected.rank ? 'BETTER' : 'WORSE';
  const sentence = `${reference} is at ${present.level}; ${expected.level} was expected.`;
  return { verdict, expected, present, sentence };
}
