import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import { type Selectable, sql } from 'kysely';
import { tie } from '../linked.ts';
import type { Direction, Figure, IndicatorState, IndicatorStatus, Said } from './indicator.ts';

export interface IndicatorTables {
  indicator: IsmsEntityColumns & {
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    name: string;
    description: string;
    ownerId: string | null;
    /** It reads either a measure or a figure. */
    measureId: string | null;
    figure: Figure | null;
    direction: Direction;
    warning: number;
    critical: number;
    status: IndicatorStatus;
    retiredAt: Date | null;
    /** As it was told last; a figure is read anew whenever somebody looks. */
    state: IndicatorState;
    stateSince: Date;
    value: number | null;
    valuedAt: Date | null;
    unit: string;
    explanation: string;
  };
  indicatorRisk: IsmsEntityColumns & { indicatorId: string; riskId: string };
  indicatorReading: {
    tenantId: string;
    id: string;
    ismsId: string;
    indicatorId: string;
    value: number | null;
    state: IndicatorState;
    explanation: string;
    warning: number;
    critical: number;
    valuedAt: Date | null;
    readAt: Date;
  };
}

export type IndicatorRow = Selectable<IndicatorTables['indicator']>;

export interface IndicatorFilter {
  readonly ismsId?: string | null;
  readonly state?: IndicatorState | null;
  readonly status?: IndicatorStatus | null;
  readonly ownerId?: string | null;
  readonly riskId?: string | null;
}

export const indicators = (tx: Tx<IndicatorTables>) =>
  tx.db.selectFrom('indicator').selectAll('indicator').where('indicator.tenantId', '=', tx.tenant);

/** The indicators, narrowed; unordered and unlimited. */
export function filteredIndicators(tx: Tx<IndicatorTables>, filter: IndicatorFilter) {
  let query = indicators(tx);
  for (const field of ['ismsId', 'state', 'status', 'ownerId'] as const) {
    const value = filter[field];
    if (value) query = query.where(`indicator.${field}`, '=', value);
  }
  if (filter.riskId)
    query = query.where(sql<boolean>`exists (select 1 from indicator_risk l
      where l.tenant_id = ${tx.tenant} and l.indicator_id = indicator.id and l.risk_id = ${filter.riskId})`);
  return query;
}

export async function findIndicators(tx: Tx<IndicatorTables>, ids: readonly string[]): Promise<IndicatorRow[]> {
  return ids.length === 0
    ? []
    : indicators(tx)
        .where('indicator.id', 'in', [...ids])
        .execute();
}

/** The active indicators of figures in those of these ISMS that are not retired. */
export function watchedFigures(tx: Tx<IndicatorTables>, ismsIds: readonly string[]): Promise<IndicatorRow[]> {
  return watched(tx)
    .where('ismsId', 'in', [...ismsIds])
    .where('figure', 'is not', null)
    .orderBy('id')
    .execute();
}

/** The active indicators that read one of these measures, in an ISMS that is not retired. */
export function watchingMeasures(tx: Tx<IndicatorTables>, measureIds: readonly string[]): Promise<IndicatorRow[]> {
  return watched(tx)
    .where('measureId', 'in', [...measureIds])
    .orderBy('id')
    .execute();
}

const watched = (tx: Tx<IndicatorTables>) =>
  indicators(tx)
    .where('indicator.status', '=', 'ACTIVE')
    .where(sql<boolean>`not exists (select 1 from isms i
      where i.tenant_id = ${tx.tenant} and i.id = indicator.isms_id and i.status = 'RETIRED')`);

export async function insertIndicator(tx: WriteTx<IndicatorTables>, row: IndicatorRow): Promise<void> {
  await tx.db.insertInto('indicator').values(row).execute();
}

/** Writes an indicator as it is now. Its version is the one to write. */
export async function updateIndicatorRow(tx: WriteTx<IndicatorTables>, row: IndicatorRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('indicator')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** Keeps what an indicator says now. Such rows are added and never changed. */
export async function insertReading(tx: WriteTx<IndicatorTables>, row: IndicatorRow, said: Said): Promise<void> {
  const { value, state, explanation, valuedAt } = said;
  await tx.db
    .insertInto('indicatorReading')
    .values({
      ...{ tenantId: tx.tenant, id: newId(), ismsId: row.ismsId, indicatorId: row.id },
      ...{ value, state, explanation, valuedAt, warning: row.warning, critical: row.critical, readAt: tx.now },
    })
    .execute();
}

/** What indicators said, of all of the tenant; for a connection. */
export const readings = (tx: Tx<IndicatorTables>) =>
  tx.db.selectFrom('indicatorReading').selectAll('indicatorReading').where('indicatorReading.tenantId', '=', tx.tenant);

/** The risks that each of these indicators is linked to, in the order of ids; in one statement. */
export async function risksOfIndicators(
  tx: Tx<IndicatorTables>,
  ids: readonly string[],
): Promise<Map<string, readonly string[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; linked: string[] }>(
    `select indicator_id as id, array_agg(risk_id order by risk_id) as linked from indicator_risk
     where tenant_id = $1 and indicator_id = any($2::uuid[]) group by indicator_id`,
    [tx.tenant, ids],
  );
  return new Map(rows.map(({ id, linked }) => [id, linked]));
}

/** Ties an indicator to exactly these risks. */
export const setRisks = (
  tx: WriteTx<IndicatorTables>,
  indicator: { readonly id: string; readonly ismsId: string },
  riskIds: readonly string[],
): Promise<void> => tie(tx, 'indicator_risk', { owner: 'indicator_id', linked: 'risk_id' }, indicator, riskIds);

/** An indicator as others are told of it. */
export function indicatorEvent(
  row: IndicatorRow,
  riskIds: readonly string[],
): EventRow<'annex.risk.indicator.changed.v1'> {
  const { id, ismsId, version, reference, name, ownerId, measureId, figure } = row;
  const { direction, warning, critical, status, state, value } = row;
  return {
    ...{ id, ismsId, version, reference, name, ownerId, measureId, figure },
    ...{ direction, warning, critical, status, state, value },
    stateSince: row.stateSince.toISOString(),
    valuedAt: row.valuedAt?.toISOString() ?? null,
    riskIds: [...riskIds],
  };
}
