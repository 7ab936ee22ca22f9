import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import { tie } from '../linked.ts';
import type { Affected } from '../risk/risk.ts';
import {
  type Confirmation,
  type IncidentCategory,
  type IncidentLoss,
  type IncidentStatus,
  type Phase,
  type RiskReview,
  type Severity,
  totalLoss,
} from './incident.ts';
import type { Precision } from './occurrence.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;

export interface IncidentTables {
  incident: IsmsEntityColumns & {
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    title: string;
    description: string;
    status: IncidentStatus;
    confirmation: Confirmation;
    severity: Severity | null;
    categories: IncidentCategory[];
    handlerId: string | null;
    affects: Affected[];
    occurredFrom: Date | null;
    occurredUntil: Date | null;
    occurredPrecision: Precision | null;
    detectedAt: Date | null;
    reportedAt: Date | null;
    triagedAt: Date | null;
    containedAt: Date | null;
    resolvedAt: Date | null;
    learnedAt: Date | null;
    recurrenceOfId: string | null;
    findingIds: string[];
    evidenceIds: string[];
    losses: Json<readonly IncidentLoss[]>;
    /** That of the criteria when the losses were written; null where there are none. */
    currency: string | null;
    lessons: string;
    riskReview: RiskReview | null;
    /** The system and record that it was imported from. */
    source: string | null;
    sourceId: string | null;
    record: Json<unknown>;
  };
  incidentRisk: IsmsEntityColumns & { incidentId: string; riskId: string };
  incidentAsset: IsmsEntityColumns & { incidentId: string; assetId: string };
  incidentEntry: {
    tenantId: string;
    id: string;
    ismsId: string;
    incidentId: string;
    phase: Phase;
    text: string;
    happenedAt: Date;
    writtenAt: Date;
    writtenBy: string;
    correctsId: string | null;
  };
}

export type IncidentRow = Selectable<IncidentTables['incident']>;
export type EntryRow = Selectable<IncidentTables['incidentEntry']>;
/** The risks and assets that an incident is about, each in a fixed order. */
export interface IncidentLinks {
  readonly riskIds: readonly string[];
  readonly assetIds: readonly string[];
}

export const incidents = (tx: Tx<IncidentTables>) =>
  tx.db.selectFrom('incident').selectAll('incident').where('incident.tenantId', '=', tx.tenant);

export async function findIncidents(tx: Tx<IncidentTables>, ids: readonly string[]): Promise<IncidentRow[]> {
  return ids.length === 0
    ? []
    : incidents(tx)
        .where('incident.id', 'in', [...ids])
        .execute();
}

/** Locks an incident and reads it as whoever held it last left it. */
export function holdIncident(tx: WriteTx<IncidentTables>, id: string): Promise<IncidentRow | undefined> {
  return incidents(tx).where('incident.id', '=', id).forUpdate('incident').executeTakeFirst();
}

const none: IncidentLinks = { riskIds: [], assetIds: [] };

/** The links of these incidents, by incident; in two statements. */
export async function linksOf(tx: Tx<IncidentTables>, ids: readonly string[]): Promise<Map<string, IncidentLinks>> {
  const found = new Map<string, IncidentLinks>();
  if (ids.length === 0) return found;
  for (const [field, table, column] of [
    ['riskIds', 'incident_risk', 'risk_id'],
    ['assetIds', 'incident_asset', 'asset_id'],
  ] as const) {
    const { rows } = await tx.query<{ id: string; linked: string[] }>(
      `select incident_id as id, array_agg(${column} order by ${column}) as linked from ${table}
       where tenant_id = $1 and incident_id = any($2::uuid[]) group by incident_id`,
      [tx.tenant, ids],
    );
    for (const { id, linked } of rows) found.set(id, { ...(found.get(id) ?? none), [field]: linked });
  }
  return found;
}

/** The links of one incident. */
export const linksOfIncident = async (tx: Tx<IncidentTables>, id: string): Promise<IncidentLinks> =>
  (await linksOf(tx, [id])).get(id) ?? none;

