import { AnnexError } from '@annex/schema';
import type { AcceptanceRule, ByCategory, Criteria } from '../criteria/criteria.ts';
import { currentLevel, type Factor, inherentLevel, ratingOf } from '../level/level.ts';

export type RiskStatus = 'OPEN' | 'CLOSED';
export type Affected = 'CONFIDENTIALITY' | 'INTEGRITY' | 'AVAILABILITY';
export type TreatmentOption = 'MODIFY' | 'RETAIN' | 'AVOID' | 'SHARE';
/** Whether the indicated level has become worse than the one that a person last confirmed (domain model, 7). */
export type Reassessment = 'NONE' | 'REQUESTED';
/** Whether an acceptance was given and still holds (domain model, 8). */
export type AcceptanceState = 'NONE' | 'IN_FORCE' | 'STALE';
export type Standing = 'WITHIN_CRITERIA' | 'ACCEPTED_ABOVE_CRITERIA' | 'ABOVE_CRITERIA';

const transitions = {
  OPEN: { close: 'CLOSED' },
  CLOSED: { reopen: 'OPEN' },
} as const satisfies Record<RiskStatus, { readonly [step: string]: RiskStatus }>;
export type RiskStep = 'close' | 'reopen';

/**
 * The status after a step.
 * @throws AnnexError STATE_CONFLICT with the present status and the steps that it allows
 */
export function afterStep(present: RiskStatus, step: RiskStep): RiskStatus {
  const allowed: { readonly [step: string]: RiskStatus } = transitions[present];
  const next = allowed[step];
  if (next) return next;
  throw new AnnexError('STATE_CONFLICT', `A risk that is ${present} cannot be asked to ${step}`, {
    details: { present, allowed: Object.keys(allowed) },
  });
}

/** What a risk's levels follow from, beside criteria and links. */
export interface RatedFacts {
  readonly inherentLikelihood: number;
  readonly inherentConsequence: number;
  /** Inherent levels in categories beside money; null where it is rated in money alone. */
  readonly consequences: ByCategory | null;
  /** What the last assessment confirmed; null before the first. */
  readonly assessedFrequency: number | null;
  readonly assessedLoss: number | null;
  readonly assessedConsequences: ByCategory | null;
  readonly acceptance: AcceptanceState;
  /** The rank of the level that was accepted. */
  readonly acceptedRank: number | null;
}

/** What is computed of a risk and kept with it, so that lists can be ordered and filtered by it. */
export interface Derived {
  readonly inherentLevel: string;
  readonly inherentRank: number;
  readonly inherentRule: AcceptanceRule;
  readonly currentLikelihood: number;
  readonly currentConsequence: number;
  readonly currentLevel: string;
  readonly currentRank: number;
  readonly currentRule: AcceptanceRule;
  readonly currentFrequency: number;
  readonly currentLoss: number;
  readonly reassessment: Reassessment;
  readonly acceptance: AcceptanceState;
  readonly standing: Standing;
}

function standingOf(rule: AcceptanceRule, acceptance: AcceptanceState): Standing {
  if (rule !== 'ABOVE_CRITERIA') return 'WITHIN_CRITERIA';
  return acceptance === 'IN_FORCE' ? 'ACCEPTED_ABOVE_CRITERIA' : 'ABOVE_CRITERIA';
}

/**
 * Everything that follows from the facts of a risk, its criteria and its links. The last assessment is read again in the present
 * criteria, so that levels of two sets of criteria are never compared. An acceptance that a rise made stale stays stale.
 */
export function derive(facts: RatedFacts, criteria: Criteria, factors: readonly Factor[]): Derived {
  const likelihood = facts.inherentLikelihood;
  const consequence = facts.inherentConsequence;
  const { consequences, assessedFrequency, assessedLoss, assessedConsequences, acceptedRank } = facts;
  const inherent = inherentLevel(criteria, likelihood, consequence, consequences);
  const current = currentLevel(criteria, { likelihood, consequence, consequences }, factors);
  const assessed =
    assessedFrequency === null || assessedLoss === null
      ? null
      : ratingOf(criteria, assessedFrequency, assessedLoss, assessedConsequences);
  const worsened = acceptedRank !== null && current.rank > acceptedRank;
  const acceptance = facts.acceptance === 'IN_FORCE' && worsened ? 'STALE' : facts.acceptance;
  return {
    inherentLevel: inherent.level,
    inherentRank: inherent.rank,
    inherentRule: inherent.rule,
    currentLikelihood: current.likelihood,
    currentConsequence: current.consequence,
    currentLevel: current.level,
    currentRank: current.rank,
    currentRule: current.rule,
    currentFrequency: current.frequency,
    currentLoss: current.loss,
    reassessment: assessed !== null && current.rank > assessed.rank ? 'REQUESTED' : 'NONE',
    acceptance,
    standing: standingOf(current.rule, acceptance),
  };
}
