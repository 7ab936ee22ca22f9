import { isDeepStrictEqual } from 'node:util';
import { type FieldFault, notFound, refuseAll } from '@annex/schema';
import { ismsOf, judge, nextReferences, numberOf, type WriteTx } from '@annex/service';
import { holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { freshIncident } from '../incident/incident.operations.ts';
import { incidentRules } from '../incident/incident.rules.ts';
import { type IncidentRow, incidentEvent, linksOf } from '../incident/incident.store.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { holdImported, writeImported } from './veris.store.ts';
import { lossesOf, type VerisRecord } from './veris.ts';

export interface ImportedIncidents {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly warnings: readonly string[];
}

const mostListed = 100;

/** What a record says of an incident, over what is known of it. What people did with it here stays. */
function taken(
  present: IncidentRow,
  record: VerisRecord,
  currency: string,
  source: string,
  warnings: string[],
): IncidentRow {
  const { place, sourceId, title, description, confirmation, severity, categories, affects, occurrence, lessons } =
    record;
  const counted = record.amounts.length > 0 && record.currency === currency;
  if (record.amounts.length > 0 && !counted) {
    const given = record.currency === null ? 'no currency' : `amounts in ${record.currency}`;
    warnings.push(
      `${place} has ${given}; the criteria count in ${currency}, so they are kept in the record and not counted as losses.`,
    );
  }
  return {
    ...present,
    ...{ title, description, confirmation, ...occurrence, source, sourceId, record: record.record },
    severity: severity ?? present.severity,
    categories: categories.length > 0 ? [...categories] : present.categories,
    affects: affects.length > 0 ? [...affects] : present.affects,
    lessons: present.lessons === '' ? lessons : present.lessons,
    ...(counted ? { losses: lossesOf(record, currency), currency } : {}),
  };
}

/**
 * Takes over the incidents of a file, all of them or none. One that was imported from the same source under the same id is changed where its record
 * changed, and not doubled. What is new is resolved: it is over, and what was learned from it may still be written down.
 * @throws AnnexError INVALID_VERIS with every place at fault, NOT_FOUND, STATE_CONFLICT in a retired ISMS
 */
export async function importVeris(
  tx: WriteTx<RiskDatabase>,
  asked: { readonly ismsId: string | null; readonly source: string | null },
  records: readonly VerisRecord[],
): Promise<ImportedIncidents> {
  const ismsId = await ismsOf(tx, asked.ismsId);
  await holdActiveIsms(tx, ismsId);
  const criteria = await holdCriteria(tx, ismsId, 'share');
  if (!criteria) throw notFound('RiskCriteria', ismsId);
  const sourceOf = (record: VerisRecord) => asked.source ?? record.givenSource ?? 'veris';
  const keyOf = (source: string | null, sourceId: string | null) => JSON.stringify([source, sourceId]);
  const places = new Map<string, string>();
  const faults: FieldFault[] = [];
  for (const record of records) {
    const key = keyOf(sourceOf(record), record.sourceId);
    const earlier = places.get(key);
    if (earlier !== undefined)
      faults.push({
        field: `${record.place}.incident_id`,
        given: record.sourceId,
        allowed: `must not be that of ${earlier} too`,
      });
    places.set(key, record.place);
  }
  refuseAll('INVALID_VERIS', faults);
  const held = await holdImported(
    tx,
    ismsId,
    records.map((record) => ({ source: sourceOf(record), sourceId: record.sourceId })),
  );
  const known = new Map(held.map((row) => [keyOf(row.source, row.sourceId), row]));
  const warnings: string[] = [];
  const created: IncidentRow[] = [];
  const changed: IncidentRow[] = [];
  for (const record of records) {
    const source = sourceOf(record);
    const present = known.get(keyOf(source, record.sourceId));
    if (!present)
      created.push(
        taken({ ...freshIncident(tx, ismsId), status: 'RESOLVED' }, record, criteria.currency, source, warnings),
      );
    else if (!isDeepStrictEqual(present.record, record.record))
      changed.push({ ...taken(present, record, criteria.currency, source, warnings), version: present.version + 1 });
  }
  const references = await nextReferences(tx, ismsId, 'INC', created.length);
  const numbered = created.map((row, index) => {
    const reference = references[index] ?? '';
    return { ...row, reference, number: numberOf(reference) };
  });
  await writeImported(tx, numbered, changed);
  const touched = [...numbered, ...changed];
  const links = await linksOf(
    tx,
    changed.map((row) => row.id),
  );
  if (touched.length > 0) {
    const rows = touched.map((row) => incidentEvent(row, links.get(row.id) ?? { riskIds: [], assetIds: [] }));
    tx.record('annex.risk.incident.changed.v1', { rows });
    await judge(tx, 'risk', [ismsId], incidentRules);
  }
  const more = warnings.length - mostListed;
  return {
    created: created.length,
    changed: changed.length,
    unchanged: records.length - touched.length,
    warnings: more > 0 ? [...warnings.slice(0, mostListed), `${more} further warnings.`] : warnings,
  };
}
