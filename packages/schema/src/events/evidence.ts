import { Type } from 'typebox';
import { Fraction, Moment, Nullable, Uuid } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

export const evidenceEvents = {
  'annex.evidence.evidence.changed.v1': {
    description: 'A piece of evidence was added, changed, or its validity began or ended',
    data: Rows(
      Type.Object({
        ...rowBase,
        title: Type.String(),
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        bytes: Type.Integer({ minimum: 0 }),
        mediaType: Type.String(),
        validFrom: Moment,
        validUntil: Nullable(Moment),
        validity: Type.Union([Type.Literal('NOT_YET_VALID'), Type.Literal('VALID'), Type.Literal('EXPIRED')]),
        implementationIds: Type.Array(Uuid, { description: 'The implementations that it shows' }),
      }),
    ),
  },
  'annex.evidence.import.completed.v1': {
    description: 'A file of a tool was imported; its run replaces the previous one of its source',
    data: Rows(
      Type.Object({
        ...rowBase,
        format: Type.Literal('sarif'),
        source: Type.String(),
        tool: Type.String(),
        outcome: Type.Union([Type.Literal('COMPLETE'), Type.Literal('PARTIAL'), Type.Literal('FAILED')]),
        open: Type.Integer({ minimum: 0, description: 'Findings that are open in this run' }),
        importedAt: Moment,
      }),
    ),
  },
  'annex.evidence.measure.changed.v1': {
    description: 'A measure was created or changed',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        unit: Type.String(),
        worst: Type.Number(),
        target: Type.Number(),
      }),
    ),
  },
  'annex.evidence.attainment.changed.v1': {
    description:
      'What a measure says now: the latest measurement, its attainment (0..1), its freshness. Time passing alone makes one of these. id is the measure',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        state: Type.Union([
          Type.Literal('NEVER_MEASURED'),
          Type.Literal('FRESH'),
          Type.Literal('LATE'),
          Type.Literal('STALE'),
          Type.Literal('UNKNOWN'),
        ]),
        value: Nullable(Type.Number()),
        attainment: Nullable(Fraction),
        freshness: Type.Union([Type.Literal(0), Type.Literal(1)]),
        measuredAt: Nullable(Moment),
        validUntil: Nullable(Moment),
      }),
    ),
  },
} as const;
