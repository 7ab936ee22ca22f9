import { newId, type Tx, type WriteTx } from '@annex/service';
import { type ColumnType, type Selectable, sql } from 'kysely';
import type { IncidentTables } from '../incident/incident.store.ts';
import type { Seen } from './learning.ts';

export interface LearningTables {
  adoption: {
    tenantId: string;
    id: string;
    ismsId: string;
    riskId: string;
    quantificationId: string;
    quantificationVersion: number;
    windowFrom: Date;
    windowUntil: Date;
    incidentIds: string[];
    /** By category of loss: how many losses what is believed of it is worth. Written as text: the driver would take it apart. */
    weights: ColumnType<Readonly<Record<string, number>>, string, string>;
    adoptedAt: Date;
    adoptedBy: string;
  };
}

export type AdoptionRow = Selectable<LearningTables['adoption']>;

/** The incidents that are linked to each of these risks, by reference; in one statement, and of each only what is learned from. */
export async function seenOfRisks(tx: Tx<IncidentTables>, riskIds: readonly string[]): Promise<Seen[][]> {
  const { rows } = await sql<Seen & { riskId: string }>`
    select l.risk_id, i.id, i.reference, i.confirmation, i.occurred_from, i.occurred_until, i.detected_at, i.reported_at, i.losses, i.currency
    from incident_risk l join incident i on i.tenant_id = l.tenant_id and i.id = l.incident_id
    where l.tenant_id = ${tx.tenant} and l.risk_id = any(${[...riskIds]}::uuid[]) order by i.number`.execute(tx.db);
  const found = Map.groupBy(rows, (row) => row.riskId);
  return riskIds.map((id) => found.get(id) ?? []);
}

/** The latest adoption of each of these risks; null where there is none. */
export async function latestAdoptions(
  tx: Tx<LearningTables>,
  riskIds: readonly string[],
): Promise<(AdoptionRow | null)[]> {
  const { rows } = await sql<AdoptionRow>`
    select distinct on (risk_id) * from adoption where tenant_id = ${tx.tenant} and risk_id = any(${[...riskIds]}::uuid[])
    order by risk_id, adopted_at desc, quantification_version desc`.execute(tx.db);
  const found = new Map(rows.map((row) => [row.riskId, row]));
  return riskIds.map((id) => found.get(id) ?? null);
}

export async function insertAdoption(
  tx: WriteTx<LearningTables>,
  { weights, ...row }: Omit<AdoptionRow, 'tenantId' | 'id' | 'adoptedAt' | 'adoptedBy'>,
): Promise<void> {
  const by = { adoptedAt: tx.now, adoptedBy: tx.scope.onBehalfOf ?? tx.scope.actor };
  await tx.db
    .insertInto('adoption')
    .values({ ...row, ...by, weights: JSON.stringify(weights), tenantId: tx.tenant, id: newId() })
    .execute();
}
