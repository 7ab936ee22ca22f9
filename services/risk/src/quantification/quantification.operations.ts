import { AnnexError, notFound } from '@annex/schema';
import { type Caller, checkVersion, everyRow, type WriteTx } from '@annex/service';
import { holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { holdRisk, type RiskRow, risksById } from '../risk/risk.store.ts';
import {
  deleteQuantification,
  insertQuantification,
  type QuantificationRow,
  quantificationEvent,
  quantificationsOf,
  updateQuantification,
} from './quantification.store.ts';
import { type DistributionInput, type LossFormInput, quantifiedOf } from './quantification.ts';
import { figuresOf } from './reading.ts';

export interface QuantifyRiskInput {
  readonly riskId: string;
  readonly expectedVersion?: number | null;
  readonly frequency: DistributionInput;
  readonly lossForms: readonly LossFormInput[];
  readonly rationale: string;
}

export interface RemoveQuantificationInput {
  readonly riskId: string;
  readonly expectedVersion: number;
}

/**
 * Locks a risk that may be quantified, with what is there of its quantification.
 * @throws AnnexError NOT_FOUND, STATE_CONFLICT for a closed risk or a retired ISMS, VERSION_CONFLICT
 */
async function holdQuantified(
  tx: WriteTx<RiskDatabase>,
  riskId: string,
  expectedVersion: number | null | undefined,
): Promise<{ risk: RiskRow; present: QuantificationRow | undefined; currency: string }> {
  const seen = (await risksById(tx, [riskId])).get(riskId);
  if (!seen) throw notFound('Risk', riskId);
  await holdActiveIsms(tx, seen.ismsId);
  // Held before the risk, as everywhere: the currency is that of the criteria.
  const criteria = await holdCriteria(tx, seen.ismsId, 'share');
  const risk = await holdRisk(tx, riskId);
  if (!risk || !criteria) throw notFound('Risk', riskId);
  if (risk.status !== 'OPEN') {
    throw new AnnexError('STATE_CONFLICT', `${risk.reference} is closed; reopen it before quantifying it`, {
      details: { present: risk.status, allowed: ['reopen'] },
    });
  }
  const present = (await quantificationsOf(tx, [riskId])).get(riskId);
  checkVersion('RiskQuantification', present?.id ?? riskId, present?.version ?? 0, expectedVersion);
  return { risk, present, currency: criteria.currency };
}

/**
 * Says how often a risk happens and what it costs, before controls, as distributions (27005, 7.3). The rating stays beside it.
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, STATE_CONFLICT, VERSION_CONFLICT
 */
export async function quantifyRisk(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: QuantifyRiskInput,
): Promise<{ id: string; version: number; riskId: string }> {
  const quantified = quantifiedOf(input);
  const rationale = text('input.rationale', input.rationale, 4000, 'required');
  const { risk, present, currency } = await holdQuantified(tx, input.riskId, input.expectedVersion);
  const quantifiedBy = caller.personId ?? null;
  const values = { currency, quantified, figures: figuresOf(quantified), rationale, quantifiedBy };
  const row = present ? await updateQuantification(tx, present, values) : await insertQuantification(tx, risk, values);
  tx.record('annex.risk.quantification.changed.v1', { rows: [quantificationEvent(row)] });
  return { id: row.id, version: row.version, riskId: risk.id };
}

/**
 * Takes the quantification of a risk away: it is only rated then. Past versions stay readable.
 * @throws AnnexError NOT_FOUND, STATE_CONFLICT, VERSION_CONFLICT
 */
export async function removeQuantification(
  tx: WriteTx<RiskDatabase>,
  input: RemoveQuantificationInput,
): Promise<{ riskId: string }> {
  const { risk, present } = await holdQuantified(tx, input.riskId, undefined);
  if (!present) throw notFound('RiskQuantification', input.riskId);
  checkVersion('RiskQuantification', present.id, present.version, input.expectedVersion);
  await deleteQuantification(tx, present.id);
  tx.record('annex.risk.quantification.changed.v1', {
    rows: [{ ...quantificationEvent(present), version: present.version + 1, deleted: true }],
  });
  return { riskId: risk.id };
}

/** Tells every quantification again. */
export async function announceQuantifications(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'quantification')) {
    tx.record('annex.risk.quantification.changed.v1', { rows: rows.map(quantificationEvent) });
  }
}
