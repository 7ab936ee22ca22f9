import { Type } from 'typebox';
import { Fraction, Moment, Nullable, Uuid, Version } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

export const ImplementationStatus = Type.Union([
  Type.Literal('NOT_STARTED'),
  Type.Literal('PLANNED'),
  Type.Literal('PARTIAL'),
  Type.Literal('IMPLEMENTED'),
]);

/** The ISMS, its implementations and their strength, the Statement of Applicability. */
export const controlsEvents = {
  'annex.controls.isms.changed.v1': {
    description: 'An ISMS was created or changed',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        name: Type.String(),
        status: Type.Union([Type.Literal('ESTABLISHING'), Type.Literal('OPERATING'), Type.Literal('RETIRED')]),
      }),
    ),
  },
  'annex.controls.implementation.changed.v1': {
    description: 'An implementation of controls was created or changed',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: ImplementationStatus,
        ownerId: Nullable(Uuid),
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.8.28' }),
        reviewDate: Type.Optional(
          Nullable(Type.String({ format: 'date-time', description: 'Absent in events of before it was known' })),
        ),
      }),
    ),
  },
  'annex.controls.strength.changed.v1': {
    description:
      'The computed strength of implementations moved; id and version are the strength record of the implementation',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        verified: Fraction,
        claimed: Fraction,
        verification: Type.Union([
          Type.Literal('VERIFIED'),
          Type.Literal('PARTLY_VERIFIED'),
          Type.Literal('NOT_VERIFIED'),
        ]),
        computedAt: Moment,
      }),
    ),
  },
  'annex.controls.exception.changed.v1': {
    description:
      'An exception was asked for, decided, ended or taken back, or its end came (27001, 8.1); its texts stay in the register',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([
          Type.Literal('REQUESTED'),
          Type.Literal('APPROVED'),
          Type.Literal('REJECTED'),
          Type.Literal('WITHDRAWN'),
          Type.Literal('ENDED'),
          Type.Literal('EXPIRED'),
        ]),
        implementationId: Uuid,
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.8.28' }),
        compensatingImplementationIds: Type.Array(Uuid),
        cap: Fraction,
        endsAt: Moment,
        requestedBy: Type.String(),
        requestedAt: Moment,
        decidedBy: Nullable(Type.String()),
        decidedAt: Nullable(Moment),
        endedBy: Nullable(Type.String()),
        endedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.implementation-task.changed.v1': {
    description:
      'Tasks were made of the guidance on the controls of an implementation, or one was assigned, settled or opened again (27001, Annex A)',
    data: Rows(
      Type.Object({
        ...rowBase,
        implementationId: Uuid,
        controlId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        title: Type.String(),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('DONE'), Type.Literal('NOT_APPLICABLE')]),
        assigneeId: Nullable(Uuid),
        due: Nullable(Moment),
        settledBy: Nullable(Type.String()),
        settledAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.strength-judgement.changed.v1': {
    description:
      'An assessor put a judgement beside the computed strength of an implementation; it never changes, and the latest holds until its end',
    data: Rows(
      Type.Object({
        ...rowBase,
        implementationId: Uuid,
        judged: Fraction,
        judgedBy: Type.String(),
        judgedAt: Moment,
        endsAt: Moment,
      }),
    ),
  },
  'annex.controls.maturity.changed.v1': {
    description:
      'A person assessed how mature a control is, on Annex’s own scale of 0 to 5; an assessment never changes, the latest of a control counts',
    data: Rows(
      Type.Object({
        ...rowBase,
        controlId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        level: Type.Integer({ minimum: 0, maximum: 5 }),
        assessedBy: Type.String(),
        assessedAt: Moment,
      }),
    ),
  },
  'annex.controls.applicability.changed.v1': {
    description:
      'It was decided whether controls are necessary (27001, 6.1.3 b to d); the justification itself stays in the statement',
    data: Rows(
      Type.Object({
        ...rowBase,
        controlId: Type.String(),
        decision: Type.Union([Type.Literal('NECESSARY'), Type.Literal('NOT_NECESSARY'), Type.Literal('UNDECIDED')]),
        justified: Type.Boolean({ description: 'Whether a justification is given' }),
        reasons: Type.Array(Type.Union([Type.Literal('LEGAL'), Type.Literal('CONTRACTUAL'), Type.Literal('BUSINESS')])),
        decidedBy: Type.String(),
        decidedAt: Moment,
      }),
    ),
  },
  'annex.controls.soa.changed.v1': {
    description:
      'A version of a Statement of Applicability was submitted, decided, withdrawn or superseded (27001, 6.1.3 d)',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1 }),
        status: Type.Union([
          Type.Literal('IN_REVIEW'),
          Type.Literal('APPROVED'),
          Type.Literal('SENT_BACK'),
          Type.Literal('WITHDRAWN'),
          Type.Literal('SUPERSEDED'),
        ]),
        contentHash: Type.String({ description: 'SHA-256 of the exact text of the statement, hexadecimal' }),
        controls: Type.Integer({ minimum: 0 }),
        necessary: Type.Integer({ minimum: 0 }),
        implemented: Type.Integer({ minimum: 0 }),
        submittedBy: Type.String(),
        submittedAt: Moment,
        decidedAt: Nullable(Moment),
      }),
    ),
  },
} as const;
