import { AnnexError, type Transitions } from '@annex/schema';
import { text } from '../input.ts';

/** What the ISMS needs, and whether it is given that (27001, 7.1). Pure. */

export type ResourceKind = 'PEOPLE' | 'MONEY' | 'TECHNOLOGY' | 'PREMISES' | 'KNOWLEDGE' | 'OTHER';

/** Asked for, given, refused, or needed no longer. */
export type ResourceStatus = 'OPEN' | 'PROVIDED' | 'REFUSED' | 'WITHDRAWN';

/** Which status may follow which. What was refused may be asked for again. */
const transitions: Transitions<ResourceStatus> = {
  OPEN: ['PROVIDED', 'REFUSED', 'WITHDRAWN'],
  PROVIDED: ['WITHDRAWN'],
  REFUSED: ['OPEN', 'WITHDRAWN'],
  WITHDRAWN: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow; a need that was withdrawn never changes */
export function checkTransition(id: string, from: ResourceStatus, to: ResourceStatus): void {
  if (from !== 'WITHDRAWN' && (from === to || transitions[from].includes(to))) return;
  throw new AnnexError('STATE_CONFLICT', `The need is ${from} and cannot ${from === to ? 'change' : `become ${to}`}`, {
    details: { kind: 'ResourceNeed', id, present: from, asked: to, allowed: transitions[from] },
  });
}

/** @throws AnnexError BAD_INPUT where it is provided or refused and nothing says what was given, or why nothing was */
export function checkAnswer(need: { readonly status: ResourceStatus; readonly answer: string }): void {
  if (need.status === 'PROVIDED' || need.status === 'REFUSED') text('input.answer', need.answer, 10_000, 'required');
}
