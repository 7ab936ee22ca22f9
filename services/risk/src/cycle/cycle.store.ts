import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, numberOf, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import type { CycleReason, CycleStatus } from './cycle.ts';

export interface CycleTables {
  assessmentCycle: IsmsEntityColumns & {
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    name: string;
    reason: CycleReason;
    scope: string;
    leadId: string | null;
    plannedStart: Date;
    plannedEnd: Date;
    status: CycleStatus;
    startedAt: Date | null;
    endedAt: Date | null;
    endedBy: string | null;
    /** Why it was cancelled, or completed with open risks that were not assessed in it. */
    note: string;
    /** How its results compare with those before, where the criteria changed. */
    comparability: string;
    criteriaVersion: number | null;
    /** All of the criteria that levels depend on. */
    criteria: ColumnType<unknown, string | null | undefined, string | null>;
    risks: number;
    open: number;
    /** The open risks that were assessed in it. */
    assessed: number;
    contentHash: string | null;
  };
  assessmentCycleRow: {
    tenantId: string;
    id: string;
    ismsId: string;
    cycleId: string;
    riskId: string;
    reference: string;
    number: number;
    title: string;
    status: 'OPEN' | 'CLOSED';
    ownerId: string | null;
    treatmentOption: string | null;
    inherentLikelihood: number;
    inherentConsequence: number;
    inherentLevel: string;
    inherentRank: number;
    currentLikelihood: number;
    currentConsequence: number;
    currentLevel: string;
    currentRank: number;
    currentRule: string;
    currentFrequency: number;
    currentLoss: number;
    standing: string;
    reassessment: string;
    acceptance: string;
    assessmentId: string | null;
    assessedLevel: string | null;
    assessedRank: number | null;
    assessedCriteriaVersion: number | null;
    assessedInCycle: boolean;
    frozenAt: Date;
    contentHash: string;
  };
}

export type CycleRow = Selectable<CycleTables['assessmentCycle']>;
export type FrozenRow = Selectable<CycleTables['assessmentCycleRow']>;
type Planned = Pick<
  CycleRow,
  'id' | 'ismsId' | 'reference' | 'name' | 'reason' | 'scope' | 'leadId' | 'plannedStart' | 'plannedEnd'
>;
export type CyclePatch = Partial<
  Omit<CycleRow, 'tenantId' | 'id' | 'ismsId' | 'reference' | 'number' | 'version' | 'criteria'>
> & { readonly criteria?: string };

export const cycles = (tx: Tx<CycleTables>) =>
  tx.db.selectFrom('assessmentCycle').selectAll('assessmentCycle').where('assessmentCycle.tenantId', '=', tx.tenant);

export function findCycles(tx: Tx<CycleTables>, ids: readonly string[]): Promise<CycleRow[]> {
  return cycles(tx)
    .where('id', 'in', [...ids])
    .execute();
}

/** Makes whoever moves a cycle of an ISMS from one status to the next wait for each other. */
export async function holdCycles(tx: WriteTx<CycleTables>, ismsId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('risk.cycle ' || $1, 0))`, [`${tx.tenant} ${ismsId}`]);
}

export function cycleInProgress(tx: Tx<CycleTables>, ismsId: string): Promise<CycleRow | undefined> {
  return cycles(tx).where('ismsId', '=', ismsId).where('status', '=', 'IN_PROGRESS').executeTakeFirst();
}

/** The cycles of an ISMS that were completed last, the latest first. */
export function lastCompleted(tx: Tx<CycleTables>, ismsId: string, most: number): Promise<CycleRow[]> {
  return cycles(tx)
    .where('ismsId', '=', ismsId)
    .where('status', '=', 'COMPLETED')
    .orderBy('endedAt', 'desc')
    .orderBy('number', 'desc')
    .limit(most)
    .execute();
}

export function insertCycle(tx: WriteTx<CycleTables>, row: Planned): Promise<CycleRow> {
  return tx.db
    .insertInto('assessmentCycle')
    .values({
      ...entityFields(tx),
      ...row,
      version: 1,
      number: numberOf(row.reference),
      status: 'PLANNED',
      ...{ note: '', comparability: '', risks: 0, open: 0, assessed: 0 },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function updateCycleRow(tx: WriteTx<CycleTables>, present: CycleRow, patch: CyclePatch): Promise<CycleRow> {
  return tx.db
    .updateTable('assessmentCycle')
    .set({ ...touched(tx), ...patch, version: present.version + 1 })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The cycle as others are told of it. */
export function cycleEvent(row: CycleRow): EventRow<'annex.risk.cycle.changed.v1'> {
  const { id, ismsId, version, reference, name, reason, status, leadId, criteriaVersion, contentHash } = row;
  const { risks, open, assessed } = row;
  return {
    ...{ id, ismsId, version, reference, name, reason, status, leadId, criteriaVersion, contentHash },
    ...{ risks, open, assessed },
    plannedStart: row.plannedStart.toISOString(),
    plannedEnd: row.plannedEnd.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

export interface Due {
  /** How often the register is to be assessed: ISO 8601. */
  readonly period: string;
  readonly lastId: string | null;
  readonly lastReference: string | null;
  readonly lastCompletedAt: Date | null;
  /** null before the first one was completed. */
  readonly dueAt: Date | null;
}

/** When the register of each of these ISMS is to be assessed next: a period of its present criteria after the last completion. */
export async function assessmentsDue(tx: Tx<CycleTables>, ismsIds: readonly string[]): Promise<Map<string, Due>> {
  const { rows } = await tx.query<Due & { ismsId: string }>(
    `select c.isms_id as "ismsId", c.assessment_period as period, last.id as "lastId", last.reference as "lastReference",
       last.ended_at as "lastCompletedAt",
       (last.ended_at at time zone 'UTC' + c.assessment_period::interval) at time zone 'UTC' as "dueAt"
     from criteria c left join lateral (
       select id, reference, ended_at from assessment_cycle a
       where a.tenant_id = c.tenant_id and a.isms_id = c.isms_id and a.status = 'COMPLETED'
       order by a.ended_at desc, a.number desc limit 1) last on true
     where c.tenant_id = $1 and c.isms_id = any($2::uuid[])`,
    [tx.tenant, ismsIds],
  );
  return new Map(rows.map(({ ismsId, ...due }) => [ismsId, due]));
}
