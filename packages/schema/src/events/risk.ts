import { Type } from 'typebox';
import { Moment, Nullable, Uuid } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

const RiskLevel = Type.Object({
  likelihood: Type.Integer({ minimum: 1 }),
  consequence: Type.Integer({ minimum: 1 }),
  level: Type.String({ description: 'The name of the level in the matrix: Low, Medium, High, Critical' }),
  rank: Type.Integer({ minimum: 1, description: 'The order of the level, 1 the lowest' }),
  rule: Type.Union([Type.Literal('ACCEPTABLE'), Type.Literal('TOLERABLE'), Type.Literal('ABOVE_CRITERIA')]),
});

/** What a person said of a risk: the level of that moment and who said it. Such rows are added and never change. */
const saidOfRisk = {
  ...rowBase,
  riskId: Uuid,
  reference: Type.String(),
  level: RiskLevel,
  personId: Uuid,
};

/** When something happened, as exactly as is known: from a moment to before another; the same moment where it is known to the instant. */
const occurrence = {
  occurredFrom: Nullable(Moment),
  occurredUntil: Nullable(Moment),
  occurredPrecision: Nullable(Type.String({ description: 'YEAR, MONTH, DAY or INSTANT' })),
};

export const riskEvents = {
  'annex.risk.criteria.changed.v1': {
    description: 'The risk criteria of an ISMS were set or changed',
    data: Rows(
      Type.Object({ ...rowBase, name: Type.String(), likelihoods: Type.Integer(), consequences: Type.Integer() }),
    ),
  },
  'annex.risk.criteria-proposal.changed.v1': {
    description: 'Risk criteria were proposed, changed, submitted, sent back, withdrawn or approved (27001, 6.1.2 a)',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1, description: 'Within the ISMS' }),
        name: Type.String({ description: 'What the criteria are called' }),
        status: Type.Union([
          Type.Literal('DRAFT'),
          Type.Literal('IN_REVIEW'),
          Type.Literal('APPROVED'),
          Type.Literal('WITHDRAWN'),
        ]),
        criteriaVersion: Type.Integer({
          minimum: 1,
          description: 'The version of the criteria that they are to replace',
        }),
        submittedBy: Nullable(Type.String({ description: '`person:<id>` or `key:<id>`' })),
        submittedAt: Nullable(Moment),
        decidedBy: Nullable(Type.String({ description: '`person:<id>`' })),
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.risk.risk.changed.v1': {
    description: 'A risk was identified or changed, or its computed current level moved',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('CLOSED')]),
        ownerId: Nullable(Uuid),
        inherent: RiskLevel,
        current: RiskLevel,
        standing: Type.Optional(
          Type.Union([
            Type.Literal('WITHIN_CRITERIA'),
            Type.Literal('ACCEPTED_ABOVE_CRITERIA'),
            Type.Literal('ABOVE_CRITERIA'),
          ]),
        ),
        reassessment: Type.Optional(Type.Union([Type.Literal('NONE'), Type.Literal('REQUESTED')])),
        implementationIds: Type.Array(Uuid),
      }),
    ),
  },
  'annex.risk.need.changed.v1': {
    description:
      'What the treatment of a risk rests on came or went, or the risk was opened, closed or renamed; levels move without it (27001, 6.1.3 b)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('CLOSED')]),
        implementationIds: Type.Array(Uuid),
      }),
    ),
  },
  'annex.risk.quantification.changed.v1': {
    description: 'How often a risk happens and what it costs was stated in numbers, or taken back (27005, 7.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        riskId: Uuid,
        currency: Type.String({ description: 'ISO 4217' }),
        meanFrequency: Type.Number({ minimum: 0, description: 'Events a year, before controls' }),
        meanLoss: Type.Number({ minimum: 0, description: 'Of one event, in minor units, as the others' }),
        medianLoss: Type.Number({ minimum: 0 }),
        percentile95Loss: Type.Number({ minimum: 0 }),
        personId: Nullable(Uuid),
      }),
    ),
  },
  'annex.risk.simulation.changed.v1': {
    description: 'A simulation of risks was asked for, began, or ended with or without a result (27005, 7.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([
          Type.Literal('QUEUED'),
          Type.Literal('RUNNING'),
          Type.Literal('DONE'),
          Type.Literal('FAILED'),
          Type.Literal('CANCELLED'),
        ]),
        trials: Type.Integer({ minimum: 1 }),
        scenarios: Type.Integer({ minimum: 1 }),
        currency: Type.String({ description: 'ISO 4217' }),
        personId: Nullable(Uuid),
        finishedAt: Nullable(Moment),
        readings: Type.Array(
          Type.Object({
            reading: Type.Union([Type.Literal('INHERENT'), Type.Literal('CURRENT'), Type.Literal('RESIDUAL')]),
            expectedLoss: Type.Number({ minimum: 0, description: 'Of a year, in minor units, as the others' }),
            valueAtRisk95: Type.Number({ minimum: 0 }),
            tailValueAtRisk95: Type.Number({ minimum: 0 }),
          }),
          { description: 'Empty until it is DONE' },
        ),
      }),
    ),
  },
  'annex.risk.asset.changed.v1': {
    description:
      'An asset was recorded, changed, imported, retired or taken back into use (27001, 6.1.2 c; 27005, 7.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        name: Type.String(),
        kind: Type.Union([Type.Literal('PRIMARY'), Type.Literal('SUPPORTING')]),
        category: Type.String({ description: 'BUSINESS_PROCESS, INFORMATION, HARDWARE, SOFTWARE and so on' }),
        status: Type.Union([Type.Literal('IN_USE'), Type.Literal('RETIRED')]),
        ownerId: Nullable(Uuid),
        classification: Nullable(Type.String()),
        confidentiality: Nullable(
          Type.Integer({ minimum: 0, maximum: 4, description: 'Its own value, as the others' }),
        ),
        integrity: Nullable(Type.Integer({ minimum: 0, maximum: 4 })),
        availability: Nullable(Type.Integer({ minimum: 0, maximum: 4 })),
        dependsOn: Type.Array(Uuid),
      }),
    ),
  },
  'annex.risk.identification.changed.v1': {
    description: 'It was said how a risk was identified, by events or by assets, or that was taken back (27005, 7.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        riskId: Uuid,
        approach: Type.Union([Type.Literal('EVENT_BASED'), Type.Literal('ASSET_BASED')]),
        interestedPartyId: Nullable(Uuid),
        assetIds: Type.Array(Uuid),
        threatId: Nullable(Type.String({ description: 'Of the library: T-PHISHING' })),
        weaknessIds: Type.Array(Type.String({ description: 'Of the library: W-FLAT-NETWORK' })),
        templateId: Nullable(Type.String({ description: 'Of the library: S-RANSOMWARE' })),
      }),
    ),
  },
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
  'annex.risk.treatment.changed.v1': {
    description:
      'A treatment of a risk was planned, proposed, decided on or completed, or an action of it was done or became overdue (27001, 6.1.3 and 8.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        riskId: Uuid,
        option: Type.Union([
          Type.Literal('MODIFY'),
          Type.Literal('RETAIN'),
          Type.Literal('AVOID'),
          Type.Literal('SHARE'),
        ]),
        status: Type.Union([
          Type.Literal('DRAFT'),
          Type.Literal('PROPOSED'),
          Type.Literal('APPROVED'),
          Type.Literal('COMPLETED'),
          Type.Literal('REJECTED'),
          Type.Literal('ABANDONED'),
        ]),
        approvedAt: Nullable(Moment),
        // The level that was approved as the one to be left; null before, and where the risk is avoided.
        expected: Nullable(RiskLevel),
        controlIds: Type.Array(Type.String(), { description: 'The controls that it needs (27001, 6.1.3 b)' }),
        implementationIds: Type.Array(Uuid, { description: 'The implementations whose strength it promises' }),
        actions: Type.Array(
          Type.Object({
            id: Uuid,
            title: Type.String(),
            ownerId: Nullable(Uuid),
            dueAt: Nullable(Moment),
            status: Type.Union([Type.Literal('PLANNED'), Type.Literal('DONE'), Type.Literal('CANCELLED')]),
          }),
        ),
        overdue: Type.Integer({ minimum: 0, description: 'How many of the actions are overdue' }),
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
  'annex.risk.assessment.added.v1': {
    description: 'A person confirmed the indicated level of a risk (27001, 8.2)',
    data: Rows(Type.Object({ ...saidOfRisk, assessedAt: Moment })),
  },
  'annex.risk.acceptance.added.v1': {
    description: 'A risk was accepted at its level of that moment (27001, 6.1.3 f; 27005, 8.6)',
    data: Rows(Type.Object({ ...saidOfRisk, acceptedAt: Moment, endsAt: Nullable(Moment) })),
  },
} as const;
