import { AnnexError } from '@annex/schema';

export type FindingStatus = 'PROPOSED' | 'WITHDRAWN' | 'CONFIRMED' | 'DECLINED';
export type FindingOrigin = 'SYSTEM' | 'PERSON';
/** Whether what the finding is about is still so. */
export type FindingCondition = 'PRESENT' | 'CLEARED';
/** What made the system propose it; STATED by a person. One condition of a subject has one finding at a time. */
export type FindingCause = 'RISK_ABOVE_CRITERIA' | 'STATED';

export type FindingAction = 'WITHDRAW' | 'CONFIRM' | 'DECLINE';

interface Transition {
  readonly to: FindingStatus;
  /** Only people judge; only the system takes back what nobody judged. */
  readonly by: FindingOrigin;
}

const transitions: { readonly [S in FindingStatus]: { readonly [A in FindingAction]?: Transition } } = {
  PROPOSED: {
    WITHDRAW: { to: 'WITHDRAWN', by: 'SYSTEM' },
    CONFIRM: { to: 'CONFIRMED', by: 'PERSON' },
    DECLINE: { to: 'DECLINED', by: 'PERSON' },
  },
  WITHDRAWN: {},
  CONFIRMED: {},
  DECLINED: {},
};

/** What people and the system may do with a finding in this status. */
export function allowedActions(status: FindingStatus): FindingAction[] {
  return Object.keys(transitions[status]) as FindingAction[];
}

/**
 * The status that an action leads to.
 * @param about names the finding in the refusal
 * @throws AnnexError STATE_CONFLICT where the status does not allow it, FORBIDDEN where it is not this actor's to do
 */
export function transit(
  status: FindingStatus,
  action: FindingAction,
  by: FindingOrigin,
  about = 'The finding',
): FindingStatus {
  const transition = transitions[status][action];
  if (!transition) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `${about} is ${status}, which does not allow to ${action.toLowerCase()} it`,
      {
        details: { status, allowed: allowedActions(status) },
      },
    );
  }
  if (transition.by !== by) {
    throw new AnnexError(
      'FORBIDDEN',
      by === 'SYSTEM' ? `Only a person may ${action.toLowerCase()} a finding` : `Only the system withdraws a finding`,
      { details: { action, by } },
    );
  }
  return transition.to;
}

/** What the system does about a condition. */
export type Reaction = 'PROPOSE' | 'RESTATE' | 'WITHDRAW' | 'CLEAR' | 'NONE';

/**
 * What follows when a condition is seen to be present or not.
 *
 * A finding whose condition is present stands in the way of another, also a declined one: it is proposed again only after the
 * condition was gone in between. Recovery withdraws what nobody judged; of what a person judged only the condition is noted.
 * @param standing the one finding of this subject and cause whose condition is present
 */
export function react(
  standing: { readonly status: FindingStatus; readonly reason: string } | undefined,
  seen: { readonly present: boolean; readonly reason: string },
): Reaction {
  if (!standing) return seen.present ? 'PROPOSE' : 'NONE';
  if (!seen.present) return standing.status === 'PROPOSED' ? 'WITHDRAW' : 'CLEAR';
  return standing.status === 'PROPOSED' && standing.reason !== seen.reason ? 'RESTATE' : 'NONE';
}

/** A risk as its level is told by the risk service. */
export interface RiskSeen {
  readonly id: string;
  readonly ismsId: string;
  readonly reference: string;
  readonly title: string;
  readonly status: 'OPEN' | 'CLOSED';
  readonly level: string;
  readonly likelihood: number;
  readonly consequence: number;
  readonly rule: 'ACCEPTABLE' | 'TOLERABLE' | 'ABOVE_CRITERIA';
  readonly deleted: boolean;
}

/** Whether an open risk's current level is above the criteria for acceptance (ISO/IEC 27001:2022, 6.1.2 a and 8.3). */
export const isAboveCriteria = (risk: Pick<RiskSeen, 'status' | 'rule' | 'deleted'>): boolean =>
  !risk.deleted && risk.status === 'OPEN' && risk.rule === 'ABOVE_CRITERIA';

/** What a finding about a risk above criteria says. */
export function aboutRisk(risk: RiskSeen): { title: string; reason: string; clause: string } {
  return {
    title: `Risk ${risk.reference} is above the risk acceptance criteria`,
    reason:
      `The current level of ${risk.reference} “${risk.title}” is ${risk.level} (likelihood ${risk.likelihood}, ` +
      `consequence ${risk.consequence}), which the criteria call above criteria: the treatment that exists does not hold it.`,
    clause: '8.3',
  };
}
