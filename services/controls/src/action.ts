import { badInput, checkFollows, type Transitions } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import { text } from './input.ts';

/** An action that the ISMS plans, carries out and looks back at: to acquire a competence (27001, 7.2 c), or about a risk or opportunity (6.1.1 d, e). */

export type ActionStatus = 'PLANNED' | 'DONE' | 'CANCELLED';
export type Effectiveness = 'NOT_EVALUATED' | 'EFFECTIVE' | 'NOT_EFFECTIVE';

const transitions: Transitions<ActionStatus> = {
  PLANNED: ['DONE', 'CANCELLED'],
  DONE: [],
  CANCELLED: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkActionTransition(kind: string, id: string, from: ActionStatus, to: ActionStatus): void {
  if (from !== to) checkFollows(transitions, { kind, id, name: 'The action' }, from, to);
}

/** @throws AnnexError BAD_INPUT: only what was done is evaluated */
export function checkDone(action: { readonly status: ActionStatus; readonly effectiveness: Effectiveness }): void {
  if (action.effectiveness !== 'NOT_EVALUATED' && action.status !== 'DONE')
    throw badInput('input.effectiveness', action.effectiveness, 'must be NOT_EVALUATED until the action is done');
}

/** Who evaluated an action and when, where it is evaluated otherwise than before. */
export function evaluationOf(
  tx: WriteTx,
  input: { readonly effectiveness?: Effectiveness | null; readonly evaluation?: string | null },
  before: { readonly effectiveness: Effectiveness; readonly evaluation: string },
) {
  const effectiveness = input.effectiveness ?? before.effectiveness;
  const evaluation = text('input.evaluation', input.evaluation ?? before.evaluation, 5000, 'optional');
  if (effectiveness === before.effectiveness && evaluation === before.evaluation) return {};
  const open = effectiveness === 'NOT_EVALUATED';
  return {
    ...{ effectiveness, evaluation },
    evaluatedBy: open ? null : tx.scope.actor,
    evaluatedAt: open ? null : tx.now,
  };
}
