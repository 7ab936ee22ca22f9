import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Named {
  readonly id: string;
  readonly reference: string;
}

interface Facts {
  readonly total: number;
  readonly provided: number;
  /** Asked for, needed by now, and not answered. */
  readonly wanting: readonly Named[];
  readonly refused: readonly Named[];
}

const needs = (count: number) => `${count} ${count === 1 ? 'need' : 'needs'}`;

const resourcesProvided: Rule<ControlsDatabase> = {
  id: 'controls.resources-provided',
  clause: '7.1',
  basis: 'REQUIREMENT',
  question: 'Is it determined what the ISMS needs, and is it provided?',
  async judge(tx, ismsId): Promise<Judgement> {
    const named = (where: string) =>
      `coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by needed_by, reference) filter (where ${where}), '[]')`;
    const { rows } = await tx.query<Facts>(
      `select count(*)::int as total, count(*) filter (where status = 'PROVIDED')::int as provided,
         ${named(`status = 'OPEN' and coalesce(needed_by <= $3, true)`)} as wanting, ${named(`status = 'REFUSED'`)} as refused
         from resource_need where tenant_id = $1 and isms_id = $2 and status <> 'WITHDRAWN'`,
      [tx.tenant, ismsId, tx.now],
    );
    const { total, provided, wanting, refused } = rows[0] ?? { total: 0, provided: 0, wanting: [], refused: [] };
    const links = [...wanting, ...refused].map((one) => ({ kind: 'resourceNeed', ...one }));
    if (total === 0) {
      return {
        verdict: 'GAP',
        reason: 'Nothing is recorded that the ISMS needs.',
        next: 'Record what the ISMS needs: people, money, technology, premises, knowledge.',
        facts: { examined: 0, total: 1, failing: 1 },
        links,
      };
    }
    const without =
      refused.length > 0 ? `${needs(refused.length)} ${refused.length === 1 ? 'was' : 'were'} refused` : '';
    return {
      verdict: wanting.length > 0 ? 'GAP' : refused.length > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason:
        wanting.length > 0
          ? `${wanting.length} of ${needs(total)} ${wanting.length === 1 ? 'is' : 'are'} due and not provided${without ? `, and ${without}` : ''}.`
          : without
            ? `Of ${needs(total)} ${provided} ${provided === 1 ? 'is' : 'are'} provided, and ${without}.`
            : `Of ${needs(total)} ${provided} ${provided === 1 ? 'is' : 'are'} provided, and none is overdue.`,
      next:
        wanting.length > 0
          ? 'Have management provide it, or say why not.'
          : refused.length > 0
            ? 'Judge whether the ISMS achieves what it is meant to without it.'
            : '',
      facts: { examined: total, total, failing: wanting.length + refused.length },
      links,
    };
  },
};

/** 27001, 7.1: resources. */
export const resourceRules: readonly Rule<ControlsDatabase>[] = [resourcesProvided];
