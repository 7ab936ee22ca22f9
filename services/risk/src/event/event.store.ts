import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import { type Selectable, sql } from 'kysely';
import type { Precision } from '../incident/occurrence.ts';
import type { Affected } from '../risk/risk.ts';
import type { SecurityEventStatus } from './event.ts';

export interface SecurityEventTables {
  securityEvent: IsmsEntityColumns & {
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    title: string;
    description: string;
    occurredFrom: Date | null;
    occurredUntil: Date | null;
    occurredPrecision: Precision | null;
    detectedAt: Date | null;
    reportedAt: Date;
    /** The person who reported it; null for a machine. */
    reporterId: string | null;
    affects: Affected[];
    assetIds: string[];
    status: SecurityEventStatus;
    /** Why it was assessed so; empty before. */
    reason: string;
    assessedBy: string | null;
    assessedAt: Date | null;
    incidentId: string | null;
  };
}

export type SecurityEventRow = Selectable<SecurityEventTables['securityEvent']>;

const events = (tx: Tx<SecurityEventTables>) =>
  tx.db.selectFrom('securityEvent').selectAll('securityEvent').where('securityEvent.tenantId', '=', tx.tenant);

export async function findSecurityEvents(
  tx: Tx<SecurityEventTables>,
  ids: readonly string[],
): Promise<SecurityEventRow[]> {
  return ids.length === 0
    ? []
    : events(tx)
        .where('securityEvent.id', 'in', [...ids])
        .execute();
}

/** Locks an event and reads it as whoever held it last left it. */
export function holdSecurityEvent(tx: WriteTx<SecurityEventTables>, id: string): Promise<SecurityEventRow | undefined> {
  return events(tx).where('securityEvent.id', '=', id).forUpdate('securityEvent').executeTakeFirst();
}

export async function insertSecurityEvent(tx: WriteTx<SecurityEventTables>, row: SecurityEventRow): Promise<void> {
  await tx.db.insertInto('securityEvent').values(row).execute();
}

/** Writes how an event was assessed as its next version. */
export function updateSecurityEvent(
  tx: WriteTx<SecurityEventTables>,
  present: SecurityEventRow,
  change: Pick<SecurityEventRow, 'status' | 'reason' | 'assessedBy' | 'assessedAt' | 'incidentId'>,
): Promise<SecurityEventRow> {
  return tx.db
    .updateTable('securityEvent')
    .set({ ...touched(tx), ...change, version: present.version + 1 })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export interface SecurityEventFilter {
  readonly ismsId?: string | null;
  readonly status?: SecurityEventStatus | null;
  readonly reporterId?: string | null;
  readonly assetId?: string | null;
  readonly contains?: string | null;
}

/** The events, narrowed; unordered and unlimited. */
export function filteredSecurityEvents(tx: Tx<SecurityEventTables>, filter: SecurityEventFilter) {
  let query = events(tx);
  for (const field of ['ismsId', 'status', 'reporterId'] as const) {
    const value = filter[field];
    if (value) query = query.where(`securityEvent.${field}`, '=', value);
  }
  const { assetId, contains } = filter;
  if (assetId) query = query.where(sql<boolean>`${assetId}::uuid = any(security_event.asset_ids)`);
  if (contains) {
    const text = sql<string>`lower(security_event.reference || ' ' || security_event.title || ' ' || security_event.description)`;
    query = query.where(sql<boolean>`strpos(${text}, lower(${contains})) > 0`);
  }
  return query;
}

/** The events that each of these incidents began with, the first reported first; in one statement. */
export async function eventsOfIncidents(
  tx: Tx<SecurityEventTables>,
  incidentIds: readonly string[],
): Promise<SecurityEventRow[][]> {
  const rows = await events(tx)
    .where('securityEvent.incidentId', 'in', [...incidentIds])
    .orderBy('securityEvent.number')
    .execute();
  const found = Map.groupBy(rows, (row) => row.incidentId);
  return incidentIds.map((id) => found.get(id) ?? []);
}

/** An event as it is told: without texts. */
export function securityEventEvent(row: SecurityEventRow): EventRow<'annex.risk.security-event.changed.v1'> {
  const { id, ismsId, version, reference, status, occurredPrecision, reporterId, affects, assetIds, incidentId } = row;
  return {
    ...{ id, ismsId, version, reference, status, occurredPrecision, reporterId, affects, assetIds, incidentId },
    occurredFrom: row.occurredFrom?.toISOString() ?? null,
    occurredUntil: row.occurredUntil?.toISOString() ?? null,
    detectedAt: row.detectedAt?.toISOString() ?? null,
    reportedAt: row.reportedAt.toISOString(),
  };
}
