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
