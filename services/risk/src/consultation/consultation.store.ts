import type { EventRow } from '@annex/schema';
import { newId, type Tx, type WriteTx } from '@annex/service';
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { ConsultationDirection, ConsultationStep } from './consultation.ts';

export interface ConsultationTables {
  consultation: {
    tenantId: string;
    id: string;
    ismsId: string;
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    direction: ConsultationDirection;
    step: ConsultationStep;
    personIds: string[];
    interestedPartyIds: string[];
    audience: string;
    subject: string;
    riskIds: string[];
    cycleIds: string[];
    treatmentIds: string[];
    criteriaVersion: number | null;
    heldAt: Date;
    channel: string;
    said: string;
    outcome: string;
    correctsId: string | null;
    recordedBy: string;
    recordedAt: Date;
  };
  consultationRisk: { tenantId: string; id: string; consultationId: string; riskId: string; recordedAt: Date };
}

export type ConsultationRow = Selectable<ConsultationTables['consultation']>;

export const consultations = (tx: Tx<ConsultationTables>) =>
  tx.db.selectFrom('consultation').selectAll('consultation').where('consultation.tenantId', '=', tx.tenant);

export function findConsultations(tx: Tx<ConsultationTables>, ids: readonly string[]): Promise<ConsultationRow[]> {
  return consultations(tx)
    .where('id', 'in', [...ids])
    .execute();
}

export interface ConsultationFilter {
  readonly step?: ConsultationStep | null;
  readonly direction?: ConsultationDirection | null;
}

/** The records of an ISMS, narrowed; unordered and unlimited. */
export function filteredConsultations(tx: Tx<ConsultationTables>, ismsId: string, filter: ConsultationFilter) {
  let query = consultations(tx).where('ismsId', '=', ismsId);
  if (filter.step) query = query.where('step', '=', filter.step);
  if (filter.direction) query = query.where('direction', '=', filter.direction);
  return query;
}

/** The records about risks; a row for each risk. */
export const consultationsOfRisks = (tx: Tx<ConsultationTables>) =>
  sql<ConsultationRow & { aboutRiskId: string }>`select c.*, l.risk_id as about_risk_id from consultation_risk l
    join consultation c on c.tenant_id = l.tenant_id and c.id = l.consultation_id where l.tenant_id = ${tx.tenant}`;

/** What corrects each of these records; null where nothing does. */
export async function correctionsOf(
  tx: Tx<ConsultationTables>,
  ids: readonly string[],
): Promise<(ConsultationRow | null)[]> {
  const rows = await consultations(tx)
    .where('correctsId', 'in', [...ids])
    .execute();
  return ids.map((id) => rows.find((row) => row.correctsId === id) ?? null);
}

export async function insertConsultation(tx: WriteTx<ConsultationTables>, row: ConsultationRow): Promise<void> {
  await tx.db.insertInto('consultation').values(row).execute();
  if (row.riskIds.length === 0) return;
  const links = row.riskIds.map((riskId) => ({
    ...{ tenantId: tx.tenant, id: newId(), consultationId: row.id, riskId, recordedAt: row.recordedAt },
  }));
  await tx.db.insertInto('consultationRisk').values(links).execute();
}

/** A record as others are told of it: without its texts. */
export function consultationEvent(row: ConsultationRow): EventRow<'annex.risk.consultation.added.v1'> {
  const { id, ismsId, reference, direction, step, personIds, interestedPartyIds, riskIds, cycleIds, treatmentIds } =
    row;
  return {
    ...{ id, ismsId, version: 1, reference, direction, step, personIds, interestedPartyIds, riskIds, cycleIds },
    ...{ treatmentIds, criteriaVersion: row.criteriaVersion, correctsId: row.correctsId },
    heldAt: row.heldAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
  };
}
