import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

const reviewed: Rule<ControlsDatabase> = {
  id: 'controls.implementations-reviewed',
  clause: '8.1',
  basis: 'OWN_RULE',
  question: 'Are implementations looked at again by the dates set for it?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{
      total: number;
      dated: number;
      failing: number;
      overdue: { id: string; reference: string }[];
    }>(
      `with counts as (
         select count(*)::int as total, count(review_date)::int as dated, (count(*) filter (where review_date <= $3))::int as failing
           from implementation where tenant_id = $1 and isms_id = $2)
       select counts.*, coalesce((
         select jsonb_agg(jsonb_build_object('id', worst.id, 'reference', worst.reference) order by worst.review_date, worst.reference) from (
           select id, reference, review_date from implementation
            where tenant_id = $1 and isms_id = $2 and review_date <= $3 order by review_date, reference limit 20) as worst), '[]') as overdue
         from counts`,
      [tx.tenant, ismsId, tx.now],
    );
    const { total, dated, failing, overdue } = rows[0] ?? { total: 0, dated: 0, failing: 0, overdue: [] };
    const facts = { examined: dated, total, failing };
    const all = `${total} ${total === 1 ? 'implementation' : 'implementations'}`;
    if (dated === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: total === 0 ? 'No implementation is recorded.' : `No review date is set for any of ${all}.`,
        next: total === 0 ? 'Record what is implemented.' : 'Set review dates.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `The review ${failing === 1 ? 'date' : 'dates'} of ${failing} of ${all} ${failing === 1 ? 'is' : 'are'} past.`
          : `No review date is past, of ${dated} set for ${all}.`,
      next: failing > 0 ? 'Look at these again, and set the next date.' : '',
      facts,
      links: overdue.map((one) => ({ kind: 'implementation', ...one })),
    };
  },
};

/** Reviews of implementations (27001, 8.1). */
export const implementationReviewRules: readonly Rule<ControlsDatabase>[] = [reviewed];
