import { Type } from 'typebox';
import { Fraction, Moment, Nullable, Uuid, Version } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

export const ImplementationStatus = Type.Union([
  Type.Literal('NOT_STARTED'),
  Type.Literal('PLANNED'),
  Type.Literal('PARTIAL'),
  Type.Literal('IMPLEMENTED'),
]);

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
} as const;
