import { Type } from 'typebox';
import { Nullable, Uuid } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

const RiskLevel = Type.Object({
  likelihood: Type.Integer({ minimum: 1 }),
  consequence: Type.Integer({ minimum: 1 }),
  level: Type.String({ description: 'The name of the level in the matrix: Low, Medium, High, Critical' }),
  rank: Type.Integer({ minimum: 1, description: 'The order of the level, 1 the lowest' }),
  rule: Type.Union([Type.Literal('ACCEPTABLE'), Type.Literal('TOLERABLE'), Type.Literal('ABOVE_CRITERIA')]),
});

export const riskEvents = {
  'annex.risk.criteria.changed.v1': {
    description: 'The risk criteria of an ISMS were set or changed',
    data: Rows(
      Type.Object({ ...rowBase, name: Type.String(), likelihoods: Type.Integer(), consequences: Type.Integer() }),
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
        implementationIds: Type.Array(Uuid),
      }),
    ),
  },
} as const;
