import { type EventRow, personActing } from '@annex/schema';
import { type Caller, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { takeImplementation } from '../implementation/implementation.operations.ts';
import { fraction, text } from '../input.ts';
import { insertJudgement, judgementsIn, type StrengthJudgementRow } from './judgement.store.ts';
import { checkEnd } from './judgement.ts';

export interface JudgeStrengthInput {
  readonly implementationId: string;
  readonly expectedVersion?: number | null;
  readonly judged: number;
  readonly reason: string;
  readonly endsAt: Date;
}

function judgementEvent(row: StrengthJudgementRow): EventRow<'annex.controls.strength-judgement.changed.v1'> {
  const { id, ismsId, implementationId, judged, judgedBy } = row;
  return {
    ...{ id, ismsId, version: 1, implementationId, judged, judgedBy },
    judgedAt: row.judgedAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
  };
}

/**
 * Puts what an assessor holds of an implementation's strength beside what is computed; it replaces nothing and moves nothing.
 * @throws AnnexError FORBIDDEN for a machine, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT, BAD_INPUT
 */
export async function judgeStrength(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: JudgeStrengthInput,
): Promise<{ id: string }> {
  personActing(caller.personId, 'Strength is judged');
  // The version that the assessor looked at; a judgement does not raise it, for it changes nothing of the implementation.
  const implementation = await takeImplementation(tx, input.implementationId, input.expectedVersion);
  const row: StrengthJudgementRow = {
    ...{ tenantId: tx.tenant, id: newId(), ismsId: implementation.ismsId, implementationId: implementation.id },
    judged: fraction('input.judged', input.judged),
    reason: text('input.reason', input.reason, 5000, 'required'),
    endsAt: checkEnd(input.endsAt, tx.now),
    judgedBy: actingPerson(tx.scope),
    judgedAt: tx.now,
  };
  await insertJudgement(tx, row);
  tx.record('annex.controls.strength-judgement.changed.v1', { rows: [judgementEvent(row)] });
  return { id: implementation.id };
}

/** Announces every judgement in an ISMS again (`annex resync`). */
export async function announceJudgements(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await judgementsIn(tx, ismsId);
  if (rows.length > 0) tx.record('annex.controls.strength-judgement.changed.v1', { rows: rows.map(judgementEvent) });
}
