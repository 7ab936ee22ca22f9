import { type LinkedList, ordering, type Tx } from '@annex/service';
import { sql } from 'kysely';
import { assetsNeeded } from '../asset/asset.list.ts';
import type { AssetRow } from '../asset/asset.store.ts';
import { risksOfImplementation } from '../risk/risk.list.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type IncidentRow, type IncidentTables, incidents } from './incident.store.ts';
import type { Confirmation, IncidentCategory, IncidentStatus, Severity } from './incident.ts';

export interface IncidentFilter {
  readonly ismsId?: string | null;
  readonly status?: IncidentStatus | null;
  readonly confirmation?: Confirmation | null;
  readonly severity?: Severity | null;
  readonly category?: IncidentCategory | null;
  readonly handlerId?: string | null;
  readonly riskId?: string | null;
  readonly assetId?: string | null;
  readonly source?: string | null;
  readonly contains?: string | null;
}

export const incidentOrder = ordering({ number: 'desc' });

/** The incidents, narrowed; unordered and unlimited. */
export function filteredIncidents(tx: Tx<IncidentTables>, filter: IncidentFilter) {
  let query = incidents(tx);
  for (const field of ['ismsId', 'status', 'confirmation', 'severity', 'handlerId', 'source'] as const) {
    const value = filter[field];
    if (value) query = query.where(`incident.${field}`, '=', value);
  }
  const { category, riskId, assetId, contains } = filter;
  if (category) query = query.where(sql<boolean>`${category} = any(incident.categories)`);
  for (const [table, column, id] of [
    ['incident_risk', 'risk_id', riskId],
    ['incident_asset', 'asset_id', assetId],
  ] as const) {
    if (!id) continue;
    query = query.where(sql<boolean>`exists (select 1 from ${sql.table(table)} l
      where l.tenant_id = ${tx.tenant} and l.incident_id = incident.id and ${sql.ref(`l.${column}`)} = ${id})`);
  }
  if (contains) {
    const text = sql<string>`lower(incident.reference || ' ' || incident.title || ' ' || incident.description)`;
    query = query.where(sql<boolean>`strpos(${text}, lower(${contains})) > 0`);
  }
  return query;
}

/** The incidents that were linked to a risk, the latest first. */
export const incidentsOfRisk: LinkedList<IncidentRow> = {
  field: 'Risk.incidents',
  table: 'incident',
  links: 'incident_risk',
  entityId: 'incident_id',
  objectId: 'risk_id',
  orderBy: 'incident.number desc, incident.id desc',
  // What the plain fields are read from; the others read whole rows.
  columns: {
    id: ['id'],
    version: ['version'],
    reference: ['reference'],
    isms: ['ismsId'],
    title: ['title'],
    status: ['status'],
    confirmation: ['confirmation'],
    severity: ['severity'],
    categories: ['categories'],
    detectedAt: ['detectedAt'],
    resolvedAt: ['resolvedAt'],
  },
};

/** The incidents that an asset was touched by, the latest first. */
export const incidentsOfAsset: LinkedList<IncidentRow> = {
  ...incidentsOfRisk,
  field: 'Asset.incidents',
  links: 'incident_asset',
  objectId: 'asset_id',
};

/** The risks that an incident is about, the highest level first. */
export const risksOfIncident: LinkedList<RiskRow> = {
  ...risksOfImplementation,
  field: 'Incident.risks',
  links: 'incident_risk',
  objectId: 'incident_id',
};

/** The assets that an incident touched, by reference. */
export const assetsOfIncident: LinkedList<AssetRow> = {
  ...assetsNeeded,
  field: 'Incident.assets',
  links: 'incident_asset',
  entityId: 'asset_id',
  objectId: 'incident_id',
};
