import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
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
  const { createdAt, createdBy } = entityFields(tx);
  for (const [table, column, ids] of [
    ['incident_risk', 'risk_id', riskIds],
    ['incident_asset', 'asset_id', assetIds],
  ] as const) {
    await tx.query(
      `delete from ${table} where tenant_id = $1 and incident_id = $2 and not ${column} = any($3::uuid[])`,
      [...[tx.tenant, incident.id, ids]],
    );
    if (ids.length === 0) continue;
    await tx.query(
      `insert into ${table} (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, incident_id, ${column})
       select $1, r.id, $2, 1, $3, $4, $3, $4, $5, r.linked from unnest($6::uuid[], $7::uuid[]) as r(id, linked)
       on conflict (tenant_id, incident_id, ${column}) do nothing`,
      [tx.tenant, incident.ismsId, createdAt, createdBy, incident.id, ids.map(() => newId()), ids],
    );
  }
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

/** A page of incidents, or of entries, in id order, to announce them. */
export function incidentsAfter(tx: Tx<IncidentTables>, after: string | null, limit: number): Promise<IncidentRow[]> {
  const query = after === null ? incidents(tx) : incidents(tx).where('incident.id', '>', after);
  return query.orderBy('incident.id').limit(limit).execute();
}

export function entriesAfter(tx: Tx<IncidentTables>, after: string | null, limit: number): Promise<EntryRow[]> {
  const query = after === null ? entries(tx) : entries(tx).where('id', '>', after);
  return query.orderBy('id').limit(limit).execute();
}

/** Which of these risks an ISMS has. */
export async function risksOfIsms(
  tx: Tx<IncidentTables>,
  ismsId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from risk where tenant_id = $1 and isms_id = $2 and id = any($3::uuid[])',
    [tx.tenant, ismsId, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Which of these assets an ISMS has, in use or retired. */
export async function assetsOfIsms(
  tx: Tx<IncidentTables>,
  ismsId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from asset where tenant_id = $1 and isms_id = $2 and id = any($3::uuid[])',
    [tx.tenant, ismsId, ids],
  );
  return new Set(rows.map(({ id }) => id));
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
