import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

const obligationsReviewed: Rule<ControlsDatabase> = {
  id: 'controls.obligations-reviewed',
  clause: '4.2',
  basis: 'OWN_RULE',
  question: 'Are the obligations looked at again by the dates set for it?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; dated: number; overdue: { id: string; reference: string }[] }>(
      `select count(*)::int as total, count(review_date)::int as dated,
          coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by review_date, reference)
            filter (where review_date <= $3), '[]') as overdue
         from obligation where tenant_id = $1 and isms_id = $2 and status = 'IN_FORCE'`,
      [tx.tenant, ismsId, tx.now],
    );
    const { total, dated, overdue } = rows[0] ?? { total: 0, dated: 0, overdue: [] };
    const facts = { examined: dated, total, failing: overdue.length };
    if (dated === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason:
          total === 0
            ? 'No obligation in force is recorded.'
            : `No review date is set for any of ${total} ${total === 1 ? 'obligation' : 'obligations'} in force.`,
        next: total === 0 ? 'Record what law, rules and contracts demand.' : 'Set review dates.',
        facts,
        links: [],
      };
    }
    return {
      verdict: overdue.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        overdue.length > 0
          ? `The review ${overdue.length === 1 ? 'date' : 'dates'} of ${overdue.length} of ${total} ${total === 1 ? 'obligation' : 'obligations'} in force ${overdue.length === 1 ? 'is' : 'are'} past.`
          : `No review date is past, of ${dated} set for ${total} ${total === 1 ? 'obligation' : 'obligations'} in force.`,
      next: overdue.length > 0 ? 'Look at these again, and set the next date or say that they are repealed.' : '',
      facts,
      links: overdue.map((one) => ({ kind: 'obligation', ...one })),
    };
  },
};

/** Obligations (27001, 4.2 and A.5.31). */
export const obligationRules: readonly Rule<ControlsDatabase>[] = [obligationsReviewed];
