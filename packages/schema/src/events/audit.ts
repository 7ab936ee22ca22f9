import { Type } from 'typebox';
import { Moment, Nullable, Uuid } from '../scalars.ts';
import { Verdict } from './conformity.ts';
import { Rows, rowBase } from './envelope.ts';

export const auditEvents = {
  'annex.audit.finding.changed.v1': {
    description: 'A finding was proposed, withdrawn, confirmed, declined or changed',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([
          Type.Literal('PROPOSED'),
          Type.Literal('WITHDRAWN'),
          Type.Literal('CONFIRMED'),
          Type.Literal('DECLINED'),
        ]),
        origin: Type.Union([Type.Literal('SYSTEM'), Type.Literal('PERSON')]),
        clause: Type.String(),
        subject: Type.Object({ kind: Type.String(), id: Type.String(), reference: Type.String() }),
        reason: Type.String(),
        changedAt: Moment,
      }),
    ),
  },
  'annex.audit.readiness.changed.v1': {
    description: 'The verdict of a clause moved. The row id is the ISMS',
    data: Rows(
      Type.Object({
        ...rowBase,
        clauses: Type.Array(
          Type.Object({ clause: Type.String(), verdict: Verdict, previous: Nullable(Verdict), reason: Type.String() }),
        ),
      }),
    ),
  },
  'annex.audit.resend.requested.v1': {
    description: 'The trail misses a run of sequences of a source and asks for them again',
    data: Type.Object({
      source: Type.String(),
      consumer: Type.String(),
      from: Type.Integer({ minimum: 1 }),
      to: Type.Integer({ minimum: 1 }),
      requestId: Uuid,
    }),
  },
} as const;
