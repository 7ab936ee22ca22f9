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

/** Criteria, risks and all that is said of a risk (27001, 6.1.2, 6.1.3, 8.2, 8.3). */
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
  'annex.risk.assessment.added.v1': {
    description: 'A person confirmed the indicated level of a risk (27001, 8.2)',
    data: Rows(Type.Object({ ...saidOfRisk, assessedAt: Moment })),
  },
  'annex.risk.acceptance.added.v1': {
    description: 'A risk was accepted at its level of that moment (27001, 6.1.3 f; 27005, 8.6)',
    data: Rows(Type.Object({ ...saidOfRisk, acceptedAt: Moment, endsAt: Nullable(Moment) })),
  },
} as const;
