import { AnnexError, personActing } from '@annex/schema';
import type { AcceptanceRule } from '../criteria/criteria.ts';

/**
 * The treatment of a risk (27001, 6.1.3 and 8.3; 27005, 8): which step may follow which, what stands in the way of one, and who approves.
 * Pure.
 */

export type TreatmentStatus = 'DRAFT' | 'PROPOSED' | 'APPROVED' | 'COMPLETED' | 'REJECTED' | 'ABANDONED';
export type TreatmentStep = 'change' | 'propose' | 'approve' | 'reject' | 'revise' | 'act' | 'complete' | 'abandon';

/** Whoever changes what is proposed or was rejected makes a draft of it, so that nobody approves what was not read. */
const transitions: { readonly [from in TreatmentStatus]: { readonly [step in TreatmentStep]?: TreatmentStatus } } = {
  DRAFT: { change: 'DRAFT', propose: 'PROPOSED', abandon: 'ABANDONED' },
  PROPOSED: { change: 'DRAFT', approve: 'APPROVED', reject: 'REJECTED', abandon: 'ABANDONED' },
  APPROVED: { act: 'APPROVED', revise: 'DRAFT', complete: 'COMPLETED', abandon: 'ABANDONED' },
  REJECTED: { change: 'DRAFT', abandon: 'ABANDONED' },
  COMPLETED: {},
  ABANDONED: {},
};

/** A treatment in one of these stands in the way of another of the same risk. */
export const openStatuses: readonly TreatmentStatus[] = ['DRAFT', 'PROPOSED', 'APPROVED', 'REJECTED'];

/**
 * The status after a step.
 * @throws AnnexError STATE_CONFLICT with the present status and the steps that it allows
 */
export function afterStep(
  treatment: { readonly id: string; readonly reference: string; readonly status: TreatmentStatus },
  step: TreatmentStep,
): TreatmentStatus {
  const { id, reference, status } = treatment;
  const next = transitions[status][step];
  if (next) return next;
  throw new AnnexError('STATE_CONFLICT', `${reference} is ${status}, which allows no such step: ${step}`, {
    details: { kind: 'RiskTreatment', id, present: status, asked: step, allowed: Object.keys(transitions[status]) },
  });
}

export type ActionStatus = 'PLANNED' | 'DONE' | 'CANCELLED';

/** @throws AnnexError STATE_CONFLICT unless the action is planned: what was done or given up stays so */
export function checkPlanned(action: { readonly id: string; readonly title: string; readonly status: ActionStatus }) {
  if (action.status === 'PLANNED') return;
  throw new AnnexError('STATE_CONFLICT', `The action “${action.title}” is ${action.status} and stays so`, {
    details: { kind: 'RiskTreatmentAction', id: action.id, present: action.status, allowed: [] },
  });
}

/** Whether the moment of an action that is to be done has come. Nothing is due before a plan is approved. */
export function isOverdue(
  treatment: TreatmentStatus,
  action: { readonly status: ActionStatus; readonly dueAt: Date | null },
  now: Date,
): boolean {
  return treatment === 'APPROVED' && action.status === 'PLANNED' && action.dueAt !== null && action.dueAt <= now;
}

/** Something that stands in the way of a step. */
export interface Problem {
  /** The field that it is about. */
  readonly field: string;
  /** It in a sentence. */
  readonly message: string;
}

/** @throws AnnexError STATE_CONFLICT listing each problem */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new AnnexError('STATE_CONFLICT', problems.map(({ message }) => message).join(' '), {
    faults: problems.map(({ field, message }) => ({ field, given: null, allowed: message })),
    details: { problems: problems.length },
  });
}

/** In which right a person approves a treatment: as the owner of the risk, or as the authority above. */
export type ApproverRole = 'OWNER' | 'AUTHORITY';

/** Who must approve. What is expected to stay above the criteria, a higher authority approves beside the owner (27005, 8.6). */
export const rolesNeeded = (expected: AcceptanceRule | null): readonly ApproverRole[] =>
  expected === 'ABOVE_CRITERIA' ? ['OWNER', 'AUTHORITY'] : ['OWNER'];

export interface Approver {
  readonly personId: string;
  readonly role: ApproverRole;
}

/**
 * In which right a person may approve (27001, 6.1.3 f): the owner of the risk, and above the criteria another beside them; a machine and
 * whoever wrote a part of the plan never.
 * @param expected what the criteria say of the level that is expected to be left; null where nothing is
 * @throws AnnexError FORBIDDEN
 */
export function checkApprover(
  treatment: { readonly reference: string; readonly authors: readonly string[] },
  risk: { readonly reference: string; readonly ownerId: string | null },
  expected: AcceptanceRule | null,
  actingId: string | undefined,
): Approver {
  const personId = personActing(actingId, 'A treatment is approved');
  const { reference, ownerId } = risk;
  if (treatment.authors.includes(`person:${personId}`)) {
    const way =
      ownerId === personId ? `somebody else plans it anew, or ${reference} gets another owner` : 'somebody else does';
    throw new AnnexError('FORBIDDEN', `Who wrote a part of ${treatment.reference} does not approve it; ${way}`);
  }
  if (ownerId === personId) return { personId, role: 'OWNER' };
  if (expected === 'ABOVE_CRITERIA') return { personId, role: 'AUTHORITY' };
  const owner = ownerId === null ? 'it has none yet' : 'that is somebody else';
  throw new AnnexError('FORBIDDEN', `The treatment of ${reference} is approved by the owner of the risk; ${owner}`, {
    details: { ownerId },
  });
}

/** Who turns a proposal down: as for approving, a person who wrote no part of it. @throws AnnexError FORBIDDEN */
export function checkRejecter(treatment: { readonly authors: readonly string[] }, actingId: string | undefined): void {
  const personId = personActing(actingId, 'A treatment is decided on');
  if (treatment.authors.includes(`person:${personId}`))
    throw new AnnexError('FORBIDDEN', 'Who wrote a part of a treatment does not decide on it; they may abandon it');
}

interface Given extends Approver {
  readonly round: number;
  readonly residual: { readonly rank: number; readonly criteriaVersion: number } | null;
}

/**
 * The approvals that hold: given since the plan was last proposed, in the present criteria, to a level that is not better than the one
 * expected now, the owner's by whoever owns the risk now.
 */
export function holding<A extends Given>(
  approvals: readonly A[],
  round: number,
  expected: { readonly rank: number; readonly criteriaVersion: number } | null,
  ownerId: string | null,
): A[] {
  return approvals.filter(
    ({ round: of, role, personId, residual }) =>
      of === round &&
      (role === 'OWNER') === (personId === ownerId) &&
      (expected === null || residual === null
        ? expected === residual
        : residual.criteriaVersion === expected.criteriaVersion && residual.rank >= expected.rank),
  );
}
