import type { Rule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';

const consequencesStated: Rule<RiskDatabase> = {
  id: 'risk.consequences-stated',
  clause: '6.1.2',
  letter: 'c',
  basis: 'REQUIREMENT',
  question: 'Does every open risk say which of confidentiality, integrity and availability would be lost?',
  async judge(tx, ismsId) {
    const { rows } = await tx.query<{ total: number; failing: number; links: { id: string; reference: string }[] }>(
      `select count(*)::int as total, count(*) filter (where cardinality(affects) = 0)::int as failing,
         coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by current_rank desc, number)
           filter (where cardinality(affects) = 0), '[]') as links
       from risk where tenant_id = $1 and isms_id = $2 and status = 'OPEN'`,
      [tx.tenant, ismsId],
    );
    const { total, failing, links } = rows[0] ?? { total: 0, failing: 0, links: [] };
    const facts = { examined: total, total, failing };
    const open = `${total} open risk${total === 1 ? '' : 's'}`;
    if (total === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'There is no open risk to look at.',
        next: 'Identify the risks of losing confidentiality, integrity or availability within the scope.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing === 0 ? 'NO_GAP_FOUND' : 'GAP',
      reason:
        failing === 0
          ? `Each of ${open} says what would be lost.`
          : `${failing} of ${open} ${failing === 1 ? 'does' : 'do'} not say what would be lost.`,
      next: failing === 0 ? '' : `Say of ${links[0]?.reference} which of the three it would take.`,
      facts,
      links: links.slice(0, 20).map((link) => ({ kind: 'Risk', ...link })),
    };
  },
};

/** 27001, 6.1.2 c 1: what the risks that were identified would take from information. */
export const identificationRules: readonly Rule<RiskDatabase>[] = [consequencesStated];
