import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newestOfEach, type Tx, type WriteTx } from '@annex/service';

export type AttainmentState = EventRow<'annex.evidence.attainment.changed.v1'>['state'];

export interface MeasureRow extends IsmsEntityColumns {
  sourceVersion: number;
  deleted: boolean;
  reference: string;
  title: string;
  unit: string;
  worst: number;
  target: number;
}

export interface AttainmentRow extends IsmsEntityColumns {
  sourceVersion: number;
  deleted: boolean;
  state: AttainmentState;
  value: number | null;
  attainment: number | null;
  freshness: number;
  measuredAt: Date | null;
  validUntil: Date | null;
}

/** Projections: what evidence told last of each measure, and of what it says. */
export interface MeasureTables {
  measure: MeasureRow;
  attainment: AttainmentRow;
}

/**
 * Keeps what is newer than what is known, in the order of ids, so that two deliveries never wait for each other crosswise.
 * @returns the ids of the measures of which anything was kept
 */
async function keepNewer(
  tx: WriteTx<MeasureTables>,
  table: 'measure' | 'attainment',
  columns: { readonly [column: string]: string },
  rows: readonly { readonly id: string; readonly version: number }[],
): Promise<string[]> {
  const names = Object.keys(columns);
  const all = ['tenant_id', 'id', 'isms_id', 'version', 'created_at', 'created_by', 'updated_at', 'updated_by'];
  const kept = await tx.query<{ id: string }>(
    `insert into ${table} as present (${[...all, 'source_version', 'deleted', ...names].join(', ')})
     select $1, f.id, f."ismsId", 1, $3, $4, $3, $4, f.version, coalesce(f.deleted, false), ${names.map((name) => `f."${camel(name)}"`).join(', ')}
       from jsonb_to_recordset($2) as f(id uuid, "ismsId" uuid, version integer, deleted boolean,
            ${names.map((name) => `"${camel(name)}" ${columns[name]}`).join(', ')})
      order by f.id
     on conflict (tenant_id, id) do update set version = present.version + 1,
       ${['isms_id', 'updated_at', 'updated_by', 'source_version', 'deleted', ...names].map((name) => `${name} = excluded.${name}`).join(', ')}
      where excluded.source_version > present.source_version
     returning id`,
    [tx.tenant, JSON.stringify(newestOfEach(rows)), tx.now, tx.scope.actor],
  );
  return kept.rows.map((row) => row.id);
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

export function keepMeasures(
  tx: WriteTx<MeasureTables>,
  rows: readonly EventRow<'annex.evidence.measure.changed.v1'>[],
): Promise<string[]> {
  const columns = {
    reference: 'text',
    title: 'text',
    unit: 'text',
    worst: 'double precision',
    target: 'double precision',
  };
  return keepNewer(tx, 'measure', columns, rows);
}

export function keepAttainments(
  tx: WriteTx<MeasureTables>,
  rows: readonly EventRow<'annex.evidence.attainment.changed.v1'>[],
): Promise<string[]> {
  const columns = {
    state: 'text',
    value: 'double precision',
    attainment: 'double precision',
    freshness: 'double precision',
    measured_at: 'timestamptz',
    valid_until: 'timestamptz',
  };
  return keepNewer(tx, 'attainment', columns, rows);
}

/**
 * Makes sure that there is a row for what the measure says, and holds it until the transaction ends: whoever links it and whoever
 * hears of it meet here, one after the other, and the later one sees the other's work.
 */
export async function holdAttainment(
  tx: WriteTx<MeasureTables>,
  measureId: string,
  ismsId: string,
): Promise<AttainmentRow> {
  await tx.query(
    `insert into attainment (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, source_version, state, freshness)
     values ($1, $2, $3, 1, $4, $5, $4, $5, 0, 'NEVER_MEASURED', 0) on conflict (tenant_id, id) do nothing`,
    [tx.tenant, measureId, ismsId, tx.now, tx.scope.actor],
  );
  return tx.db
    .selectFrom('attainment')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', measureId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export function findMeasures(tx: Tx<MeasureTables>, ids: readonly string[]): Promise<MeasureRow[]> {
  return tx.db.selectFrom('measure').selectAll().where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}
