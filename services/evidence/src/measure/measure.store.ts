import type { IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import type { AttainmentState, Collector, MeasurementState, Reading, SourceState } from './measure.ts';

export interface MeasureRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  informationNeed: string;
  unit: string;
  target: number;
  worst: number;
  frequency: string;
  grace: string | null;
  collector: Collector;
  sources: string[];
}

/** What a measurement was made of: an import of a source. */
export interface MeasurementInput {
  readonly source: string;
  readonly importId: string;
  readonly outcome: SourceState['outcome'];
  readonly open: number;
  readonly importedAt: string;
}

export interface MeasurementRow {
  tenantId: string;
  id: string;
  ismsId: string;
  measureId: string;
  number: number;
  value: number;
  state: MeasurementState;
  reason: string;
  measuredAt: Date;
  countsFrom: Date;
  lateFrom: Date;
  validUntil: Date;
  importId: string | null;
  evidenceId: string | null;
  recordedBy: string;
  recordedAt: Date;
  inputs: MeasurementInput[];
}

export interface AttainmentRow extends IsmsEntityColumns {
  state: AttainmentState;
  value: number | null;
  attainment: number | null;
  freshness: number;
  measuredAt: Date | null;
  lateFrom: Date | null;
  validUntil: Date | null;
  measurementId: string | null;
}

export interface MeasureTables {
  measure: MeasureRow;
  measurement: MeasurementRow;
  attainment: AttainmentRow;
}

export function measuresById(tx: Tx<MeasureTables>, ids: readonly string[]): Promise<MeasureRow[]> {
  return tx.db.selectFrom('measure').selectAll().where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}

export function measuresQuery(tx: Tx<MeasureTables>, ismsId: string) {
  return tx.db.selectFrom('measure').selectAll().where('tenantId', '=', tx.tenant).where('ismsId', '=', ismsId);
}

export function measurementsQuery(tx: Tx<MeasureTables>) {
  return tx.db.selectFrom('measurement').selectAll().where('tenantId', '=', tx.tenant);
}

/**
 * Measures, locked in the order of their ids until the transaction ends. Whoever computes what they say does this first and reads the
 * facts afterwards, in a new statement, and so sees what the one before it left.
 */
export function holdMeasures(tx: WriteTx<MeasureTables>, ids: readonly string[]): Promise<MeasureRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return tx.db
    .selectFrom('measure')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** The measures that imports of a source feed. */
export async function measuresFedBy(tx: Tx<MeasureTables>, ismsId: string, source: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from measure where tenant_id = $1 and isms_id = $2 and collector = 'SARIF_OPEN_FINDINGS'
       and (sources = '{}' or $3 = any(sources)) order by id`,
    [tx.tenant, ismsId, source],
  );
  return rows.map((row) => row.id);
}

/** The measures whose measurements rest on a piece of evidence. */
export async function measuresRestingOn(tx: Tx<MeasureTables>, evidenceId: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'select distinct measure_id as id from measurement where tenant_id = $1 and evidence_id = $2 order by 1',
    [tx.tenant, evidenceId],
  );
  return rows.map((row) => row.id);
}

/**
 * Imports hold this together, whoever makes or changes a measure holds it alone: otherwise a measure made while an import runs would
 * see nothing of it, and the import nothing of the measure.
 */
export async function holdFeeding(
  tx: WriteTx<MeasureTables>,
  ismsId: string,
  how: 'together' | 'alone',
): Promise<void> {
  const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`select ${lock}(hashtextextended($1, 27004))`, [`feeding:${tx.tenant}:${ismsId}`]);
}

/** What the latest import of each source of an ISMS says. */
export async function presentSources(tx: Tx<MeasureTables>, ismsId: string): Promise<SourceState[]> {
  const { rows } = await tx.query<{
    source: string;
    import_id: string;
    outcome: SourceState['outcome'];
    open: number;
    imported_at: Date;
  }>(
    `select name as source, import_id, outcome, open, imported_at from check_source
     where tenant_id = $1 and isms_id = $2 order by name`,
    [tx.tenant, ismsId],
  );
  return rows.map(({ import_id, imported_at, ...same }) => ({ ...same, importId: import_id, importedAt: imported_at }));
}

/** The latest measurement of a measure, with the validity of what is behind it. */
export interface LatestMeasurement extends Reading {
  readonly id: string;
  readonly measureId: string;
  readonly number: number;
  readonly measuredAt: Date;
  readonly reason: string;
  readonly inputs: readonly MeasurementInput[];
}

interface LatestColumns {
  id: string;
  measure_id: string;
  number: number;
  value: number;
  state: MeasurementState;
  reason: string;
  measured_at: Date;
  late_from: Date;
  valid_until: Date;
  inputs: MeasurementInput[];
  evidence_from: Date | null;
  evidence_until: Date | null;
}

/** The latest measurement of each measure that has one, in one statement. */
export async function latestMeasurements(
  tx: Tx<MeasureTables>,
  measureIds: readonly string[],
): Promise<Map<string, LatestMeasurement>> {
  const { rows } = await tx.query<LatestColumns>(
    `select latest.*, evidence.valid_from as evidence_from, evidence.valid_until as evidence_until
     from unnest($2::uuid[]) as wanted(id)
     cross join lateral (
       select id, measure_id, number, value, state, reason, measured_at, late_from, valid_until, inputs, evidence_id from measurement
       where tenant_id = $1 and measure_id = wanted.id order by measured_at desc, number desc limit 1) as latest
     left join evidence on evidence.tenant_id = $1 and evidence.id = latest.evidence_id`,
    [tx.tenant, measureIds],
  );
  return new Map(
    rows.map((row) => [
      row.measure_id,
      {
        id: row.id,
        measureId: row.measure_id,
        number: row.number,
        value: row.value,
        state: row.state,
        reason: row.reason,
        measuredAt: row.measured_at,
        lateFrom: row.late_from,
        validUntil: row.valid_until,
        inputs: row.inputs,
        evidence: row.evidence_from && { validFrom: row.evidence_from, validUntil: row.evidence_until },
      },
    ]),
  );
}

/** Adds a measurement with the next number of its measure, which the caller holds. */
export async function addMeasurement(
  tx: WriteTx<MeasureTables>,
  measurement: Omit<MeasurementRow, 'tenantId' | 'number' | 'recordedBy' | 'recordedAt'>,
): Promise<void> {
  await tx.query(
    `insert into measurement (tenant_id, id, isms_id, measure_id, number, value, state, reason, measured_at, counts_from, late_from,
       valid_until, import_id, evidence_id, recorded_by, recorded_at, inputs)
     values ($1, $2, $3, $4, 1 + coalesce((select max(number) from measurement where tenant_id = $1 and measure_id = $4), 0), $5, $6, $7, $8, $9,
       $10, $11, $12, $13, $14, $15, $16)`,
    [
      tx.tenant,
      measurement.id,
      measurement.ismsId,
      measurement.measureId,
      measurement.value,
      measurement.state,
      measurement.reason,
      measurement.measuredAt,
      measurement.countsFrom,
      measurement.lateFrom,
      measurement.validUntil,
      measurement.importId,
      measurement.evidenceId,
      tx.scope.onBehalfOf ?? tx.scope.actor,
      tx.now,
      JSON.stringify(measurement.inputs),
    ],
  );
}
