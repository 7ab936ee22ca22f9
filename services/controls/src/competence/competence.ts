import { AnnexError, badInput, type FieldFault } from '@annex/schema';
import { type ActionStatus, checkActionTransition, checkDone, type Effectiveness } from '../action.ts';

/** What people whose work bears on information security must be able to do, whether they are, and what is done about it (27001, 7.2). Pure. */

/** What competence rests on (27001, 7.2 b). */
export type CompetenceBasis = 'EDUCATION' | 'TRAINING' | 'EXPERIENCE';

export type Holding = 'HELD' | 'NOT_HELD';

/** What is required no longer is kept as a record. */
export type CompetenceStatus = 'REQUIRED' | 'NO_LONGER';

export type ActionKind = 'TRAINING' | 'MENTORING' | 'REASSIGNMENT' | 'HIRING' | 'CONTRACTING' | 'OTHER';

/** Whether a person holds a competence, on what basis, and what shows it. */
export interface Proof {
  readonly personId: string | null;
  readonly holding: Holding;
  readonly basis: readonly CompetenceBasis[];
  readonly evidence: string;
  readonly evidenceId: string | null;
}

/** @throws AnnexError BAD_INPUT naming each thing that is missing where a competence is said to be held (27001, 7.2 b and d) */
export function checkProof(proof: Proof): void {
  if (proof.holding === 'NOT_HELD') return;
  const faults: FieldFault[] = [];
  if (proof.personId === null) faults.push({ field: 'input.personId', allowed: 'must say who holds it' });
  if (proof.basis.length === 0)
    faults.push({
      field: 'input.basis',
      given: [],
      allowed: 'must say whether it rests on education, training or experience',
    });
  if (proof.evidence === '' && proof.evidenceId === null)
    faults.push({
      field: 'input.evidence',
      given: '',
      allowed: 'must say what shows it, or name evidence by `evidenceId`',
    });
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}

/** @throws AnnexError STATE_CONFLICT where it is required no longer: it is a record now */
export function checkRequired(competence: { readonly id: string; readonly status: CompetenceStatus }): void {
  if (competence.status === 'REQUIRED') return;
  throw new AnnexError('STATE_CONFLICT', 'The competence is required no longer and never changes; record a new one', {
    details: { kind: 'Competence', id: competence.id, present: competence.status, allowed: [] },
  });
}

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export const checkTransition = (id: string, from: ActionStatus, to: ActionStatus): void =>
  checkActionTransition('CompetenceAction', id, from, to);

/** @throws AnnexError BAD_INPUT: only what was done is evaluated, and with a reason (27001, 7.2 c) */
export function checkEvaluation(action: {
  readonly status: ActionStatus;
  readonly effectiveness: Effectiveness;
  readonly evaluation: string;
}): void {
  if (action.effectiveness === 'NOT_EVALUATED') return;
  checkDone(action);
  if (action.evaluation === '') throw badInput('input.evaluation', '', 'must say why it was effective or not');
}
