import { badInput, isUuid, notFound, refuseAll } from '@annex/schema';
import {
  type Caller,
  type Changed,
  checkVersion,
  entityFields,
  everyRow,
  ismsOf,
  newId,
  nextReference,
  numberOf,
  type WriteTx,
} from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { faultsOfLinks } from '../incident/incident.links.ts';
import { declareIncident, type IncidentInput, takeIncident } from '../incident/incident.operations.ts';
import { affectedOf } from '../incident/incident.ts';
import { occurrenceOf } from '../incident/occurrence.ts';
import { text } from '../input.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import type { Affected } from '../risk/risk.ts';
import {
  findSecurityEvents,
  holdSecurityEvent,
  insertSecurityEvent,
  type SecurityEventRow,
  securityEventEvent,
  updateSecurityEvent,
} from './event.store.ts';
import { checkDecision } from './event.ts';

export interface ReportEventInput {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly description?: string | null;
  readonly occurred?: string | null;
  readonly detectedAt?: Date | null;
  readonly affects?: readonly Affected[] | null;
  readonly assetIds?: readonly string[] | null;
}

export interface AssessEventInput {
  readonly id: string;
  readonly expectedVersion: number;
  readonly decision: 'INCIDENT' | 'NOT_AN_INCIDENT';
  readonly reason: string;
  readonly incidentId?: string | null;
  readonly incident?: IncidentInput | null;
}

const input = (field: string) => `input.${field}`;

function tell(tx: WriteTx<RiskDatabase>, row: SecurityEventRow): Changed {
  tx.record('annex.risk.security-event.changed.v1', { rows: [securityEventEvent(row)] });
  return { id: row.id, version: row.version };
}

/**
 * Reports something that was noticed (27001, A.6.8).
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, STATE_CONFLICT for a retired ISMS
 */
export async function reportEvent(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  given: ReportEventInput,
): Promise<Changed> {
  const ismsId = await ismsOf(tx, given.ismsId);
  await holdActiveIsms(tx, ismsId);
  const title = text(input('title'), given.title, 200, 'required');
  const description = text(input('description'), given.description ?? '', 20_000, 'optional');
  const occurrence = occurrenceOf(input('occurred'), given.occurred, tx.now);
  const detectedAt = given.detectedAt ?? null;
  if (detectedAt && (detectedAt > tx.now || (occurrence.occurredFrom && detectedAt < occurrence.occurredFrom)))
    throw badInput(input('detectedAt'), detectedAt.toISOString(), 'must lie between when it happened and now');
  const assetIds = [...new Set(given.assetIds ?? [])].sort();
  refuseAll('BAD_INPUT', await faultsOfLinks(tx, { ismsId }, { riskIds: [], assetIds: given.assetIds ?? [] }));
  const reference = await nextReference(tx, ismsId, 'EV');
  const row: SecurityEventRow = {
    ...entityFields(tx),
    ...{ id: newId(), ismsId, version: 1, reference, number: numberOf(reference) },
    ...{ title, description, ...occurrence, detectedAt, reportedAt: tx.now, reporterId: caller.personId ?? null },
    ...{ affects: affectedOf(given.affects ?? []), assetIds, status: 'REPORTED', reason: '' },
    ...{ assessedBy: null, assessedAt: null, incidentId: null },
  };
  await insertSecurityEvent(tx, row);
  return tell(tx, row);
}

/**
 * Says what an event is (27001, A.5.25): no incident, the beginning of a new one, or a part of one that is there.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT for one that is an incident already
 */
export async function assessEvent(tx: WriteTx<RiskDatabase>, given: AssessEventInput): Promise<Changed> {
  const [seen] = await findSecurityEvents(tx, [given.id]);
  if (!seen) throw notFound('SecurityEvent', given.id);
  await holdActiveIsms(tx, seen.ismsId);
  const row = await holdSecurityEvent(tx, given.id);
  if (!row) throw notFound('SecurityEvent', given.id);
  checkVersion('SecurityEvent', row.id, row.version, given.expectedVersion);
  checkDecision(row, given.decision);
  const reason = text(input('reason'), given.reason, 4000, 'required');
  const incidentId = given.decision === 'INCIDENT' ? await incidentOf(tx, row, given) : null;
  if (given.decision !== 'INCIDENT' && (given.incidentId || given.incident))
    throw badInput(input('incident'), 'an incident', 'nothing: an event that is no incident has none');
  const assessed = {
    status: given.decision,
    reason,
    assessedBy: tx.scope.onBehalfOf ?? tx.scope.actor,
    assessedAt: tx.now,
    incidentId,
  };
  return tell(tx, await updateSecurityEvent(tx, row, assessed));
}

/** The incident that an event is, or is a part of. */
async function incidentOf(
  tx: WriteTx<RiskDatabase>,
  event: SecurityEventRow,
  { incidentId, incident }: AssessEventInput,
): Promise<string> {
  if (incidentId) {
    if (incident)
      throw badInput(
        input('incident'),
        'an incident',
        'nothing beside incidentId: the event becomes a part of that one',
      );
    const wrong = () =>
      badInput(input('incidentId'), incidentId, 'must be an incident of the same ISMS that is not closed');
    if (!isUuid(incidentId)) throw wrong();
    const { row } = await takeIncident(tx, { id: incidentId });
    if (row.ismsId !== event.ismsId || row.status === 'LEARNED') throw wrong();
    return row.id;
  }
  const { title, description, occurredFrom, occurredUntil, occurredPrecision, detectedAt, reportedAt, affects } = event;
  const begun = { title, description, occurredFrom, occurredUntil, occurredPrecision, detectedAt, reportedAt, affects };
  const links = { riskIds: [], assetIds: event.assetIds };
  return (await declareIncident(tx, event.ismsId, begun, links, incident ?? {})).id;
}

/** Tells every event again. */
export async function announceSecurityEvents(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'securityEvent')) {
    tx.record('annex.risk.security-event.changed.v1', { rows: rows.map(securityEventEvent) });
  }
}
