import { isDeepStrictEqual } from 'node:util';
import { AnnexError, badInput, isUuid, notFound, refuseAll } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  entityFields,
  judge,
  newId,
  nextReference,
  numberOf,
  type WriteTx,
} from '@annex/service';
import { type CriteriaRow, holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import type { Affected } from '../risk/risk.ts';
import { faultsOfLinks } from './incident.links.ts';
import { incidentRules } from './incident.rules.ts';
import {
  type EntryRow,
  entryEvent,
  findEntry,
  findIncidents,
  holdIncident,
  type IncidentLinks,
  type IncidentRow,
  incidentEvent,
  insertEntry,
  insertIncident,
  linksOfIncident,
  setLinks,
  updateIncidentRow,
} from './incident.store.ts';
import {
  affectedOf,
  checkStep,
  faultOfOrder,
  faultsOfIncident,
  type IncidentCategory,
  type IncidentLoss,
  type IncidentStatus,
  type Phase,
  type RiskReview,
  type Severity,
} from './incident.ts';
import { occurrenceOf, unknownOccurrence } from './occurrence.ts';

/** What may be said of an incident; what is left out stays, null takes away what may be absent. */
export interface IncidentInput {
  readonly title?: string | null;
  readonly description?: string | null;
  readonly categories?: readonly IncidentCategory[] | null;
  readonly severity?: Severity | null;
  readonly handlerId?: string | null;
  readonly affects?: readonly Affected[] | null;
  readonly occurred?: string | null;
  readonly detectedAt?: Date | null;
  readonly containedAt?: Date | null;
  readonly recurrenceOfId?: string | null;
  readonly riskIds?: readonly string[] | null;
  readonly assetIds?: readonly string[] | null;
  readonly findingIds?: readonly string[] | null;
  readonly evidenceIds?: readonly string[] | null;
  readonly losses?: readonly IncidentLoss[] | null;
  readonly lessons?: string | null;
  readonly riskReview?: RiskReview | null;
}

export interface UpdateIncidentInput extends IncidentInput {
  readonly id: string;
  readonly expectedVersion: number;
}

export interface MoveIncidentInput {
  readonly id: string;
  readonly expectedVersion: number;
  readonly to: IncidentStatus;
  readonly note?: string | null;
  readonly lessons?: string | null;
  readonly riskReview?: RiskReview | null;
}

export interface AddEntryInput {
  readonly incidentId: string;
  readonly phase: Phase;
  readonly text: string;
  readonly happenedAt?: Date | null;
  readonly correctsId?: string | null;
}

const input = (field: string) => `input.${field}`;

/** What an incident is before anything is said of it. */
export function freshIncident(tx: WriteTx<RiskDatabase>, ismsId: string): IncidentRow {
  return {
    ...entityFields(tx),
    ...{ id: newId(), ismsId, version: 1, reference: '', number: 0, title: '', description: '' },
    ...{ status: 'REPORTED', confirmation: 'CONFIRMED', severity: null, categories: [], handlerId: null, affects: [] },
    ...unknownOccurrence,
    ...{ detectedAt: null, reportedAt: null, triagedAt: null, containedAt: null, resolvedAt: null, learnedAt: null },
    ...{ recurrenceOfId: null, findingIds: [], evidenceIds: [], losses: [], currency: null },
    ...{ lessons: '', riskReview: null, source: null, sourceId: null, record: null },
  };
}

/** Takes over what is given of an incident. @throws AnnexError BAD_INPUT with every fault */
async function said(
  tx: WriteTx<RiskDatabase>,
  present: IncidentRow,
  links: IncidentLinks,
  given: IncidentInput,
  criteria: CriteriaRow,
): Promise<{ row: IncidentRow; links: IncidentLinks }> {
  const kept = <K extends keyof IncidentRow & keyof IncidentInput>(field: K, absent: IncidentRow[K]): IncidentRow[K] =>
    given[field] === undefined ? present[field] : ((given[field] ?? absent) as IncidentRow[K]);
  const ids = (field: 'findingIds' | 'evidenceIds') => [...new Set(given[field] ?? present[field])];
  const row: IncidentRow = {
    ...present,
    title: (given.title ?? present.title).trim(),
    description: (given.description ?? present.description).trim(),
    categories: [...new Set(given.categories ?? present.categories)],
    affects: affectedOf(given.affects ?? present.affects),
    ...(given.occurred === undefined ? {} : occurrenceOf(input('occurred'), given.occurred, tx.now)),
    severity: kept('severity', null),
    handlerId: kept('handlerId', null),
    detectedAt: kept('detectedAt', null),
    containedAt: kept('containedAt', null),
    recurrenceOfId: kept('recurrenceOfId', null),
    riskReview: kept('riskReview', null),
    findingIds: ids('findingIds'),
    evidenceIds: ids('evidenceIds'),
    lessons: (given.lessons ?? present.lessons).trim(),
  };
  if (given.losses) {
    row.losses = given.losses.map(({ category, minorUnits }) => ({ category: category.trim(), minorUnits }));
    row.currency = row.losses.length === 0 ? null : criteria.currency;
  }
  const faults = faultsOfIncident(row, input);
  const order = faultOfOrder(row, tx.now, input);
  if (order) faults.push(order);
  const riskIds = [...new Set(given.riskIds ?? links.riskIds)].sort();
  const assetIds = [...new Set(given.assetIds ?? links.assetIds)].sort();
  faults.push(...(await faultsOfLinks(tx, row, { riskIds: given.riskIds ?? [], assetIds: given.assetIds ?? [] })));
  if (row.recurrenceOfId !== present.recurrenceOfId && row.recurrenceOfId !== null) {
    const [before] = isUuid(row.recurrenceOfId) ? await findIncidents(tx, [row.recurrenceOfId]) : [];
    // References are given in order, so an earlier one never leads back.
    if (before?.ismsId !== row.ismsId || (present.number > 0 && before.number >= present.number))
      faults.push({
        field: input('recurrenceOfId'),
        given: row.recurrenceOfId,
        allowed: 'must be an earlier incident of the same ISMS',
      });
  }
  refuseAll('BAD_INPUT', faults);
  return { row, links: { riskIds, assetIds } };
}

/** Tells of an incident as it is now and judges its ISMS. */
async function tell(tx: WriteTx<RiskDatabase>, row: IncidentRow, links: IncidentLinks): Promise<Changed> {
  tx.record('annex.risk.incident.changed.v1', { rows: [incidentEvent(row, links)] });
  await judge(tx, 'risk', [row.ismsId], incidentRules);
  return { id: row.id, version: row.version };
}

/**
 * Declares an incident (27001, A.5.25); its ISMS is held.
 * @param begun what the event that it begins with says already
 * @throws AnnexError BAD_INPUT with every fault
 */
export async function declareIncident(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  begun: Partial<IncidentRow>,
  links: IncidentLinks,
  given: IncidentInput,
): Promise<Changed> {
  const criteria = await holdCriteria(tx, ismsId, 'share');
  if (!criteria) throw notFound('RiskCriteria', ismsId);
  const found = await said(tx, { ...freshIncident(tx, ismsId), ...begun }, links, given, criteria);
  const reference = await nextReference(tx, ismsId, 'INC');
  const row = { ...found.row, reference, number: numberOf(reference) };
  await insertIncident(tx, row);
  await setLinks(tx, row, found.links);
  return tell(tx, row, found.links);
}

/** An incident, locked. @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT for a retired ISMS */
export async function takeIncident(
  tx: WriteTx<RiskDatabase>,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<{ row: IncidentRow; criteria: CriteriaRow }> {
  const [seen] = await findIncidents(tx, [id]);
  if (!seen) throw notFound('Incident', id);
  await holdActiveIsms(tx, seen.ismsId);
  const criteria = await holdCriteria(tx, seen.ismsId, 'share');
  const row = await holdIncident(tx, id);
  if (!row || !criteria) throw notFound('Incident', id);
  checkVersion('Incident', row.id, row.version, expectedVersion);
  return { row, criteria };
}

/** What may be said of an incident after it was learned from: what comes to light later, not what was decided. */
const lateFields: readonly string[] = [
  'id',
  'expectedVersion',
  'losses',
  'riskIds',
  'findingIds',
  'evidenceIds',
  'riskReview',
];

/**
 * Changes what is given of an incident and leaves the rest. A change that changes nothing makes no version.
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function updateIncident(tx: WriteTx<RiskDatabase>, given: UpdateIncidentInput): Promise<Changed> {
  const { row: present, criteria } = await takeIncident(tx, given);
  const decided = Object.keys(given).filter((field) => !lateFields.includes(field));
  if (present.status === 'LEARNED' && decided.length > 0) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `${present.reference} is closed: losses, links and the review of risks may still be added, nothing else changes`,
      {
        details: {
          kind: 'Incident',
          id: present.id,
          present: present.status,
          asked: decided,
          allowed: lateFields.slice(2),
        },
      },
    );
  }
  const before = await linksOfIncident(tx, present.id);
  const { row, links } = await said(tx, present, before, given, criteria);
  const triaged = (one: IncidentRow) => one.severity !== null && one.handlerId !== null && one.categories.length > 0;
  // One that was imported may never have been triaged here.
  if (present.status !== 'REPORTED' && triaged(present) && !triaged(row))
    throw badInput(input('severity'), given.severity, 'an incident that was triaged keeps severity, sort and handler');
  if (isDeepStrictEqual(row, present) && isDeepStrictEqual(links, before))
    return { id: present.id, version: present.version };
  await setLinks(tx, present, links);
  return tell(tx, await updateIncidentRow(tx, present, row), links);
}

const phaseOf: Readonly<Record<IncidentStatus, Phase>> = {
  REPORTED: 'DETECTION',
  TRIAGED: 'TRIAGE',
  RESPONDING: 'CONTAINMENT',
  RESOLVED: 'RECOVERY',
  LEARNED: 'LESSONS',
};

/**
 * Takes an incident a step on (27001, A.5.26 and A.5.27); a note becomes an entry of its timeline.
 * @throws AnnexError STATE_CONFLICT with what the step lacks, BAD_INPUT, NOT_FOUND, VERSION_CONFLICT
 */
export async function moveIncident(tx: WriteTx<RiskDatabase>, given: MoveIncidentInput): Promise<Changed> {
  const { row: present } = await takeIncident(tx, given);
  const note = text(input('note'), given.note ?? '', 4000, 'optional');
  const lessons = text(input('lessons'), given.lessons ?? present.lessons, 20_000, 'optional');
  const riskReview = given.riskReview ?? present.riskReview;
  checkStep({ ...present, lessons, riskReview }, given.to);
  const moments: Partial<IncidentRow> = {
    ...(given.to === 'TRIAGED' ? { triagedAt: tx.now } : {}),
    ...(given.to === 'RESPONDING' ? { resolvedAt: null } : {}),
    ...(given.to === 'RESOLVED' ? { resolvedAt: tx.now } : {}),
    ...(given.to === 'LEARNED' ? { learnedAt: tx.now } : {}),
  };
  const change = { status: given.to, lessons, riskReview, ...moments };
  if (note !== '') {
    const entry = { phase: phaseOf[given.to], text: note, happenedAt: tx.now, correctsId: null };
    recordEntry(tx, await insertEntry(tx, { ismsId: present.ismsId, incidentId: present.id, ...entry }));
  }
  return tell(tx, await updateIncidentRow(tx, present, change), await linksOfIncident(tx, present.id));
}

const recordEntry = (tx: WriteTx<RiskDatabase>, row: EntryRow) =>
  tx.record('annex.risk.incident-entry.added.v1', { rows: [entryEvent(row)] });

/**
 * Writes an entry into the timeline of an incident (27001, A.5.28), in any status. What is wrong in one is corrected by another.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, STATE_CONFLICT for a retired ISMS
 */
export async function addIncidentEntry(tx: WriteTx<RiskDatabase>, given: AddEntryInput): Promise<Changed> {
  const { row } = await takeIncident(tx, { id: given.incidentId });
  const words = text(input('text'), given.text, 4000, 'required');
  const happenedAt = given.happenedAt ?? tx.now;
  if (happenedAt > tx.now) throw badInput(input('happenedAt'), happenedAt.toISOString(), 'must not lie in the future');
  const correctsId = given.correctsId ?? null;
  if (correctsId !== null && (await findEntry(tx, correctsId))?.incidentId !== row.id)
    throw badInput(input('correctsId'), correctsId, 'must be an entry of the same incident');
  const entry = { ismsId: row.ismsId, incidentId: row.id, phase: given.phase, text: words, happenedAt, correctsId };
  recordEntry(tx, await insertEntry(tx, entry));
  return { id: row.id, version: row.version };
}
