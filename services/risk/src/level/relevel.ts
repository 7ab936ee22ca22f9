import { judge, type WriteTx } from '@annex/service';
import { rules } from '../conformity.ts';
import { criteriaOfIsms } from '../criteria/criteria.store.ts';
import { planAssessments } from '../cycle/cycle.due.ts';
import type { RiskDatabase } from '../database.ts';
import { figuresMoved } from '../indicator/indicator.settle.ts';
import { factorsOf } from '../risk/link.store.ts';
import { type RiskPatch, type RiskRow, recordRisks, updateDerived, updateRisk } from '../risk/risk.store.ts';
import { type Derived, derive } from '../risk/risk.ts';
import { raiseTrigger } from '../trigger/trigger.operations.ts';

const same = (row: RiskRow, derived: Derived) =>
  (Object.keys(derived) as (keyof Derived)[]).every((name) => row[name] === derived[name]);

/**
 * Computes risks again that are locked already, from inputs read after the locks were had; writes and announces those whose result
 * changed. One statement for each kind of input and one for the result, however many risks there are.
 * @param options `newCriteria`: what was accepted was accepted by other criteria, so it is stale. `levelled`: is told of each risk, moved or not
 * @returns the ISMS in which something changed
 */
export async function relevel(
  tx: WriteTx<RiskDatabase>,
  held: readonly RiskRow[],
  options: {
    readonly newCriteria?: boolean;
    readonly levelled?: (row: RiskRow, derived: Derived) => void;
  } = {},
): Promise<string[]> {
  if (held.length === 0) return [];
  const criteria = await criteriaOfIsms(
    tx,
    held.map((row) => row.ismsId),
  );
  const factors = await factorsOf(
    tx,
    held.map((row) => row.id),
  );
  if (options.newCriteria) {
    await planAssessments(tx, [...criteria.keys()]);
    for (const { id, ismsId, version } of criteria.values()) {
      const assessed = held.filter((row) => row.ismsId === ismsId && row.assessedFrequency !== null);
      await raiseTrigger(tx, {
        riskIds: assessed.map((row) => row.id),
        kind: 'CRITERIA_CHANGED',
        reason: `The criteria were replaced by version ${version}.`,
        link: { kind: 'RiskCriteria', id },
      });
    }
  }
  const changed: RiskRow[] = [];
  for (const row of held) {
    const own = criteria.get(row.ismsId);
    if (!own) throw new Error(`The ISMS ${row.ismsId} has risks and no criteria`);
    const facts: RiskRow = options.newCriteria && row.acceptance === 'IN_FORCE' ? { ...row, acceptance: 'STALE' } : row;
    const derived = derive(facts, own, factors.get(row.id) ?? []);
    options.levelled?.(row, derived);
    if (!same(row, derived)) changed.push({ ...row, ...derived, version: row.version + 1 });
  }
  if (changed.length === 0) return [];
  await updateDerived(tx, changed);
  recordRisks(tx, changed, (id) => (factors.get(id) ?? []).map((factor) => factor.implementationId));
  return [...new Set(changed.map((row) => row.ismsId))];
}

/** Writes a change of one locked risk together with what follows from it, announces it and judges its ISMS. */
export async function saveRisk(tx: WriteTx<RiskDatabase>, present: RiskRow, patch: RiskPatch): Promise<RiskRow> {
  const own = (await criteriaOfIsms(tx, [present.ismsId])).get(present.ismsId);
  if (!own) throw new Error(`The ISMS ${present.ismsId} has risks and no criteria`);
  const factors = (await factorsOf(tx, [present.id])).get(present.id) ?? [];
  const saved = await updateRisk(tx, present, { ...patch, ...derive({ ...present, ...patch }, own, factors) });
  recordRisks(tx, [saved], () => factors.map((factor) => factor.implementationId));
  await judgeRisk(tx, [saved.ismsId]);
  return saved;
}

/** Judges the clauses whose facts live here, in the transaction that changed one, and reads the indicators of the register again. */
export async function judgeRisk(tx: WriteTx<RiskDatabase>, ismsIds: readonly string[]): Promise<void> {
  await judge(tx, 'risk', ismsIds, rules);
  await figuresMoved(tx, ismsIds);
}
