import { AnnexError } from '@annex/schema';
import { type Caller, type DueHandler, schedule, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { judgedNow } from '../level/judged.ts';
import { saveRisk } from '../level/relevel.ts';
import { holdRead } from '../risk/risk.operations.ts';
import { holdRisk } from '../risk/risk.store.ts';
import { insertAcceptance, latestAcceptances } from './acceptance.store.ts';
import { checkAcceptance } from './acceptance.ts';

export interface AcceptRiskInput {
  readonly riskId: string;
  readonly expectedVersion: number;
  readonly reason?: string | null;
  readonly endsAt?: Date | string | null;
}

/** The due moment at which an acceptance ends; its subject is the risk. */
export const acceptanceEnds = 'acceptance.ends';

/**
 * Accepts a risk at its current level (27001, 6.1.3 f). The record holds the level and its inputs; a worse level, other criteria or
 * its end make it stale.
 * @throws AnnexError FORBIDDEN, BAD_INPUT, STATE_CONFLICT for a closed risk, NOT_FOUND, VERSION_CONFLICT
 */
export async function acceptRisk(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: AcceptRiskInput,
): Promise<{ id: string; riskId: string }> {
  const risk = await holdRead(tx, input.riskId, input.expectedVersion);
  if (risk.status !== 'OPEN') {
    throw new AnnexError('STATE_CONFLICT', `${risk.reference} is closed; there is nothing to accept`, {
      details: { present: risk.status, allowed: ['reopen'] },
    });
  }
  const endsAt = input.endsAt ? new Date(input.endsAt) : null;
  const terms = { reason: input.reason ?? '', endsAt };
  const judged = await judgedNow(tx, risk);
  const personId = checkAcceptance({ ...risk, rule: judged.rule }, caller.personId, terms, tx.now);
  const row = await insertAcceptance(tx, judged, { acceptedBy: personId, ...terms });
  await schedule(tx, acceptanceEnds, risk.id, endsAt);
  const { likelihood, consequence, level, rank, rule } = judged;
  tx.record('annex.risk.acceptance.added.v1', {
    rows: [
      {
        id: row.id,
        ismsId: risk.ismsId,
        version: 1,
        riskId: risk.id,
        reference: risk.reference,
        level: { likelihood, consequence, level, rank, rule },
        personId,
        acceptedAt: tx.now.toISOString(),
        endsAt: endsAt?.toISOString() ?? null,
      },
    ],
  });
  await saveRisk(tx, risk, { acceptance: 'IN_FORCE', acceptedRank: rank });
  return { id: row.id, riskId: risk.id };
}

/** An acceptance whose end has come is stale; one that was given anew meanwhile is not touched. */
export const endAcceptance: DueHandler<RiskDatabase> = async (tx, due) => {
  const risk = await holdRisk(tx, due.subjectId);
  if (risk?.acceptance !== 'IN_FORCE') return;
  const [latest] = (await latestAcceptances(tx, [risk.id], 1))[0] ?? [];
  if (!latest?.endsAt || latest.endsAt > tx.now) return;
  await saveRisk(tx, risk, { acceptance: 'STALE' });
};