/** Ties an incident to exactly these risks and assets. */
export async function setLinks(
  tx: WriteTx<IncidentTables>,
  incident: { readonly id: string; readonly ismsId: string },
  { riskIds, assetIds }: IncidentLinks,
): Promise<void> {
  const owner = 'incident_id';
  await tie(tx, 'incident_risk', { owner, linked: 'risk_id' }, incident, riskIds);
  await tie(tx, 'incident_asset', { owner, linked: 'asset_id' }, incident, assetIds);
}

/** An incident with jsonb as it is written. */
export const written = ({ losses, record, ...row }: IncidentRow) => ({
  ...row,
  losses: JSON.stringify(losses),
  record: record === null ? (null as unknown as string) : JSON.stringify(record),
});

export async function insertIncident(tx: WriteTx<IncidentTables>, row: IncidentRow): Promise<void> {
  await tx.db.insertInto('incident').values(written(row)).execute();
}

/** Writes a change of an incident as its next version. */
export function updateIncidentRow(
  tx: WriteTx<IncidentTables>,
  present: IncidentRow,
  change: Partial<IncidentRow>,
): Promise<IncidentRow> {
  return tx.db
    .updateTable('incident')
    .set({ ...written({ ...present, ...change }), ...touched(tx), version: present.version + 1 })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function insertEntry(
  tx: WriteTx<IncidentTables>,
  row: Omit<EntryRow, 'tenantId' | 'id' | 'writtenAt' | 'writtenBy'>,
): Promise<EntryRow> {
  const writing = {
    id: newId(),
    tenantId: tx.tenant,
    writtenAt: tx.now,
    writtenBy: tx.scope.onBehalfOf ?? tx.scope.actor,
  };
  return tx.db
    .insertInto('incidentEntry')
    .values({ ...row, ...writing })
    .returningAll()
    .executeTakeFirstOrThrow();
}

const entries = (tx: Tx<IncidentTables>) =>
  tx.db.selectFrom('incidentEntry').selectAll().where('tenantId', '=', tx.tenant);

/** The timelines of these incidents, each in the order in which things happened; in one statement. */
export async function timelinesOf(tx: Tx<IncidentTables>, ids: readonly string[]): Promise<EntryRow[][]> {
  const rows = await entries(tx)
    .where('incidentId', 'in', [...ids])
    .orderBy('happenedAt')
    .orderBy('id')
    .execute();
  const found = Map.groupBy(rows, (row) => row.incidentId);
  return ids.map((id) => found.get(id) ?? []);
}

export function findEntry(tx: Tx<IncidentTables>, id: string): Promise<EntryRow | undefined> {
  return entries(tx).where('id', '=', id).executeTakeFirst();
}

/** A page of incidents in id order, to announce them. */
export function incidentsAfter(tx: Tx<IncidentTables>, after: string, limit: number): Promise<IncidentRow[]> {
  return incidents(tx).where('incident.id', '>', after).orderBy('incident.id').limit(limit).execute();
}

const told = (moment: Date | null) => moment?.toISOString() ?? null;

/** An incident as it is told: without texts. */
export function incidentEvent(row: IncidentRow, links: IncidentLinks): EventRow<'annex.risk.incident.changed.v1'> {
  const { id, ismsId, version, reference, status, confirmation, severity, categories, handlerId } = row;
  const { recurrenceOfId, occurredPrecision, affects, findingIds, evidenceIds, currency, riskReview } = row;
  return {
    ...{ id, ismsId, version, reference, status, confirmation, severity, categories, handlerId },
    ...{ recurrenceOfId, occurredPrecision, affects, findingIds, evidenceIds, currency, riskReview },
    occurredFrom: told(row.occurredFrom),
    occurredUntil: told(row.occurredUntil),
    detectedAt: told(row.detectedAt),
    containedAt: told(row.containedAt),
    resolvedAt: told(row.resolvedAt),
    riskIds: [...links.riskIds],
    assetIds: [...links.assetIds],
    loss: totalLoss(row.losses),
  };
}

/** An entry of a timeline as it is told: without its text. */
export function entryEvent(row: EntryRow): EventRow<'annex.risk.incident-entry.added.v1'> {
  const { id, ismsId, incidentId, phase, correctsId } = row;
  const times = { happenedAt: row.happenedAt.toISOString(), writtenAt: row.writtenAt.toISOString() };
  return { id, ismsId, version: 1, incidentId, phase, correctsId, ...times };
}
