import { Type } from 'typebox';
import { Moment, Nullable, Uuid } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

/** When something happened, as exactly as is known: from a moment to before another; the same moment where it is known to the instant. */
const occurrence = {
  occurredFrom: Nullable(Moment),
  occurredUntil: Nullable(Moment),
  occurredPrecision: Nullable(Type.String({ description: 'YEAR, MONTH, DAY or INSTANT' })),
};

/** What happens and what is watched: events and incidents (27035), and how risks are assessed again (27001, 8.2; 27005, 10). */
export const monitoringEvents = {
  'annex.risk.security-event.changed.v1': {
    description: 'A security event was reported or assessed (27001, A.6.8 and A.5.25)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        status: Type.Union([Type.Literal('REPORTED'), Type.Literal('INCIDENT'), Type.Literal('NOT_AN_INCIDENT')]),
        ...occurrence,
        detectedAt: Nullable(Moment),
        reportedAt: Moment,
        reporterId: Nullable(Uuid),
        affects: Type.Array(Type.String({ description: 'CONFIDENTIALITY, INTEGRITY, AVAILABILITY' })),
        assetIds: Type.Array(Uuid),
        incidentId: Nullable(Uuid),
      }),
    ),
  },
  'annex.risk.incident.changed.v1': {
    description: 'An incident was declared or imported, moved on or changed (27001, A.5.24 to A.5.28)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        status: Type.Union([
          Type.Literal('REPORTED'),
          Type.Literal('TRIAGED'),
          Type.Literal('RESPONDING'),
          Type.Literal('RESOLVED'),
          Type.Literal('LEARNED'),
        ]),
        confirmation: Type.String({ description: 'CONFIRMED, SUSPECTED, NEAR_MISS or FALSE_POSITIVE' }),
        severity: Nullable(Type.String({ description: 'LOW, MEDIUM, HIGH or CRITICAL' })),
        categories: Type.Array(Type.String({ description: 'MALWARE, HACKING, SOCIAL and so on' })),
        handlerId: Nullable(Uuid),
        recurrenceOfId: Nullable(Uuid),
        ...occurrence,
        detectedAt: Nullable(Moment),
        containedAt: Nullable(Moment),
        resolvedAt: Nullable(Moment),
        affects: Type.Array(Type.String({ description: 'CONFIDENTIALITY, INTEGRITY, AVAILABILITY' })),
        riskIds: Type.Array(Uuid),
        assetIds: Type.Array(Uuid),
        findingIds: Type.Array(Uuid),
        evidenceIds: Type.Array(Uuid),
        loss: Nullable(Type.Number({ minimum: 0, description: 'Minor units of the currency' })),
        currency: Nullable(Type.String()),
        riskReview: Nullable(Type.String({ description: 'DONE, TO_BE_DONE or NOT_NEEDED' })),
      }),
    ),
  },
  'annex.risk.incident-entry.added.v1': {
    description: 'The timeline of an incident got an entry; such rows are added and never change (27001, A.5.28)',
    data: Rows(
      Type.Object({
        ...rowBase,
        incidentId: Uuid,
        phase: Type.String({ description: 'DETECTION, TRIAGE, CONTAINMENT and so on' }),
        happenedAt: Moment,
        writtenAt: Moment,
        correctsId: Nullable(Uuid),
      }),
    ),
  },
  'annex.risk.cycle.changed.v1': {
    description: 'An assessment of the whole register was planned, changed, begun, completed or cancelled (27001, 8.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        name: Type.String(),
        reason: Type.Union([Type.Literal('PLANNED'), Type.Literal('SIGNIFICANT_CHANGE')]),
        status: Type.Union([
          Type.Literal('PLANNED'),
          Type.Literal('IN_PROGRESS'),
          Type.Literal('COMPLETED'),
          Type.Literal('CANCELLED'),
        ]),
        leadId: Nullable(Uuid),
        plannedStart: Moment,
        plannedEnd: Moment,
        startedAt: Nullable(Moment),
        endedAt: Nullable(Moment),
        criteriaVersion: Nullable(Type.Integer({ minimum: 1, description: 'Of the frozen register, as what follows' })),
        risks: Type.Integer({ minimum: 0 }),
        open: Type.Integer({ minimum: 0 }),
        assessed: Type.Integer({ minimum: 0, description: 'The open risks that were assessed in it' }),
        contentHash: Nullable(Type.String({ description: 'SHA-256 over criteria and rows, hexadecimal' })),
      }),
    ),
  },
  'annex.risk.consultation.added.v1': {
    description:
      'It was recorded who was consulted or informed about risk (27005, 10.3); without texts. Such rows never change',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        direction: Type.Union([Type.Literal('CONSULTED'), Type.Literal('INFORMED')]),
        step: Type.Union([
          Type.Literal('CONTEXT'),
          Type.Literal('IDENTIFICATION'),
          Type.Literal('ANALYSIS'),
          Type.Literal('EVALUATION'),
          Type.Literal('TREATMENT'),
          Type.Literal('ACCEPTANCE'),
          Type.Literal('MONITORING'),
        ]),
        personIds: Type.Array(Uuid),
        interestedPartyIds: Type.Array(Uuid),
        riskIds: Type.Array(Uuid),
        cycleIds: Type.Array(Uuid),
        treatmentIds: Type.Array(Uuid),
        criteriaVersion: Nullable(Type.Integer({ minimum: 1 })),
        correctsId: Nullable(Uuid),
        heldAt: Moment,
        recordedAt: Moment,
      }),
    ),
  },
  'annex.risk.trigger.changed.v1': {
    description:
      'Something asks for a risk to be assessed again, or an assessment answered it (27001, 8.2); without texts',
    data: Rows(
      Type.Object({
        ...rowBase,
        riskId: Uuid,
        kind: Type.Union([
          Type.Literal('ASSET_CHANGED'),
          Type.Literal('NEW_THREAT'),
          Type.Literal('INDICATOR_RED'),
          Type.Literal('CRITERIA_CHANGED'),
          Type.Literal('INCIDENT'),
          Type.Literal('MANUAL'),
        ]),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('CLOSED')]),
        raisedAt: Moment,
        closedAt: Nullable(Moment),
        assessmentId: Nullable(Uuid),
      }),
    ),
  },
  'annex.risk.indicator.changed.v1': {
    description:
      'A key risk indicator was set up, changed or retired, or its state is another; value is that of then (27005, 10.5). Without texts but the name',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        name: Type.String(),
        ownerId: Nullable(Uuid),
        measureId: Nullable(Uuid),
        figure: Nullable(
          Type.Union([
            Type.Literal('RISKS_ABOVE_CRITERIA'),
            Type.Literal('SHARE_NOT_ASSESSED'),
            Type.Literal('EXPECTED_ANNUAL_LOSS'),
            Type.Literal('OVERDUE_ACTIONS'),
          ]),
        ),
        direction: Type.Union([Type.Literal('HIGHER_IS_WORSE'), Type.Literal('LOWER_IS_WORSE')]),
        warning: Type.Number(),
        critical: Type.Number(),
        status: Type.Union([Type.Literal('ACTIVE'), Type.Literal('RETIRED')]),
        state: Type.Union([Type.Literal('GREEN'), Type.Literal('AMBER'), Type.Literal('RED'), Type.Literal('UNKNOWN')]),
        stateSince: Moment,
        value: Nullable(Type.Number()),
        valuedAt: Nullable(Moment),
        riskIds: Type.Array(Uuid),
      }),
    ),
  },
} as const;
