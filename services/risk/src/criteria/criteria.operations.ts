import { AnnexError, type FieldFault, refuseAll } from '@annex/schema';
import { checkVersion, ismsOf, type WriteTx } from '@annex/service';
import { planAssessments } from '../cycle/cycle.due.ts';
import type { RiskDatabase } from '../database.ts';
import { judgeRisk, relevel } from '../level/relevel.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { type Moves, movesBetween } from '../proposal/moves.ts';
import { lastCriteriaVersion } from '../proposal/proposal.store.ts';
import { holdRegister, type RiskRow } from '../risk/risk.store.ts';
import { raiseTrigger } from '../trigger/trigger.operations.ts';
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

/**
 * What stands in the way of reading a register by other criteria: scales too short for what is rated, and categories in which risks are
 * rated that are gone or are counted in another unit.
 */
export function ratedFaults(register: readonly RiskRow[], before: Criteria, criteria: Criteria): FieldFault[] {
  const faults: FieldFault[] = [];
  const check = (field: string, bands: number, levelOf: (risk: RiskRow) => number) => {
    const beyond = register.filter((risk) => levelOf(risk) > bands);
    const [first] = beyond;
    if (!first) return;
    const most = beyond.reduce((worst, risk) => Math.max(worst, levelOf(risk)), 0);
    const allowed = `at least ${most} bands: ${risksAre(beyond.length)} rated higher than ${bands}, ${first.reference} among them`;
    faults.push({ field, given: bands, allowed });
  };
  check('input.likelihoods', criteria.likelihoods.length, (risk) => risk.inherentLikelihood);
  check('input.consequences', criteria.consequences.length, (risk) => risk.inherentConsequence);
  for (const { key, unit } of before.categories) {
    const rated = register.filter((risk) => risk.consequences?.[key] !== undefined);
    const [first] = rated;
    if (!first) continue;
    const among = `${risksAre(rated.length)} rated in it, ${first.reference} among them`;
    const index = criteria.categories.findIndex((one) => one.key === key);
    const now = criteria.categories[index];
    if (!now) faults.push({ field: 'input.categories', given: null, allowed: `${key} as well: ${among}` });
    else if (now.unit !== unit) {
      const allowed = `${unit}, as now: ${among}; what is counted otherwise is another category`;
      faults.push({ field: `input.categories[${index + 1}].unit`, given: now.unit, allowed });
    } else check(`input.categories[${index + 1}].bands`, now.bands.length, (risk) => risk.consequences?.[key] ?? 0);
  }
  return faults;
}

const risksAre = (count: number) => `${count} risk${count === 1 ? ' is' : 's are'}`;

/** The criteria of an ISMS, held to be replaced in the version that was read. @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function holdRead(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  expectedVersion: number | null,
): Promise<CriteriaRow> {
  const present = await holdCriteria(tx, ismsId, 'update');
  if (!present) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  checkVersion('RiskCriteria', present.id, present.version, expectedVersion);
  return present;
}

/**
 * Puts criteria in force in the place of those that are held, and levels the whole register again. Acceptances given by the old
 * criteria become stale.
 * @throws AnnexError BAD_INPUT where what is rated does not fit
 */
export async function putInForce(
  tx: WriteTx<RiskDatabase>,
  present: CriteriaRow,
  criteria: Criteria,
): Promise<{ readonly saved: CriteriaRow; readonly moves: Moves }> {
  const saved = await updateCriteria(tx, present, criteria);
  const register = await holdRegister(tx, present.ismsId);
  refuseAll('BAD_INPUT', ratedFaults(register, present, criteria));
  recordCriteria(tx, [saved]);
  const moves = movesBetween(present, criteria);
  await relevel(tx, register, { newCriteria: true, levelled: moves.add });
  await planAssessments(tx, [present.ismsId]);
  await raiseTrigger(tx, {
    riskIds: register.filter((row) => row.assessedFrequency !== null).map((row) => row.id),
    kind: 'CRITERIA_CHANGED',
    reason: `The criteria were replaced by version ${saved.version}.`,
    link: { kind: 'RiskCriteria', id: saved.id },
  });
  await judgeRisk(tx, [present.ismsId]);
  return { saved, moves: moves.counted() };
}

/**
 * Replaces the criteria of an ISMS and levels its whole register again (27001, 6.1.2 a and b): a start that one person can make. Once
 * criteria were approved, others are proposed and approved.
 * @throws AnnexError BAD_INPUT with every fault, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function setRiskCriteria(
  tx: WriteTx<RiskDatabase>,
  input: SetCriteriaInput,
): Promise<{ id: string; ismsId: string; version: number }> {
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const present = await holdRead(tx, ismsId, input.expectedVersion);
  const approved = await lastCriteriaVersion(tx, ismsId);
  if (approved) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `Version ${approved.number} of these criteria was approved; propose others with proposeRiskCriteria, for somebody else to approve`,
      { details: { kind: 'RiskCriteria', id: present.id, present: 'APPROVED', allowed: ['proposeRiskCriteria'] } },
    );
  }
  const { saved } = await putInForce(tx, present, checkedCriteria(input, present));
  return { id: saved.id, ismsId, version: saved.version };
}
