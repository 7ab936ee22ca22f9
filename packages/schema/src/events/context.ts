import { Type } from 'typebox';
import { Moment, Nullable, Uuid } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

/** Context, scope and obligations of an ISMS, which the controls service keeps (27001, clause 4). */
export const contextEvents = {
  'annex.controls.site.changed.v1': {
    description: 'A site that a scope can name was recorded, changed or taken away (27001, 4.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        name: Type.String(),
        kind: Type.Union([
          Type.Literal('OFFICE'),
          Type.Literal('PRODUCTION'),
          Type.Literal('DATA_CENTRE'),
          Type.Literal('CLOUD'),
          Type.Literal('REMOTE'),
          Type.Literal('OTHER'),
        ]),
      }),
    ),
  },
  'annex.controls.process.changed.v1': {
    description: 'A process of the ISMS was recorded, changed or taken away (27001, 4.4)',
    data: Rows(
      Type.Object({
        ...rowBase,
        name: Type.String(),
        ownerId: Nullable(Uuid),
        dependsOn: Type.Array(Uuid, { description: 'The processes that it depends on' }),
      }),
    ),
  },
  'annex.controls.scope.changed.v1': {
    description:
      'A version of the scope of an ISMS was drafted, changed, submitted, decided on or superseded (27001, 4.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1 }),
        status: Type.Union([
          Type.Literal('DRAFT'),
          Type.Literal('IN_REVIEW'),
          Type.Literal('APPROVED'),
          Type.Literal('SUPERSEDED'),
        ]),
        siteIds: Type.Array(Uuid),
        processIds: Type.Array(Uuid),
        submittedBy: Nullable(Type.String()),
        submittedAt: Nullable(Moment),
        decidedBy: Nullable(Type.String({ description: 'Who approved it or sent it back last' })),
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.context-issue.changed.v1': {
    description: 'An internal or external issue was recorded, changed or closed (27001, 4.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('INTERNAL'), Type.Literal('EXTERNAL')]),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('CLOSED')]),
        reviewDate: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.climate.changed.v1': {
    description:
      'It was determined whether climate change is a relevant issue (27001, 4.1); a determination never changes',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1, description: 'The highest of an ISMS counts' }),
        relevance: Type.Union([Type.Literal('RELEVANT'), Type.Literal('NOT_RELEVANT')]),
        determinedBy: Type.String(),
        determinedAt: Moment,
        reviewDate: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.interested-party.changed.v1': {
    description: 'An interested party was recorded, changed or taken away (27001, 4.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        name: Type.String(),
        kind: Type.Union([
          Type.Literal('CUSTOMER'),
          Type.Literal('AUTHORITY'),
          Type.Literal('OWNER'),
          Type.Literal('PERSONNEL'),
          Type.Literal('SUPPLIER'),
          Type.Literal('PARTNER'),
          Type.Literal('PUBLIC'),
          Type.Literal('OTHER'),
        ]),
      }),
    ),
  },
  'annex.controls.party-requirement.changed.v1': {
    description: 'A requirement of an interested party was recorded, decided on or taken away (27001, 4.2 b and c)',
    data: Rows(
      Type.Object({
        ...rowBase,
        partyId: Uuid,
        decision: Type.Union([Type.Literal('UNDECIDED'), Type.Literal('ADDRESSED'), Type.Literal('NOT_ADDRESSED')]),
        decidedBy: Nullable(Type.String()),
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.obligation.changed.v1': {
    description: 'What law, a rule or a contract demands was recorded, changed or repealed (27001, Annex A 5.31)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('LEGAL'), Type.Literal('REGULATORY'), Type.Literal('CONTRACTUAL')]),
        status: Type.Union([Type.Literal('IN_FORCE'), Type.Literal('REPEALED')]),
        ownerId: Nullable(Uuid),
        partyId: Nullable(Uuid),
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.5.34' }),
        implementationIds: Type.Array(Uuid),
        riskIds: Type.Array(Uuid),
        reviewDate: Nullable(Moment),
      }),
    ),
  },
} as const;
