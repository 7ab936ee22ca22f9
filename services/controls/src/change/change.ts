import { AnnexError, checkFollows, personActing, type Transitions } from '@annex/schema';

/**
 * Changes of the ISMS: those that are planned (27001, 6.3), approved by another than who proposed them, and those that nobody meant (8.1),
 * whose consequences are reviewed. Pure.
 */

export type ChangeStatus = 'PROPOSED' | 'APPROVED' | 'DONE' | 'REJECTED';

/** Which status may follow which. What is approved may still be called off before it is done. */
const transitions: Transitions<ChangeStatus> = {
  PROPOSED: ['APPROVED', 'REJECTED'],
  APPROVED: ['DONE', 'REJECTED'],
  DONE: [],
  REJECTED: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition(id: string, from: ChangeStatus, to: ChangeStatus): void {
  checkFollows(transitions, { kind: 'IsmsChange', id, name: 'The change' }, from, to);
}

/** @throws AnnexError STATE_CONFLICT unless it is proposed: what was decided on stands as it was */
export function checkProposed(change: { readonly id: string; readonly status: ChangeStatus }): void {
  if (change.status === 'PROPOSED') return;
  throw new AnnexError('STATE_CONFLICT', `The change is ${change.status} and stands as it is; propose another`, {
    details: { kind: 'IsmsChange', id: change.id, present: change.status, allowed: transitions[change.status] },
  });
}

/** What is considered before the ISMS is changed, in our words. */
const demanded = [
  ['purpose', 'Nothing says what the change is for.'],
  ['consequences', 'Nothing says what may follow from it.'],
  ['integrity', 'Nothing says how the ISMS stays whole while it is changed.'],
  ['resources', 'Nothing says what resources it takes.'],
  ['responsibilities', 'Nothing says who answers for what, during and after.'],
] as const;

export type Consideration = (typeof demanded)[number][0];

/** @throws AnnexError STATE_CONFLICT listing each thing that was not considered */
export function refuseUnconsidered(change: { readonly [field in Consideration]: string }): void {
  const missing = demanded.filter(([field]) => change[field] === '');
  if (missing.length === 0) return;
  throw new AnnexError('STATE_CONFLICT', missing.map(([, sentence]) => sentence).join(' '), {
    faults: missing.map(([field, sentence]) => ({ field, given: '', allowed: sentence })),
    details: { problems: missing.length },
  });
}

/**
 * Four eyes: who proposed a change or wrote a part of it does not decide on it.
 * @returns the person as an actor
 * @throws AnnexError FORBIDDEN
 */
export function checkDecider(personId: string | undefined, authors: readonly string[]): string {
  const person = `person:${personActing(personId, 'A change is decided on')}`;
  if (authors.includes(person))
    throw new AnnexError(
      'FORBIDDEN',
      'Who proposed a change or wrote a part of it does not decide on it; another person does',
    );
  return person;
}

export type UnintendedStatus = 'OPEN' | 'REVIEWED';

/** @throws AnnexError STATE_CONFLICT where its review is done: it is a record now */
export function checkOpen(change: { readonly id: string; readonly status: UnintendedStatus }): void {
  if (change.status === 'OPEN') return;
  throw new AnnexError('STATE_CONFLICT', 'The unintended change was reviewed and stands as it is', {
    details: { kind: 'UnintendedChange', id: change.id, present: change.status, allowed: [] },
  });
}
