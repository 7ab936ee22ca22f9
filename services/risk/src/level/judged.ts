import type { Tx } from '@annex/service';
import type { ColumnType } from 'kysely';
import { type CriteriaTables, criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { AcceptanceRule } from '../criteria/criteria.ts';
import { factorsOf } from '../risk/link.store.ts';
import type { RiskRow, RiskTables } from '../risk/risk.store.ts';
import { type JudgedConsequence, judgedConsequences } from './consequence.ts';
import { type ExplainedFactor, explain } from './level.explanation.ts';

/** The indicated level with the inputs of the moment in which a person judged it. */
export interface Judged {
  ismsId: string;
  riskId: string;
  likelihood: number;
  consequence: number;
  level: string;
  rank: number;
  rule: AcceptanceRule;
  frequency: number;
  loss: number;
  currency: string;
  criteriaVersion: number;
  /** By category; empty in what was judged before there were any. */
  consequences: readonly JudgedConsequence[];
  factors: readonly ExplainedFactor[];
  sentence: string;
}

/** A table that keeps what people judged; only ever inserted into. */
export type JudgedTable = Omit<Judged, 'factors' | 'consequences'> & {
  tenantId: string;
  id: string;
  factors: ColumnType<readonly ExplainedFactor[], string, never>;
  consequences: ColumnType<readonly JudgedConsequence[], string, never>;
};

/** What a person judges when judging a risk now. The risk is locked. */
export async function judgedNow(tx: Tx<CriteriaTables & RiskTables>, risk: RiskRow): Promise<Judged> {
  const criteria = (await criteriaOfIsms(tx, [risk.ismsId])).get(risk.ismsId);
  if (!criteria) throw new Error(`The ISMS ${risk.ismsId} has risks and no criteria`);
  const { sentence, current, factors } = explain(criteria, risk, (await factorsOf(tx, [risk.id])).get(risk.id) ?? []);
  return {
    ismsId: risk.ismsId,
    riskId: risk.id,
    likelihood: current.likelihood,
    consequence: current.consequence,
    level: current.level,
    rank: current.rank,
    rule: current.rule,
    frequency: current.frequency,
    loss: current.loss,
    currency: criteria.currency,
    criteriaVersion: criteria.version,
    consequences: judgedConsequences(criteria, current),
    factors,
    sentence,
  };
}
