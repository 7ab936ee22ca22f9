import { AnnexError } from '@annex/schema';
import { checkVersion, ismsOf, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { judgeRisk, relevel } from '../level/relevel.ts';
import { holdRegister, type RiskRow } from '../risk/risk.store.ts';
import { defaultCriteria } from './criteria.default.ts';
import { type CriteriaRow, holdCriteria, insertCriteria, updateCriteria } from './criteria.store.ts';
import type { Criteria } from './criteria.ts';
import { type CriteriaInput, checkedCriteria } from './criteria.validation.ts';

export interface SetCriteriaInput extends CriteriaInput {
  readonly ismsId?: string | null;
  readonly expectedVersion: number;
}

export function recordCriteria(tx: WriteTx<RiskDatabase>, rows: readonly CriteriaRow[]): void {
  if (rows.length === 0) return;
  tx.record('annex.risk.criteria.changed.v1', {
    rows: rows.map((row) => ({
      id: row.id,
      ismsId: row.ismsId,
      version: row.version,
      name: row.name,
      likelihoods: row.likelihoods.length,
      consequences: row.consequences.length,
    })),
  });
}

/** Gives each ISMS that has no criteria the default ones; doing it again does nothing. */
export async function giveDefaultCriteria(tx: WriteTx<RiskDatabase>, ismsIds: readonly string[]): Promise<void> {
  const made: CriteriaRow[] = [];
  for (const ismsId of ismsIds) {
    const row = await insertCriteria(tx, ismsId, defaultCriteria);
    if (row) made.push(row);
  }
  recordCriteria(tx, made);
}

/** Refuses scales too short for what is rated already. */
function checkRated(register: readonly RiskRow[], criteria: Criteria): void {
  const axes = [
    ['input.likelihoods', criteria.likelihoods.length, 'inherentLikelihood'],
    ['input.consequences', criteria.consequences.length, 'inherentConsequence'],
  ] as const;
  for (const [field, bands, column] of axes) {
    const beyond = register.filter((risk) => risk[column] > bands);
    const [first] = beyond;
    if (!first) continue;
    const most = Math.max(...beyond.map((risk) => risk[column]));
    const allowed = `at least ${most} bands: ${beyond.length} risk${beyond.length === 1 ? ' is' : 's are'} rated higher than ${bands}, ${first.reference} among them`;
    throw new AnnexError('BAD_INPUT', `${field}: ${allowed}`, { faults: [{ field, given: bands, allowed }] });
  }
}

/**
 * Replaces the criteria of an ISMS and levels its whole register again (27001, 6.1.2 a and b). Acceptances given by the old
 * criteria become stale.
 * @throws AnnexError BAD_INPUT with every fault, VERSION_CONFLICT
 */
export async function setRiskCriteria(
  tx: WriteTx<RiskDatabase>,
  input: SetCriteriaInput,
): Promise<{ id: string; ismsId: string; version: number }> {
  const criteria = checkedCriteria(input);
  const ismsId = await ismsOf(tx, input.ismsId);
  const present = await holdCriteria(tx, ismsId, 'update');
  if (!present) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  checkVersion('RiskCriteria', present.id, present.version, input.expectedVersion);
  const saved = await updateCriteria(tx, present, criteria);
  const register = await holdRegister(tx, ismsId);
  checkRated(register, criteria);
  recordCriteria(tx, [saved]);
  await relevel(tx, register, { newCriteria: true });
  await judgeRisk(tx, [ismsId]);
  return { id: saved.id, ismsId, version: saved.version };
}
