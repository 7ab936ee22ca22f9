import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { AttainmentRow, MeasureRow, MeasureTables } from '../measure/measure.store.ts';
import type { Measurability, MeasureReading, ObjectiveStatus } from './objective.ts';

export interface ObjectiveRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  statement: string;
  policyBasis: string;
  measurability: Measurability;
  measurabilityReason: string;
  basis: string;
  requirementIds: string[];
  obligationIds: string[];
  riskIds: string[];
  actions: string;
  resources: string;
  ownerId: string | null;
  due: Date | null;
  evaluation: string;
  measureIds: string[];
  reviewDate: Date | null;
  communication: string;
  communicatedAt: Date | null;
  status: ObjectiveStatus;
  result: string;
  closedAt: Date | null;
}

export interface ObjectiveTable {
  objective: ObjectiveRow;
}

const present = (tx: Tx<ObjectiveTable>) => tx.db.selectFrom('objective').selectAll().where('tenantId', '=', tx.tenant);

/** The objectives of an ISMS that a filter leaves, unordered; for a connection. */
export function objectivesOf(
  tx: Tx<ObjectiveTable>,
  ismsId: string,
  filter: { readonly status?: ObjectiveStatus | null; readonly ownerId?: string | null } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('ownerId', '=', filter.ownerId);
  return query;
}

export function findObjectives(tx: Tx<ObjectiveTable>, ids: readonly string[]): Promise<ObjectiveRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readObjective(tx: Tx<ObjectiveTable>, id: string): Promise<ObjectiveRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Objective', id);
  return row;
}

export async function insertObjective(tx: WriteTx<ObjectiveTable>, row: ObjectiveRow): Promise<void> {
  await tx.db.insertInto('objective').values(row).execute();
}

export async function updateObjectiveRow(tx: WriteTx<ObjectiveTable>, row: ObjectiveRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('objective')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** The next moment at which an objective that is pursued is due or to be looked at again. */
export async function nextMoment(tx: Tx<ObjectiveTable>, ismsId: string): Promise<Date | undefined> {
  const { rows } = await tx.query<{ next: Date | null }>(
    `select min(moment) as next from objective, unnest(array[due, review_date]) as moment
      where tenant_id = $1 and isms_id = $2 and status = 'ACTIVE' and moment > $3`,
    [tx.tenant, ismsId, tx.now],
  );
  return rows[0]?.next ?? undefined;
}

/** The ISMS in which an objective that is pursued is measured by any of these. */
export async function ismsMeasuredBy(tx: Tx<ObjectiveTable>, measureIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ isms_id: string }>(
    `select distinct isms_id from objective where tenant_id = $1 and status = 'ACTIVE' and measure_ids && $2::uuid[]`,
    [tx.tenant, measureIds],
  );
  return rows.map((row) => row.isms_id);
}

/** A linked measure with what it says now, as evidence told it last. */
export interface LinkedMeasure {
  readonly measureId: string;
  /** Absent while evidence has told nothing of the measure, or when it is gone. */
  readonly measure: MeasureRow | undefined;
  readonly attainment: AttainmentRow | undefined;
  readonly reading: MeasureReading;
}

/** What measures say now, in the order of `ids`. */
export async function readingsOf(tx: Tx<MeasureTables>, ids: readonly string[]): Promise<LinkedMeasure[]> {
  if (ids.length === 0) return [];
  const told = await tx.db
    .selectFrom('measure')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .execute();
  const said = await tx.db
    .selectFrom('attainment')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .execute();
  const measures = new Map(told.map((row) => [row.id, row]));
  const attainments = new Map(said.map((row) => [row.id, row]));
  return ids.map((measureId) => {
    const measure = measures.get(measureId);
    const attainment = attainments.get(measureId);
    if (!attainment || attainment.deleted || measure?.deleted)
      return { measureId, measure: undefined, attainment: undefined, reading: { attainment: null, freshness: 0 } };
    return { measureId, measure, attainment, reading: attainment };
  });
}
