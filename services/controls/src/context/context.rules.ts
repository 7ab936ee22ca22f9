import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Facts {
  readonly internal: number;
  readonly external: number;
  readonly dated: number;
  /** Open issues whose review date is past. */
  readonly overdue: readonly { readonly id: string; readonly reference: string }[];
  readonly climate: {
    readonly number: number;
    readonly relevance: string;
    readonly dated: boolean;
    readonly overdue: boolean;
  } | null;
}

async function contextFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const { rows } = await tx.query<Facts>(
    `with issue as (select * from context_issue where tenant_id = $1 and isms_id = $2 and status = 'OPEN')
     select
       (select count(*) from issue where kind = 'INTERNAL')::int as internal,
       (select count(*) from issue where kind = 'EXTERNAL')::int as external,
       (select count(*) from issue where review_date is not null)::int as dated,
       coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by review_date, reference)
          from issue where review_date <= $3), '[]') as overdue,
       (select jsonb_build_object('number', number, 'relevance', relevance, 'dated', review_date is not null,
            'overdue', coalesce(review_date <= $3, false))
          from climate_determination where tenant_id = $1 and isms_id = $2 order by number desc limit 1) as climate`,
    [tx.tenant, ismsId, tx.now],
  );
  const [facts] = rows;
  if (!facts) throw new Error('A statement without a table always answers');
  return facts;
}

const issues = (count: number, kind: string) => `${count} ${kind} ${count === 1 ? 'issue' : 'issues'}`;

const issuesDetermined: Rule<ControlsDatabase> = {
  id: 'controls.issues-determined',
  clause: '4.1',
  basis: 'REQUIREMENT',
  question: 'Are the internal and external issues that bear on the ISMS determined?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { internal, external } = await shared(contextFacts);
    const missing = [...(internal === 0 ? ['internal'] : []), ...(external === 0 ? ['external'] : [])];
    return {
      verdict: missing.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        missing.length > 0
          ? `No ${missing.join(' and no ')} issue is recorded.`
          : `${issues(internal, 'internal')} and ${issues(external, 'external')} are recorded.`,
      next: missing.length > 0 ? 'Record the issues that bear on what the ISMS is to achieve, and how they do.' : '',
      // Of the two kinds of issues.
      facts: { examined: 2, total: 2, failing: missing.length },
      links: [],
    };
  },
};

const climateDetermined: Rule<ControlsDatabase> = {
  id: 'controls.climate-determined',
  clause: '4.1',
  basis: 'REQUIREMENT',
  question: 'Is it determined whether climate change is a relevant issue?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { climate } = await shared(contextFacts);
    return {
      verdict: climate ? 'NO_GAP_FOUND' : 'GAP',
      reason: climate
        ? `Climate change is determined to be ${climate.relevance === 'RELEVANT' ? 'relevant' : 'not relevant'}, with a reason.`
        : 'Nobody has determined whether climate change is a relevant issue.',
      next: climate ? '' : 'Determine it, yes or no, and say why.',
      facts: { examined: 1, total: 1, failing: climate ? 0 : 1 },
      links: [],
    };
  },
};

const contextReviewed: Rule<ControlsDatabase> = {
  id: 'controls.context-reviewed',
  clause: '4.1',
  basis: 'OWN_RULE',
  question: 'Are the issues and what was determined of climate change looked at again by the dates set for it?',
  async judge(_tx, ismsId, shared): Promise<Judgement> {
    const { dated, overdue, climate } = await shared(contextFacts);
    const total = dated + (climate?.dated ? 1 : 0);
    const late: RuleLink[] = overdue.map((one) => ({ kind: 'contextIssue', ...one }));
    if (climate?.overdue) late.push({ kind: 'isms', id: ismsId, reference: `Climate change ${climate.number}` });
    const facts = { examined: total, total, failing: late.length };
    if (total === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No date is set for looking at the context again.',
        next: 'Set review dates.',
        facts,
        links: [],
      };
    }
    return {
      verdict: late.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        late.length > 0
          ? `${late.length} of ${total} review ${total === 1 ? 'date' : 'dates'} of the context ${late.length === 1 ? 'is' : 'are'} past.`
          : `No review date of the context is past, of ${total} that ${total === 1 ? 'is' : 'are'} set.`,
      next: late.length > 0 ? 'Look at these again, and set the next date or close them.' : '',
      facts,
      links: late,
    };
  },
};

/** 27001, 4.1: the organisation and its context. */
export const contextRules: readonly Rule<ControlsDatabase>[] = [issuesDetermined, climateDetermined, contextReviewed];
