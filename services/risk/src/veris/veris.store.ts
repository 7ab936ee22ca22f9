import { type Tx, touched, type WriteTx } from '@annex/service';
import { sql } from 'kysely';
import { type IncidentRow, type IncidentTables, incidents, written } from '../incident/incident.store.ts';

/**
 * The incidents that were imported under these ids, locked in the order of their ids. Imports into an ISMS wait for each other, so that two at
 * once double none.
 */
export async function holdImported(
  tx: WriteTx<IncidentTables>,
  ismsId: string,
  keys: readonly { readonly source: string; readonly sourceId: string }[],
): Promise<IncidentRow[]> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('risk.incident-import ' || $1::text || $2::text, 0))`, [
    tx.tenant,
    ismsId,
  ]);
  const sources = keys.map(({ source }) => source);
  const ids = keys.map(({ sourceId }) => sourceId);
  return incidents(tx as Tx<IncidentTables>)
    .where('incident.ismsId', '=', ismsId)
    .where(
      sql<boolean>`(incident.source, incident.source_id) in (select * from unnest(${sources}::text[], ${ids}::text[]))`,
    )
    .orderBy('incident.id')
    .forUpdate('incident')
    .execute();
}

const rowsAStatement = 500;

/** Writes new incidents and the next versions of others, hundreds a statement. */
export async function writeImported(
  tx: WriteTx<IncidentTables>,
  created: readonly IncidentRow[],
  changed: readonly IncidentRow[],
): Promise<void> {
  for (let from = 0; from < created.length; from += rowsAStatement)
    await tx.db
      .insertInto('incident')
      .values(created.slice(from, from + rowsAStatement).map(written))
      .execute();
  const { updatedAt, updatedBy } = touched(tx);
  for (let from = 0; from < changed.length; from += rowsAStatement) {
    const rows = changed.slice(from, from + rowsAStatement);
    await tx.query(
      `update incident i set updated_at = $2, updated_by = $3, version = r.version, title = r.title, description = r.description,
         confirmation = r.confirmation, severity = r.severity, categories = r.categories, affects = r.affects,
         occurred_from = r."occurredFrom", occurred_until = r."occurredUntil", occurred_precision = r."occurredPrecision",
         losses = r.losses, currency = r.currency, lessons = r.lessons, record = r.record
       from jsonb_to_recordset($4::jsonb) as r(id uuid, version int, title text, description text, confirmation text, severity text,
         categories text[], affects text[], "occurredFrom" timestamptz, "occurredUntil" timestamptz, "occurredPrecision" text,
         losses jsonb, currency text, lessons text, record jsonb)
       where i.tenant_id = $1 and i.id = r.id`,
      [tx.tenant, updatedAt, updatedBy, JSON.stringify(rows)],
    );
  }
}
