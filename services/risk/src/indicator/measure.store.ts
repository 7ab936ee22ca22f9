import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newestOfEach, type Tx, type WriteTx } from '@annex/service';
import type { Selectable } from 'kysely';
import type { MeasureFacts } from './indicator.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A projection: what evidence told last of each measure, and of what it says. */
export interface MeasureTables {
  measure: IsmsEntityColumns & Mutable<MeasureFacts> & { measureVersion: number; attainmentVersion: number };
}

export type MeasureRow = Selectable<MeasureTables['measure']>;

const entity = 'tenant_id, id, version, created_at, created_by, updated_at, updated_by, isms_id, reference, title';

/** Takes over what is newer than what is known of measures themselves. @returns the ids that changed */
export async function projectMeasures(
  tx: WriteTx<MeasureTables>,
  rows: readonly EventRow<'annex.evidence.measure.changed.v1'>[],
): Promise<string[]> {
  const { rows: changed } = await tx.query<{ id: string }>(
    `insert into measure as present (${entity}, unit, deleted, measure_version)
     select $1, f.id, 1, $3, $4, $3, $4, f."ismsId", f.reference, f.title, f.unit, coalesce(f.deleted, false), f.version
     from jsonb_to_recordset($2::jsonb) as f(id uuid, "ismsId" uuid, version integer, deleted boolean, reference text, title text, unit text)
     order by f.id
     on conflict (tenant_id, id) do update set version = present.version + 1, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, reference = excluded.reference, title = excluded.title, unit = excluded.unit,
       deleted = excluded.deleted, measure_version = excluded.measure_version
     where excluded.measure_version > present.measure_version
     returning id`,
    [tx.tenant, JSON.stringify(newestOfEach(rows)), tx.now, tx.scope.actor],
  );
  return changed.map((row) => row.id);
}

/** As `projectMeasures`, for what measures say. A tombstone leaves no value. */
export async function projectAttainments(
  tx: WriteTx<MeasureTables>,
  rows: readonly EventRow<'annex.evidence.attainment.changed.v1'>[],
): Promise<string[]> {
  const told = newestOfEach(rows).map((row) =>
    row.deleted ? { ...row, state: 'NEVER_MEASURED', value: null, measuredAt: null, validUntil: null } : row,
  );
  const { rows: changed } = await tx.query<{ id: string }>(
    `insert into measure as present (${entity}, state, value, measured_at, valid_until, attainment_version)
     select $1, f.id, 1, $3, $4, $3, $4, f."ismsId", f.reference, f.title, f.state, f.value, f."measuredAt", f."validUntil", f.version
     from jsonb_to_recordset($2::jsonb) as f(id uuid, "ismsId" uuid, version integer, reference text, title text, state text,
       value double precision, "measuredAt" timestamptz, "validUntil" timestamptz)
     order by f.id
     on conflict (tenant_id, id) do update set version = present.version + 1, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, state = excluded.state, value = excluded.value, measured_at = excluded.measured_at,
       valid_until = excluded.valid_until, attainment_version = excluded.attainment_version
     where excluded.attainment_version > present.attainment_version
     returning id`,
    [tx.tenant, JSON.stringify(told), tx.now, tx.scope.actor],
  );
  return changed.map((row) => row.id);
}

/** Holds a measure as it is until the transaction ends: news of it waits, and then finds who reads it. */
export async function holdMeasure(tx: WriteTx<MeasureTables>, id: string): Promise<MeasureRow | undefined> {
  return tx.db
    .selectFrom('measure')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
}

export async function measuresById(tx: Tx<MeasureTables>, ids: readonly string[]): Promise<Map<string, MeasureRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.db
    .selectFrom('measure')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
