import { AnnexError } from '@annex/schema';
import { type Caller, type Changed, checkVersion, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { saveRisk } from '../level/relevel.ts';
import { checkOpenRisk, keepTreatment, takeTreatment } from './keep.ts';
import { lookAt } from './look.ts';
import { actingPerson } from './treatment.operations.ts';
import { approvalsOf, insertApproval } from './treatment.store.ts';
import { afterStep, checkApprover, checkRejecter, holding, refuse, rolesNeeded } from './treatment.ts';

export interface TreatmentStepInput {
  readonly id: string;
  readonly expectedVersion: number;
}

export interface ApproveTreatmentInput extends TreatmentStepInput {
  readonly riskVersion: number;
  readonly note?: string | null;
}

export interface RejectTreatmentInput extends TreatmentStepInput {
  readonly note: string;
}

/**
 * Puts a plan before the owner of the risk (27001, 6.1.3 e and f).
 * @throws AnnexError STATE_CONFLICT listing each thing that it lacks, NOT_FOUND, VERSION_CONFLICT
 */
export async function proposeTreatment(tx: WriteTx<RiskDatabase>, input: TreatmentStepInput): Promise<Changed> {
  const { treatment, risk, criteria } = await takeTreatment(tx, input);
  const status = afterStep(treatment, 'propose');
  checkOpenRisk(risk);
  refuse((await lookAt(tx, treatment, risk, criteria)).problems);
  const proposed = { proposedBy: actingPerson(tx), proposedAt: tx.now };
  return keepTreatment(tx, treatment, { status, round: treatment.round + 1, ...proposed });
}

/**
 * Approves a plan and accepts what it is expected to leave (27001, 6.1.3 f): the owner of the risk, and where that stays above the criteria
 * another person as the higher authority beside them (27005, 8.6). With the last of them the option of the treatment is that of the risk.
 * @throws AnnexError FORBIDDEN, BAD_INPUT, STATE_CONFLICT, NOT_FOUND, VERSION_CONFLICT
 */
export async function approveTreatment(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: ApproveTreatmentInput,
): Promise<Changed> {
  const { treatment, risk, criteria } = await takeTreatment(tx, input);
  const status = afterStep(treatment, 'approve');
  checkOpenRisk(risk);
  checkVersion('Risk', risk.id, risk.version, input.riskVersion);
  const { residual, problems } = await lookAt(tx, treatment, risk, criteria);
  const rule = residual?.rule ?? null;
  const { personId, role } = checkApprover(treatment, risk, rule, caller.personId);
  refuse(problems);
  const note = text('input.note', input.note ?? '', 4000, role === 'AUTHORITY' ? 'required' : 'optional');
  const [approvals = []] = await approvalsOf(tx, [treatment.id]);
  const before = holding(approvals, treatment.round, residual, risk.ownerId);
  if (before.some((one) => one.role === role)) {
    throw new AnnexError('STATE_CONFLICT', `${treatment.reference} is approved in this right already`, {
      details: { kind: 'RiskTreatment', id: treatment.id, present: treatment.status, role },
    });
  }
  const { ismsId, id: treatmentId, round } = treatment;
  await insertApproval(tx, { ismsId, treatmentId, round, role, personId, note, residual });
  const given = new Set([...before.map((one) => one.role), role]);
  if (rolesNeeded(rule).some((needed) => !given.has(needed))) return keepTreatment(tx, treatment, {});
  if (risk.treatmentOption !== treatment.option) await saveRisk(tx, risk, { treatmentOption: treatment.option });
  return keepTreatment(tx, treatment, { status, approvedAt: tx.now, expected: residual });
}

/**
 * Turns a proposal down; whoever changes it then makes a draft of it again.
 * @throws AnnexError FORBIDDEN, BAD_INPUT, STATE_CONFLICT, NOT_FOUND, VERSION_CONFLICT
 */
export async function rejectTreatment(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: RejectTreatmentInput,
): Promise<Changed> {
  const { treatment } = await takeTreatment(tx, input);
  checkRejecter(treatment, caller.personId);
  const status = afterStep(treatment, 'reject');
  return keepTreatment(tx, treatment, { status, note: text('input.note', input.note, 4000, 'required') });
}
