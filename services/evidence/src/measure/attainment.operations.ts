import type { EventRow } from '@annex/schema';
import { newId, schedule, touched, type WriteTx } from '@annex/service';
import {
  type AttainmentRow,
  addMeasurement,
  holdMeasures,
  latestMeasurements,
  type MeasureRow,
  type MeasureTables,
  presentSources,
} from './measure.store.ts';
import { collectOpenFindings, readAttainment, scheduleOf } from './measure.ts';

/** The due moment at which a measure says something else without anyone calling. */
export const freshnessDue = 'evidence.measure.freshness';

/** More inputs than this are counted and not listed. */
const mostInputs = 100;

type Said = Omit<
  AttainmentRow,
  'tenantId' | 'id' | 'ismsId' | 'version' | 'createdAt' | 'createdBy' | 'updatedAt' | 'updatedBy'
>;

const substance = (said: Said) =>
  JSON.stringify([
    said.state,
    said.value,
    said.attainment,
    said.freshness,
    said.measuredAt,
    said.lateFrom,
    said.validUntil,
    said.measurementId,
  ]);

export function attainmentEventRow(
  measure: Pick<MeasureRow, 'id' | 'ismsId' | 'reference' | 'title'>,
  said: Said & { readonly version: number },
): EventRow<'annex.evidence.attainment.changed.v1'> {
  return {
    id: measure.id,
    ismsId: measure.ismsId,
    version: said.version,
    reference: measure.reference,
    title: measure.title,
    state: said.state,
    value: said.value,
    attainment: said.attainment,
    freshness: said.freshness === 1 ? 1 : 0,
    measuredAt: said.measuredAt?.toISOString() ?? null,
    validUntil: said.validUntil?.toISOString() ?? null,
  };
}

/**
 * Computes what measures say now, keeps and announces what changed, and asks to be called when time changes it again. Nothing happens
 * where they say the same.
 * @param held locked by `holdMeasures` in this transaction
 */
export async function settleAttainments(tx: WriteTx<MeasureTables>, held: readonly MeasureRow[]): Promise<void> {
  if (held.length === 0) return;
  const ids = held.map((measure) => measure.id);
  const latest = await latestMeasurements(tx, ids);
  const stored = new Map(
    (
      await tx.db
        .selectFrom('attainment')
        .selectAll()
        .where('tenantId', '=', tx.tenant)
        .where('id', 'in', ids)
        .execute()
    ).map((row) => [row.id, row]),
  );
  const changed: EventRow<'annex.evidence.attainment.changed.v1'>[] = [];
  for (const measure of held) {
    const measurement = latest.get(measure.id) ?? null;
    const { nextChange, ...reading } = readAttainment(measurement, measure, tx.now);
    const said: Said = {
      ...reading,
      measuredAt: measurement?.measuredAt ?? null,
      measurementId: measurement?.id ?? null,
    };
    await schedule(tx, freshnessDue, measure.id, nextChange);
    const before = stored.get(measure.id);
    if (before && substance(before) === substance(said)) continue;
    const version = (before?.version ?? 0) + 1;
    await tx.db
      .insertInto('attainment')
      .values({
        tenantId: tx.tenant,
        id: measure.id,
        ismsId: measure.ismsId,
        version,
        createdAt: tx.now,
        createdBy: tx.scope.actor,
        ...touched(tx),
        ...said,
      })
      .onConflict((conflict) => conflict.columns(['tenantId', 'id']).doUpdateSet({ version, ...touched(tx), ...said }))
      .execute();
    changed.push(attainmentEventRow(measure, { ...said, version }));
  }
  if (changed.length > 0) tx.record('annex.evidence.attainment.changed.v1', { rows: changed });
}

/** As `settleAttainments`, for measures that are not held yet. @returns the ISMS that they belong to */
export async function settleMeasures(tx: WriteTx<MeasureTables>, ids: readonly string[]): Promise<string[]> {
  const held = await holdMeasures(tx, ids);
  await settleAttainments(tx, held);
  return [...new Set(held.map((measure) => measure.ismsId))];
}

/**
 * Takes a new measurement of measures that collect open findings, from the latest imports of their sources, and settles what they say.
 * @param held locked by `holdMeasures` in this transaction, of one ISMS
 * @param importId the import that led to it, where one did
 */
export async function collect(
  tx: WriteTx<MeasureTables>,
  held: readonly MeasureRow[],
  importId: string | null,
): Promise<void> {
  const [first] = held;
  if (!first) return;
  const sources = await presentSources(tx, first.ismsId);
  const latest = await latestMeasurements(
    tx,
    held.map((measure) => measure.id),
  );
  for (const measure of held) {
    const collected = collectOpenFindings(measure.sources, sources);
    if (!collected) continue;
    const { inputs, ...facts } = collected;
    const before = latest.get(measure.id)?.measuredAt;
    await addMeasurement(tx, {
      ...facts,
      ...scheduleOf(facts.countsFrom, measure.frequency, measure.grace),
      id: newId(),
      ismsId: measure.ismsId,
      measureId: measure.id,
      // A transaction that began earlier may come to the lock later; what it computes is nevertheless the latest.
      measuredAt: before && before > tx.now ? before : tx.now,
      importId,
      evidenceId: null,
      inputs: inputs
        .slice(0, mostInputs)
        .map(({ importedAt, ...input }) => ({ ...input, importedAt: importedAt.toISOString() })),
    });
  }
  await settleAttainments(tx, held);
}
