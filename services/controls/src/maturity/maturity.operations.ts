import { type EventRow, personActing } from '@annex/schema';
import { type Caller, ismsOf, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { resolverOf } from '../implementation/implementation.operations.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { assessmentsIn, insertMaturity, type MaturityRow } from './maturity.store.ts';
import { checkedLevels, type GivenLevel } from './maturity.ts';

export interface AssessMaturityInput {
  readonly ismsId?: string | null;
  readonly assessments: readonly GivenLevel[];
}

function maturityEvent(row: MaturityRow): EventRow<'annex.controls.maturity.changed.v1'> {
  const { id, ismsId, controlId, level, assessedBy, assessedAt } = row;
  return { id, ismsId, version: 1, controlId, level, assessedBy, assessedAt: assessedAt.toISOString() };
}

/**
 * Records how mature a person found controls of an ISMS, all or nothing. What was recorded before stays.
 * @returns the ISMS, and the assessments in the order given
 * @throws AnnexError FORBIDDEN for a machine, BAD_INPUT naming each row at fault, NOT_FOUND, STATE_CONFLICT
 */
export async function assessMaturity(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: AssessMaturityInput,
): Promise<{ ismsId: string; ids: string[] }> {
  personActing(caller.personId, 'Maturity is assessed');
  const isms = await holdIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const resolve = await resolverOf(
    tx,
    input.assessments.map((one) => one.controlId),
  );
  const rows = checkedLevels(input.assessments, resolve, tx.now).map(
    (one): MaturityRow => ({
      ...{ tenantId: tx.tenant, id: newId(), ismsId: isms.id, ...one },
      ...{ assessedBy: actingPerson(tx.scope), recordedAt: tx.now },
    }),
  );
  await insertMaturity(tx, rows);
  tx.record('annex.controls.maturity.changed.v1', { rows: rows.map(maturityEvent) });
  return { ismsId: isms.id, ids: rows.map((row) => row.id) };
}

/** Announces every assessment of an ISMS again (`annex resync`). */
export async function announceMaturity(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await assessmentsIn(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.maturity.changed.v1', { rows: rows.map(maturityEvent) });
}
