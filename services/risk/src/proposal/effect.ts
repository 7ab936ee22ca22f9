import type { FieldFault } from '@annex/schema';
import type { Tx } from '@annex/service';
import { ratedFaults } from '../criteria/criteria.operations.ts';
import type { CriteriaRow } from '../criteria/criteria.store.ts';
import type { Criteria } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { factorsOf } from '../risk/link.store.ts';
import { registerOf } from '../risk/risk.store.ts';
import { derive } from '../risk/risk.ts';
import { type Moves, movesBetween } from './moves.ts';

/** What a proposal moves, or what of the present ratings stands in its way. */
export interface Effect {
  readonly moves: Moves | null;
  readonly problems: readonly FieldFault[];
}

/** Levels the register by other criteria without keeping anything. */
export async function effectOf(tx: Tx<RiskDatabase>, present: CriteriaRow, content: Criteria): Promise<Effect> {
  const register = await registerOf(tx, present.ismsId);
  const problems = ratedFaults(register, present, content);
  if (problems.length > 0) return { moves: null, problems };
  const factors = await factorsOf(
    tx,
    register.map((risk) => risk.id),
  );
  const moves = movesBetween(present, content);
  for (const risk of register) moves.add(risk, derive(risk, content, factors.get(risk.id) ?? []));
  return { moves: moves.counted(), problems };
}
