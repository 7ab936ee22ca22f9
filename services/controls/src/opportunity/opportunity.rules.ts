import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Named {
  readonly id: string;
  readonly reference: string;
}

interface Facts {
  readonly risks: number;
  readonly opportunities: number;
  readonly open: number;
  /** Open, and nobody said what is done, or something is and no action is planned or done. */
  readonly idle: readonly Named[];
  readonly planned: number;
  /** Those with a planned action whose date is past. */
  readonly late: readonly Named[];
  readonly lateActions: number;
  readonly done: number;
  readonly unevaluated: readonly Named[];
  readonly unevaluatedActions: number;
  /** Open, an action did not work, none after it did, and nothing else is planned. */
  readonly unsolved: readonly Named[];
}

async function opportunityFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const named = (where: string) =>
    `coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by reference) from judged where ${where}), '[]')`;
  const { rows } = await tx.query<Facts>(
    `with judged as (
       select o.id, o.reference, o.kind, o.status, o.response,
           count(a.id) filter (where a.status = 'PLANNED') as planned,
           count(a.id) filter (where a.status = 'PLANNED' and a.due <= $3) as late,
           count(a.id) filter (where a.status = 'DONE') as done,
           count(a.id) filter (where a.status = 'DONE' and a.effectiveness = 'NOT_EVALUATED') as unevaluated,
           (array_agg(a.effectiveness order by a.done_at desc, a.id desc) filter (where a.status = 'DONE'))[1] as latest
         from opportunity o left join opportunity_action a on a.tenant_id = o.tenant_id and a.opportunity_id = o.id
        where o.tenant_id = $1 and o.isms_id = $2 group by o.id, o.reference, o.kind, o.status, o.response)
     select
       (select count(*) from judged where kind = 'RISK')::int as risks,
       (select count(*) from judged where kind = 'OPPORTUNITY')::int as opportunities,
       (select count(*) from judged where status = 'OPEN')::int as open,
       ${named(`status = 'OPEN' and (response = 'UNDECIDED' or (response = 'ACT' and planned + done = 0))`)} as idle,
       coalesce((select sum(planned) from judged), 0)::int as planned,
       ${named('late > 0')} as late,
       coalesce((select sum(late) from judged), 0)::int as "lateActions",
       coalesce((select sum(done) from judged), 0)::int as done,
       ${named('unevaluated > 0')} as unevaluated,
       coalesce((select sum(unevaluated) from judged), 0)::int as "unevaluatedActions",
       ${named(`status = 'OPEN' and planned = 0 and latest = 'NOT_EFFECTIVE'`)} as unsolved`,
    [tx.tenant, ismsId, tx.now],
  );
  const [facts] = rows;
  if (!facts) throw new Error('A statement without a table always answers');
  return facts;
}

const links = (found: readonly Named[]): RuleLink[] => found.map((one) => ({ kind: 'opportunity', ...one }));
const actions = (count: number) => `${count} ${count === 1 ? 'action' : 'actions'}`;

const opportunitiesDetermined: Rule<ControlsDatabase> = {
  id: 'controls.opportunities-determined',
  clause: '6.1.1',
  basis: 'REQUIREMENT',
  question: 'Are the risks to the ISMS itself and the opportunities determined?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { risks, opportunities } = await shared(opportunityFacts);
    // Of the two kinds.
    const failing = (risks === 0 ? 1 : 0) + (opportunities === 0 ? 1 : 0);
    const facts = { examined: 2, total: 2, failing };
    if (failing === 2) {
      return {
        verdict: 'GAP',
        reason: 'No risk to the ISMS and no opportunity is recorded.',
        next: 'Record what may keep the ISMS from achieving what it is meant to, and what may help it.',
        facts,
        links: [],
      };
    }
    const said = `${risks} ${risks === 1 ? 'risk' : 'risks'} to the ISMS and ${opportunities} ${opportunities === 1 ? 'opportunity' : 'opportunities'} are recorded.`;
    return {
      verdict: failing > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason: said,
      next: failing > 0 ? `Judge whether there is no ${risks === 0 ? 'risk' : 'opportunity'}, or record it.` : '',
      facts,
      links: [],
    };
  },
};

const opportunitiesAddressed: Rule<ControlsDatabase> = {
  id: 'controls.opportunities-addressed',
  clause: '6.1.1',
  letter: 'd',
  basis: 'REQUIREMENT',
  question: 'Are actions planned that address these risks and opportunities?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { open, idle } = await shared(opportunityFacts);
    const failing = idle.length;
    const facts = { examined: open, total: open, failing };
    if (open === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No risk to the ISMS and no opportunity is open.',
        next: '',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `For ${failing} of ${open} open risks and opportunities nobody has decided what is done, or no action is planned.`
          : `For each of ${open} open risks and opportunities an action is planned or done, or a reason given why none is.`,
      next: failing > 0 ? 'Plan an action, or say why none is needed.' : '',
      facts,
      links: links(idle),
    };
  },
};

const actionsEvaluated: Rule<ControlsDatabase> = {
  id: 'controls.opportunity-actions-evaluated',
  clause: '6.1.1',
  letter: 'e',
  basis: 'REQUIREMENT',
  question: 'Is it evaluated whether the actions worked?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { done, unevaluated, unevaluatedActions, unsolved } = await shared(opportunityFacts);
    const facts = { examined: done, total: done, failing: unevaluatedActions };
    if (done === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No action that addresses a risk to the ISMS or an opportunity was done yet.',
        next: '',
        facts,
        links: [],
      };
    }
    if (unevaluatedActions > 0) {
      return {
        verdict: 'GAP',
        reason: `Of ${actions(done)} done ${unevaluatedActions} ${unevaluatedActions === 1 ? 'was' : 'were'} not evaluated.`,
        next: 'Evaluate whether they worked, and say why.',
        facts,
        links: links(unevaluated),
      };
    }
    return {
      verdict: unsolved.length > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason:
        unsolved.length > 0
          ? `It was evaluated whether ${actions(done)} worked; for ${unsolved.length} open ${unsolved.length === 1 ? 'risk or opportunity' : 'risks and opportunities'} the last did not, and nothing else is planned.`
          : `It was evaluated whether ${actions(done)} worked.`,
      next: unsolved.length > 0 ? 'Judge whether to plan another action or to leave it at that.' : '',
      facts,
      links: links(unsolved),
    };
  },
};

const actionsInTime: Rule<ControlsDatabase> = {
  id: 'controls.opportunity-actions-in-time',
  clause: '6.1.1',
  basis: 'OWN_RULE',
  question: 'Are the planned actions done by the dates set for them?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { planned, late, lateActions } = await shared(opportunityFacts);
    const facts = { examined: planned, total: planned, failing: lateActions };
    if (planned === 0) return { verdict: 'NOT_ASSESSED', reason: 'No action is planned.', next: '', facts, links: [] };
    return {
      verdict: lateActions > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        lateActions > 0
          ? `The date of ${lateActions} of ${actions(planned)} planned is past.`
          : `No date of ${actions(planned)} planned is past.`,
      next: lateActions > 0 ? 'Do them, cancel them, or set another date.' : '',
      facts,
      links: links(late),
    };
  },
};

/** 27001, 6.1.1: risks to the ISMS itself, and opportunities. */
export const opportunityRules: readonly Rule<ControlsDatabase>[] = [
  opportunitiesDetermined,
  opportunitiesAddressed,
  actionsEvaluated,
  actionsInTime,
];
