import type { Changed, WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { factorsOf } from '../risk/link.store.ts';
import { actionsOfTreatments, endAction, readAction } from './action.store.ts';
import type { RejectTreatmentInput, TreatmentStepInput } from './approval.operations.ts';
import { keepTreatment, takeTreatment } from './keep.ts';
import { actingPerson } from './treatment.operations.ts';
import { namedImplementations } from './treatment.store.ts';
import { afterStep, checkPlanned, type Problem, refuse } from './treatment.ts';

/** Carrying out an approved treatment (27001, 8.3): its actions, its end, and what stops it. */

export type NotedStepInput = RejectTreatmentInput;

export interface EndActionInput {
  readonly actionId: string;
  /** Of the treatment. */
  readonly expectedVersion: number;
  readonly note?: string | null;
}

export interface CompleteTreatmentInput extends TreatmentStepInput {
  readonly result: string;
}

/**
 * Says that an action of an approved plan is done, or why it is not done any more.
 * @throws AnnexError BAD_INPUT where it is cancelled without saying why, STATE_CONFLICT, NOT_FOUND, VERSION_CONFLICT
 */
export async function stepAction(
  tx: WriteTx<RiskDatabase>,
  status: 'DONE' | 'CANCELLED',
  input: EndActionInput,
): Promise<Changed> {
  const { treatmentId } = await readAction(tx, input.actionId);
  const { treatment } = await takeTreatment(tx, { id: treatmentId, expectedVersion: input.expectedVersion });
  const action = await readAction(tx, input.actionId);
  afterStep(treatment, 'act');
  checkPlanned(action);
  const note = text('input.note', input.note ?? '', 4000, status === 'DONE' ? 'optional' : 'required');
  await endAction(tx, action, { status, note, endedBy: actingPerson(tx), endedAt: tx.now });
  return keepTreatment(tx, treatment, {});
}

/**
 * Says that a treatment is carried out and what came of it. Every action has ended, and the risk is linked to what it promised, so that the
 * level which is there can be seen beside the one that was approved.
 * @throws AnnexError STATE_CONFLICT listing what is left to do, BAD_INPUT, NOT_FOUND, VERSION_CONFLICT
 */
export async function completeTreatment(tx: WriteTx<RiskDatabase>, input: CompleteTreatmentInput): Promise<Changed> {
  const { treatment, risk } = await takeTreatment(tx, input);
  const status = afterStep(treatment, 'complete');
  const result = text('input.result', input.result, 10_000, 'required');
  const [actions = []] = await actionsOfTreatments(tx, [treatment.id]);
  const problems: Problem[] = actions
    .filter((action) => action.status === 'PLANNED')
    .map(({ title }) => ({ field: 'actions', message: `The action “${title}” is neither done nor cancelled.` }));
  const links = new Set((await factorsOf(tx, [risk.id])).get(risk.id)?.map((link) => link.implementationId));
  const missing = treatment.promises.map((one) => one.implementationId).filter((id) => !links.has(id));
  const names = await namedImplementations(tx, missing);
  for (const id of risk.status === 'OPEN' ? missing : []) {
    const name = names.get(id)?.reference ?? id;
    problems.push({
      field: 'promises',
      message: `${risk.reference} is not linked to ${name}, so that its effect does not count.`,
    });
  }
  refuse(problems);
  return keepTreatment(tx, treatment, { status, result, completedAt: tx.now });
}

/**
 * Takes an approved plan up again: it is a draft, keeps what is done, and needs approval anew.
 * @throws AnnexError BAD_INPUT, STATE_CONFLICT, NOT_FOUND, VERSION_CONFLICT
 */
export async function reviseTreatment(tx: WriteTx<RiskDatabase>, input: NotedStepInput): Promise<Changed> {
  const { treatment } = await takeTreatment(tx, input);
  const status = afterStep(treatment, 'revise');
  const note = text('input.note', input.note, 4000, 'required');
  const authors = [...new Set([...treatment.authors, actingPerson(tx)])];
  return keepTreatment(tx, treatment, { status, note, authors, approvedAt: null, expected: null });
}

/** Gives a treatment up before it is completed. @throws AnnexError BAD_INPUT, STATE_CONFLICT, NOT_FOUND, VERSION_CONFLICT */
export async function abandonTreatment(tx: WriteTx<RiskDatabase>, input: NotedStepInput): Promise<Changed> {
  const { treatment } = await takeTreatment(tx, input);
  const status = afterStep(treatment, 'abandon');
  return keepTreatment(tx, treatment, { status, note: text('input.note', input.note, 4000, 'required') });
}
