import { AnnexError, badInput, refuseAll } from '@annex/schema';
import { everyRow, ismsOf, newId, nextReference, numberOf, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { faultsOfForm, faultsOfNamed } from '../linked.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import {
  type ConsultationRow,
  consultationEvent,
  consultations,
  findConsultations,
  insertConsultation,
} from './consultation.store.ts';
import type { ConsultationDirection, ConsultationStep } from './consultation.ts';

export interface RecordConsultationInput {
  readonly ismsId?: string | null;
  readonly direction: ConsultationDirection;
  readonly step: ConsultationStep;
  readonly personIds?: readonly string[] | null;
  readonly interestedPartyIds?: readonly string[] | null;
  readonly audience?: string | null;
  readonly subject: string;
  readonly riskIds?: readonly string[] | null;
  readonly assessmentCycleIds?: readonly string[] | null;
  readonly riskTreatmentIds?: readonly string[] | null;
  readonly criteriaVersion?: number | null;
  readonly heldAt: Date | string;
  readonly channel: string;
  readonly said?: string | null;
  readonly outcome?: string | null;
  readonly correctsId?: string | null;
}

/** Ids, each once. Those that a table of the ISMS must have are looked up in it. @throws AnnexError BAD_INPUT with every fault */
async function named(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  name: string,
  given: readonly string[] | null | undefined,
  table?: 'risk' | 'assessment_cycle' | 'treatment',
): Promise<string[]> {
  const ids = [...new Set(given ?? [])];
  const [field, allowed] = [`input.${name}`, 'must be one of the same ISMS'];
  refuseAll(
    'BAD_INPUT',
    table ? await faultsOfNamed(tx, ismsId, { field, table, allowed }, ids) : faultsOfForm(field, ids, allowed),
  );
  return ids;
}

/** What a record corrects: one of the same ISMS that nothing corrects yet. @throws AnnexError BAD_INPUT, STATE_CONFLICT */
async function checkCorrected(tx: WriteTx<RiskDatabase>, ismsId: string, id: string | null): Promise<void> {
  if (id === null) return;
  const [corrected] = await findConsultations(tx, [id]);
  if (corrected?.ismsId !== ismsId) throw badInput('input.correctsId', id, 'must be a record of the same ISMS');
  // Two corrections at once wait for each other.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('risk.consultation ' || $1, 0))`, [id]);
  const other = await consultations(tx).where('correctsId', '=', id).executeTakeFirst();
  if (!other) return;
  throw new AnnexError('STATE_CONFLICT', `${corrected.reference} is corrected by ${other.reference}; correct that`, {
    details: { kind: 'RiskConsultation', id: other.id },
  });
}

/**
 * Records who was consulted or informed about risk, and what came of it (27005, 10.3; 31000, 6.2). Records never change: a correction is
 * one that names what it corrects.
 * @throws AnnexError BAD_INPUT, STATE_CONFLICT in a retired ISMS or for what is corrected already
 */
export async function recordConsultation(
  tx: WriteTx<RiskDatabase>,
  input: RecordConsultationInput,
): Promise<{ id: string }> {
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const heldAt = new Date(input.heldAt);
  if (heldAt > tx.now) throw badInput('input.heldAt', heldAt.toISOString(), 'must not lie in the future');
  const personIds = await named(tx, ismsId, 'personIds', input.personIds);
  const interestedPartyIds = await named(tx, ismsId, 'interestedPartyIds', input.interestedPartyIds);
  const audience = text('input.audience', input.audience ?? '', 500, 'optional');
  if (personIds.length + interestedPartyIds.length === 0 && audience === '')
    throw badInput('input.audience', '', 'must say who it was, where neither people nor interested parties are named');
  const { criteriaVersion = null } = input;
  if (criteriaVersion !== null && criteriaVersion < 1)
    throw badInput('input.criteriaVersion', criteriaVersion, 'must be a version, from 1');
  await checkCorrected(tx, ismsId, input.correctsId ?? null);
  const values = {
    riskIds: await named(tx, ismsId, 'riskIds', input.riskIds, 'risk'),
    cycleIds: await named(tx, ismsId, 'assessmentCycleIds', input.assessmentCycleIds, 'assessment_cycle'),
    treatmentIds: await named(tx, ismsId, 'riskTreatmentIds', input.riskTreatmentIds, 'treatment'),
    subject: text('input.subject', input.subject, 500, 'required'),
    channel: text('input.channel', input.channel, 200, 'required'),
    said: text('input.said', input.said ?? '', 10_000, 'optional'),
    outcome: text('input.outcome', input.outcome ?? '', 10_000, 'optional'),
  };
  const reference = await nextReference(tx, ismsId, 'CO');
  const row: ConsultationRow = {
    ...{ tenantId: tx.tenant, id: newId(), ismsId, reference, number: numberOf(reference) },
    ...{
      direction: input.direction,
      step: input.step,
      personIds,
      interestedPartyIds,
      audience,
      criteriaVersion,
      heldAt,
    },
    ...values,
    correctsId: input.correctsId ?? null,
    recordedBy: tx.scope.actor,
    recordedAt: tx.now,
  };
  await insertConsultation(tx, row);
  tx.record('annex.risk.consultation.added.v1', { rows: [consultationEvent(row)] });
  return { id: row.id };
}

/** Tells every record again. */
export async function announceConsultations(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'consultation')) {
    tx.record('annex.risk.consultation.added.v1', { rows: rows.map(consultationEvent) });
  }
}
