import { AnnexError, badInput, personActing } from '@annex/schema';
import type { Caller, WriteTx } from '@annex/service';
import { criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { judgedAmounts } from '../level/consequence.ts';
import { judgedNow } from '../level/judged.ts';
import { saveRisk } from '../level/relevel.ts';
import { holdRead } from '../risk/risk.operations.ts';
import { closeTriggers } from '../trigger/trigger.operations.ts';
import { insertAssessment } from './assessment.store.ts';

export interface AssessRiskInput {
  readonly riskId: string;
  readonly expectedVersion: number;
  readonly comment?: string | null;
  /** By what it is confirmed; one that the criteria approve. */
  readonly method?: string | null;
}

/** A person who looked at the inputs confirms; what criteria approve unless they say otherwise. */
const byPerson = 'PERSON';

/**
 * Confirms the indicated level of a risk, with the inputs of this moment (domain model, 7; 27001, 8.2). It answers a request for
 * reassessment until the indicated level becomes worse again.
 * @throws AnnexError FORBIDDEN for a machine, BAD_INPUT for a method that the criteria do not approve, STATE_CONFLICT for a closed risk, NOT_FOUND, VERSION_CONFLICT
 */
export async function assessRisk(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: AssessRiskInput,
): Promise<{ id: string; riskId: string }> {
  const personId = personActing(caller.personId, 'An assessment is made');
  const comment = input.comment ?? '';
  if (comment.length > 4000) throw badInput('input.comment', comment.length, 'at most 4000 characters');
  const risk = await holdRead(tx, input.riskId, input.expectedVersion);
  if (risk.status !== 'OPEN') {
    throw new AnnexError('STATE_CONFLICT', `${risk.reference} is closed; reopen it before assessing it`, {
      details: { present: risk.status, allowed: ['reopen'] },
    });
  }
  const method = input.method ?? byPerson;
  const approved = (await criteriaOfIsms(tx, [risk.ismsId])).get(risk.ismsId)?.confirmingMethods ?? [];
  if (!approved.includes(method))
    throw badInput('input.method', method, `a method that the criteria approve: ${approved.join(', ')}`);
  const judged = await judgedNow(tx, risk);
  const row = await insertAssessment(tx, judged, { assessedBy: personId, comment, method });
  const { likelihood, consequence, level, rank, rule } = judged;
  tx.record('annex.risk.assessment.added.v1', {
    rows: [
      {
        id: row.id,
        ismsId: risk.ismsId,
        version: 1,
        riskId: risk.id,
        reference: risk.reference,
        level: { likelihood, consequence, level, rank, rule },
        personId,
        assessedAt: tx.now.toISOString(),
      },
    ],
  });
  await closeTriggers(tx, risk.id, row.id);
  await saveRisk(tx, risk, {
    assessedFrequency: judged.frequency,
    assessedLoss: judged.loss,
    assessedConsequences: judgedAmounts(judged.consequences),
  });
  return { id: row.id, riskId: risk.id };
}
