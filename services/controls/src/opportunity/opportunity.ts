import { AnnexError, badInput } from '@annex/schema';
import { type ActionStatus, checkActionTransition, checkDone, type Effectiveness } from '../action.ts';
import { text } from '../input.ts';

/**
 * Risks to the ISMS itself and opportunities, the actions that address them, and whether these worked (27001, 6.1.1). Not the risks to
 * information, which are assessed by 6.1.2 and belong to the service `risk`. Pure.
 */

/** What may keep the ISMS from achieving what it is meant to, or help it to. */
export type OpportunityKind = 'RISK' | 'OPPORTUNITY';

/** What is done about it: nobody has said, something, or nothing for the reason given. */
export type OpportunityResponse = 'UNDECIDED' | 'ACT' | 'NO_ACTION';

export type OpportunityStatus = 'OPEN' | 'CLOSED';

/** @throws AnnexError STATE_CONFLICT where it is closed: it is a record now */
export function checkOpen(opportunity: { readonly id: string; readonly status: OpportunityStatus }): void {
  if (opportunity.status === 'OPEN') return;
  throw new AnnexError('STATE_CONFLICT', 'The risk or opportunity is closed and never changes; record a new one', {
    details: { kind: 'Opportunity', id: opportunity.id, present: opportunity.status, allowed: [] },
  });
}

/** @throws AnnexError BAD_INPUT: to do nothing needs a reason, to close needs a result, and what is undecided is not closed */
export function checkDecided(opportunity: {
  readonly response: OpportunityResponse;
  readonly responseReason: string;
  readonly status: OpportunityStatus;
  readonly result: string;
}): void {
  if (opportunity.response === 'NO_ACTION')
    text('input.responseReason', opportunity.responseReason, 10_000, 'required');
  if (opportunity.status === 'OPEN') return;
  if (opportunity.response === 'UNDECIDED')
    throw badInput('input.response', opportunity.response, 'must be ACT or NO_ACTION where it is closed');
  text('input.result', opportunity.result, 10_000, 'required');
}

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export const checkTransition = (id: string, from: ActionStatus, to: ActionStatus): void =>
  checkActionTransition('OpportunityAction', id, from, to);

/** @throws AnnexError BAD_INPUT: only what was done is evaluated, and with a reason (27001, 6.1.1 e) */
export function checkEvaluation(action: {
  readonly status: ActionStatus;
  readonly effectiveness: Effectiveness;
  readonly evaluation: string;
}): void {
  if (action.effectiveness === 'NOT_EVALUATED') return;
  checkDone(action);
  text('input.evaluation', action.evaluation, 5000, 'required');
}
