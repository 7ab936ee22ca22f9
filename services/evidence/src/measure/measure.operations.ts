import { AnnexError, badInput, notFound } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  entityFields,
  ismsOf,
  newId,
  nextReference,
  touched,
  type WriteTx,
} from '@annex/service';
import { judgeEvidence } from '../conformity.ts';
import type { EvidenceDatabase } from '../database.ts';
import { holdEvidence } from '../evidence/evidence.store.ts';
import { validityOf } from '../evidence/evidence.ts';
import { collect, settleAttainments } from './attainment.operations.ts';
import { checkMeasure, type MeasureContent, type MeasureInput } from './measure.input.ts';
import { addMeasurement, holdFeeding, holdMeasures, type MeasureRow } from './measure.store.ts';
import { attainmentOf, scheduleOf } from './measure.ts';

type Tx = WriteTx<EvidenceDatabase>;
export function measureEventRow(measure: Pick<MeasureRow, 'id' | 'ismsId' | 'version' | 'reference'> & MeasureContent) {
  const { id, ismsId, version, reference, title, unit, worst, target } = measure;
  return { id, ismsId, version, reference, title, unit, worst, target };
}

export interface CreateMeasureInput extends MeasureInput {
  readonly ismsId?: string | null;
}

/** Sets up a measure (27004, 6.2 to 6.5). One that collects from imports is measured at once where there are some. */
export async function createMeasure(tx: Tx, input: CreateMeasureInput): Promise<Changed> {
  const content = checkMeasure(input);
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdFeeding(tx, ismsId, 'alone');
  const id = newId();
  const reference = await nextReference(tx, ismsId, 'M');
  await tx.db
    .insertInto('measure')
    .values({ ...entityFields(tx), id, version: 1, ismsId, reference, ...content })
    .execute();
  tx.record('annex.evidence.measure.changed.v1', {
    rows: [measureEventRow({ id, ismsId, version: 1, reference, ...content })],
  });
  const held = await holdMeasures(tx, [id]);
  await settleAttainments(tx, held);
  if (content.collector === 'SARIF_OPEN_FINDINGS') await collect(tx, held, null);
  await judgeEvidence(tx, [ismsId]);
  return { id, version: 1 };
}

export interface UpdateMeasureInput extends MeasureInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/**
 * Changes a measure. Another target or worst reads the measurements that there are anew; other sources are collected at once; another
 * frequency or grace holds from the next measurement on.
 */
export async function updateMeasure(tx: Tx, input: UpdateMeasureInput): Promise<Changed> {
  const [found] = await tx.db
    .selectFrom('measure')
    .select('ismsId')
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', input.id)
    .execute();
  if (!found) throw notFound('Measure', input.id);
  await holdFeeding(tx, found.ismsId, 'alone');
  const [measure] = await holdMeasures(tx, [input.id]);
  if (!measure) throw notFound('Measure', input.id);
  checkVersion('Measure', measure.id, measure.version, input.expectedVersion);
  const content = checkMeasure(input, measure);
  const keys = Object.keys(content) as (keyof MeasureContent)[];
  if (keys.every((key) => JSON.stringify(content[key]) === JSON.stringify(measure[key]))) {
    return { id: measure.id, version: measure.version };
  }
  const after: MeasureRow = { ...measure, ...content, version: measure.version + 1 };
  await tx.db
    .updateTable('measure')
    .set({ ...content, ...touched(tx), version: after.version })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', measure.id)
    .execute();
  tx.record('annex.evidence.measure.changed.v1', { rows: [measureEventRow(after)] });
  if (JSON.stringify(after.sources) === JSON.stringify(measure.sources)) await settleAttainments(tx, [after]);
  else await collect(tx, [after], null);
  await judgeEvidence(tx, [measure.ismsId]);
  return { id: measure.id, version: after.version };
}

export interface RecordMeasurementInput {
  readonly measureId: string;
  readonly value: number;
  readonly measuredAt?: Date | null;
  readonly evidenceId?: string | null;
}

/** A person states what was measured (27004, 7.3). It must not lie in the future; evidence behind it must be valid. */
export async function recordMeasurement(tx: Tx, input: RecordMeasurementInput): Promise<{ id: string }> {
  const measuredAt = input.measuredAt ?? tx.now;
  if (measuredAt > tx.now) throw badInput('input.measuredAt', measuredAt, 'must not lie in the future');
  if (!Number.isFinite(input.value)) throw badInput('input.value', String(input.value), 'must be a number');
  // Evidence before measures, here as wherever both are held.
  const evidence = input.evidenceId ? await holdEvidence(tx, input.evidenceId) : undefined;
  const [measure] = await holdMeasures(tx, [input.measureId]);
  if (!measure) throw notFound('Measure', input.measureId);
  if (measure.collector !== 'MANUAL') {
    throw new AnnexError('STATE_CONFLICT', `Measure ${measure.reference} collects its measurements by itself`, {
      details: { id: measure.id, collector: measure.collector },
    });
  }
  if (input.evidenceId && (evidence?.ismsId !== measure.ismsId || validityOf(evidence, tx.now) !== 'VALID')) {
    throw badInput('input.evidenceId', input.evidenceId, 'must be evidence of the same ISMS that is valid now');
  }
  const id = newId();
  await addMeasurement(tx, {
    ...scheduleOf(measuredAt, measure.frequency, measure.grace),
    id,
    ismsId: measure.ismsId,
    measureId: measure.id,
    value: input.value,
    state: 'KNOWN',
    reason: '',
    measuredAt,
    countsFrom: measuredAt,
    importId: null,
    evidenceId: input.evidenceId ?? null,
    inputs: [],
  });
  await settleAttainments(tx, [measure]);
  await judgeEvidence(tx, [measure.ismsId]);
  return { id };
}

/** Why a value attains what it attains, in numbers. */
export function explainAttainment(value: number, aim: { target: number; worst: number }, unit: string): string {
  return `(${value} − ${aim.worst}) ÷ (${aim.target} − ${aim.worst}), held within 0..1, is ${attainmentOf(value, aim)}; in ${unit}, ${aim.target} meets the aim and ${aim.worst} wholly misses it.`;
}
