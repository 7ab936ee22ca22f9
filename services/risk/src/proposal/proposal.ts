import { AnnexError, checkFollows, personActing, type Transitions } from '@annex/schema';

/** Risk criteria that are proposed (27001, 6.1.2 a; 7.5.2): written, looked at by another person, in force. Pure. */

export type ProposalStatus = 'DRAFT' | 'IN_REVIEW' | 'APPROVED' | 'WITHDRAWN';

/** What is sent back is the same draft again; what was approved or withdrawn never changes. */
const transitions: Transitions<ProposalStatus> = {
  DRAFT: ['IN_REVIEW', 'WITHDRAWN'],
  IN_REVIEW: ['APPROVED', 'DRAFT', 'WITHDRAWN'],
  APPROVED: [],
  WITHDRAWN: [],
};

/** One of these stands in the way of another proposal of the same ISMS. */
export const openStatuses: readonly ProposalStatus[] = ['DRAFT', 'IN_REVIEW'];

interface Proposed {
  readonly id: string;
  readonly number: number;
  readonly status: ProposalStatus;
}

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition({ id, number, status }: Proposed, to: ProposalStatus): void {
  checkFollows(transitions, { kind: 'RiskCriteriaProposal', id, name: `Proposal ${number}` }, status, to);
}

/** @throws AnnexError STATE_CONFLICT unless it is a draft: what others look at or decided on stands still */
export function checkDraft({ id, number, status }: Proposed): void {
  if (status === 'DRAFT') return;
  const why =
    status === 'IN_REVIEW' ? 'is under review; it is changed once it is sent back' : `is ${status} and never changes`;
  throw new AnnexError('STATE_CONFLICT', `Proposal ${number} ${why}`, {
    details: { kind: 'RiskCriteriaProposal', id, present: status, asked: 'DRAFT', allowed: transitions[status] },
  });
}

/**
 * Four eyes: neither who wrote a part of a proposal nor who submitted it decides on it, and never a machine.
 * @returns the person as an actor
 * @throws AnnexError FORBIDDEN
 */
export function checkDecider(
  personId: string | undefined,
  proposal: { readonly authors: readonly string[]; readonly submittedBy: string | null },
): string {
  const person = `person:${personActing(personId, 'Risk criteria are approved')}`;
  if (proposal.authors.includes(person) || proposal.submittedBy === person) {
    throw new AnnexError(
      'FORBIDDEN',
      'Who wrote or submitted risk criteria does not decide on them; another person does',
    );
  }
  return person;
}
