import type { Judgement, Rule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { mostDaysOpen, overdueBefore } from './trigger.ts';

const triggersAnswered: Rule<RiskDatabase> = {
  id: 'risk.triggers-answered',
  clause: '8.2',
  basis: 'OWN_RULE',
  question: `Is every risk assessed again within ${mostDaysOpen} days of a change that asks for it?`,
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ open: number; late: number; worst: { id: string; reference: string }[] }>(
      `with open as (
         select r.id, r.reference, r.number, min(t.raised_at) as since
         from reassessment_trigger t join risk r on r.tenant_id = t.tenant_id and r.id = t.risk_id and r.status = 'OPEN'
         where t.tenant_id = $1 and t.isms_id = $2 and t.status = 'OPEN' group by r.id, r.reference, r.number)
       select count(*)::int as open, count(*) filter (where since <= $3)::int as late,
         (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by since, number), '[]')
          from (select * from open where since <= $3 order by since, number limit 20) shown) as worst
       from open`,
      [tx.tenant, ismsId, overdueBefore(tx.now)],
    );
    const { open, late, worst } = rows[0] ?? { open: 0, late: 0, worst: [] };
    const risks = `${open} open risk${open === 1 ? '' : 's'}`;
    return {
      verdict: late > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        late > 0
          ? `${late} of ${risks} to be assessed again ${late === 1 ? 'has' : 'have'} waited longer than ${mostDaysOpen} days.`
          : open > 0
            ? `${risks} ${open === 1 ? 'is' : 'are'} to be assessed again, none for longer than ${mostDaysOpen} days.`
            : 'Nothing asks for a risk to be assessed again.',
      next: late > 0 ? `Assess ${worst[0]?.reference}${late > 1 ? ' and the others' : ''} again.` : '',
      facts: { examined: open, total: open, failing: late },
      links: worst.map((one) => ({ kind: 'Risk', ...one })),
    };
  },
};

/** 27001, 8.2: assessments when significant changes occur. */
export const triggerRules: readonly Rule<RiskDatabase>[] = [triggersAnswered];
