import type { Rule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { withoutOwner } from '../person/person.store.ts';

const assetsOwned: Rule<RiskDatabase> = {
  id: 'risk.assets-owned',
  clause: '6.1.2',
  letter: 'c',
  basis: 'OWN_RULE',
  question: 'Does every asset in use that risks are identified by have an owner?',
  async judge(tx, ismsId) {
    const { rows } = await tx.query<{ total: number; failing: number }>(
      `select count(*)::int as total, count(*) filter (where ${withoutOwner})::int as failing
       from asset where tenant_id = $1 and isms_id = $2 and status = 'IN_USE'`,
      [tx.tenant, ismsId],
    );
    const { total, failing } = rows[0] ?? { total: 0, failing: 0 };
    const facts = { examined: total, total, failing };
    const assets = `${total} asset${total === 1 ? '' : 's'} in use`;
    if (total === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No asset in use is recorded.',
        next: 'Record the processes and information to protect, and what they rest on, or identify risks by events alone.',
        facts,
        links: [],
      };
    }
    if (failing === 0) {
      return { verdict: 'NO_GAP_FOUND', reason: `Each of ${assets} has an owner.`, next: '', facts, links: [] };
    }
    const unowned = await tx.query<{ id: string; reference: string }>(
      `select id, reference from asset where tenant_id = $1 and isms_id = $2 and status = 'IN_USE' and ${withoutOwner}
       order by (kind = 'PRIMARY') desc, greatest(confidentiality, integrity, availability) desc nulls last, number limit 20`,
      [tx.tenant, ismsId],
    );
    return {
      verdict: 'GAP',
      reason: `${failing} of ${assets} ${failing === 1 ? 'has' : 'have'} no owner.`,
      next: `Name an owner for ${unowned.rows[0]?.reference}${failing > 1 ? ' and the others' : ''}.`,
      facts,
      links: unowned.rows.map((row) => ({ kind: 'Asset', ...row })),
    };
  },
};

/** 27001, 6.1.2 c by the organisation's own rule: who answers for an asset. */
export const assetRules: readonly Rule<RiskDatabase>[] = [assetsOwned];
