import { type Static, Type } from 'typebox';
import { Moment } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

/** Worst last. The words conformity and nonconformity belong to auditors (domain model, 9). */
export const Verdict = Type.Union([
  Type.Literal('NO_GAP_FOUND'),
  Type.Literal('NOT_ASSESSED'),
  Type.Literal('JUDGEMENT_NEEDED'),
  Type.Literal('GAP'),
  Type.Literal('CRITICAL_GAP'),
]);
export type Verdict = Static<typeof Verdict>;

/** What a rule rests on; only the first two can make a gap. */
export const Basis = Type.Union([Type.Literal('REQUIREMENT'), Type.Literal('OWN_RULE'), Type.Literal('GOOD_PRACTICE')]);
export type Basis = Static<typeof Basis>;

/** What a rule of `conformity.ts` found, for one ISMS. `rule` names it for good: `risk.current-within-criteria`. */
export const RuleResult = Type.Object({
  ...rowBase,
  rule: Type.String(),
  clause: Type.String({ description: 'A clause of ISO/IEC 27001:2022: 6.1.3' }),
  letter: Type.Optional(Type.String()),
  basis: Basis,
  question: Type.String(),
  verdict: Verdict,
  reason: Type.String({ description: 'One sentence' }),
  next: Type.String({ description: 'What to do next; empty where there is nothing to do' }),
  facts: Type.Object({
    examined: Type.Integer({ minimum: 0 }),
    total: Type.Integer({ minimum: 0 }),
    failing: Type.Integer({ minimum: 0 }),
  }),
  links: Type.Array(Type.Object({ kind: Type.String(), id: Type.String(), reference: Type.String() }), {
    maxItems: 20,
  }),
  judgedAt: Moment,
});
export type RuleResult = Static<typeof RuleResult>;

const conformity = (service: string) => ({
  description: `Rules of ${service} came to another result`,
  data: Rows(RuleResult),
});

export const conformityEvents = {
  'annex.controls.conformity.changed.v1': conformity('controls'),
  'annex.risk.conformity.changed.v1': conformity('risk'),
  'annex.evidence.conformity.changed.v1': conformity('evidence'),
  'annex.audit.conformity.changed.v1': conformity('audit'),
} as const;
