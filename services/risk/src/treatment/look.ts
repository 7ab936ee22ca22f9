import type { Tx } from '@annex/service';
import type { CriteriaRow } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { judgedConsequences } from '../level/consequence.ts';
import type { Factor } from '../level/level.ts';
import { factorsOf } from '../risk/link.store.ts';
import { currentRating } from '../risk/risk.rating.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type ActionRow, actionsOfTreatments } from './action.store.ts';
import { expectedOf, keptPromises, type NamedImplementation } from './expected.ts';
import { lacksOf } from './plan.ts';
import { namedImplementations, type Residual, type TreatmentRow } from './treatment.store.ts';
import type { Problem } from './treatment.ts';

/** What a treatment is expected to leave now, and what stands in the way of proposing or approving it. */
export interface Look {
  readonly residual: Residual | null;
  readonly problems: readonly Problem[];
}

/** What a look at a treatment rests on. */
export interface LookedAt {
  readonly risk: RiskRow;
  readonly criteria: CriteriaRow;
  readonly links: readonly Factor[];
  readonly known: ReadonlyMap<string, NamedImplementation>;
  readonly actions: readonly ActionRow[];
  readonly now: Date;
}

/** Looks at a treatment from what is known of it now. Pure. */
export function look(treatment: TreatmentRow, { risk, criteria, links, known, actions, now }: LookedAt): Look {
  const kept = keptPromises(links, treatment.promises, known);
  const expected = expectedOf(criteria, risk, treatment.option, kept);
  const plan = { ...treatment, actions };
  const problems = lacksOf(plan, risk, currentRating(criteria, risk, links), expected?.current ?? null, known, now);
  if (!expected) return { residual: null, problems };
  const { likelihood, consequence, level, rank, rule, frequency, loss } = expected.current;
  const { currency, version: criteriaVersion } = criteria;
  const { factors, sentence } = expected;
  const rated = { likelihood, consequence, level, rank, rule, frequency, loss };
  const consequences = judgedConsequences(criteria, expected.current);
  return { residual: { ...rated, currency, criteriaVersion, consequences, factors, sentence }, problems };
}

/** As `look`, for a treatment whose risk is held. */
export async function lookAt(
  tx: Tx<RiskDatabase>,
  treatment: TreatmentRow,
  risk: RiskRow,
  criteria: CriteriaRow,
): Promise<Look> {
  const promised = treatment.promises.map(({ implementationId }) => implementationId);
  const known = await namedImplementations(tx, promised);
  const links = (await factorsOf(tx, [risk.id])).get(risk.id) ?? [];
  const [actions = []] = await actionsOfTreatments(tx, [treatment.id]);
  return look(treatment, { risk, criteria, links, known, actions, now: tx.now });
}
