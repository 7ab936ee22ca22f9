import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';

/** As many links as a result keeps. */
const maxShown = 20;

/**
 * The open risks of an ISMS that are not acceptable as they are, each with how its treatment stands. `plan` is its latest treatment that was
 * not abandoned, `decided` the one approved last. Who accepted a risk at its present level chose to retain it.
 */
const treated = `
  with plan as (
    select distinct on (risk_id) id, risk_id, option, status
    from treatment where tenant_id = $1 and isms_id = $2 and status <> 'ABANDONED' order by risk_id, number desc),
  decided as (
    select distinct on (risk_id) risk_id, status, (expected ->> 'rank')::int as rank, (expected ->> 'criteriaVersion')::int as criteria_version
    from treatment where tenant_id = $1 and isms_id = $2 and status in ('APPROVED', 'COMPLETED') order by risk_id, approved_at desc),
  treated as (
    select r.id, r.reference, r.number, r.current_rank, r.current_rule = 'ABOVE_CRITERIA' as above,
      coalesce(plan.option, r.treatment_option, case when r.acceptance = 'IN_FORCE' then 'RETAIN' end) as option,
      coalesce(plan.status in ('PROPOSED', 'APPROVED') or plan.status = 'COMPLETED' and r.current_rule <> 'ABOVE_CRITERIA', false)
        and exists (select 1 from treatment_action a
          where a.tenant_id = $1 and a.treatment_id = plan.id and a.status <> 'CANCELLED') as planned,
      r.acceptance = 'IN_FORCE' or decided.risk_id is not null as approved,
      r.acceptance <> 'IN_FORCE' and decided.status = 'COMPLETED'
        and (decided.rank is null or decided.criteria_version = c.version and r.current_rank > decided.rank) as worse
    from risk r
    join criteria c on c.tenant_id = r.tenant_id and c.isms_id = r.isms_id
    left join plan on plan.risk_id = r.id
    left join decided on decided.risk_id = r.id
    where r.tenant_id = $1 and r.isms_id = $2 and r.status = 'OPEN' and r.current_rule <> 'ACCEPTABLE')`;

/** What makes a risk fail. */
const failing = {
  unchosenAbove: 'above and option is null',
  unchosenTolerable: 'not above and option is null',
  unplanned: `option = 'MODIFY' and not planned`,
  unapproved: 'option is not null and (not approved or coalesce(worse, false))',
} as const;

type Failure = keyof typeof failing;

type Counts = { readonly [K in 'open' | 'total' | 'chosen' | 'toModify' | Failure]: number } & {
  /** The risks that fail, the worst first. */
  readonly worst: { readonly [F in Failure]: readonly { readonly id: string; readonly reference: string }[] };
};

/** All of it in one statement: the risks are looked through once. */
async function treatmentCounts(tx: Tx<RiskDatabase>, ismsId: string): Promise<Counts> {
  const failures = Object.entries(failing);
  const counts = failures.map(([name, when]) => `count(*) filter (where ${when})::int as "${name}"`);
  const worst = failures.map(
    ([name, when]) => `'${name}', (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference)
         order by current_rank desc, number), '[]')
       from (select id, reference, current_rank, number from treated where ${when}
         order by current_rank desc, number limit ${maxShown}) shown)`,
  );
  const { rows } = await tx.query<Counts>(
    `${treated} select (select count(*)::int from risk where tenant_id = $1 and isms_id = $2 and status = 'OPEN') as open,
       count(*)::int as total, count(*) filter (where option is not null)::int as chosen,
       count(*) filter (where option = 'MODIFY')::int as "toModify", ${counts.join(', ')},
       jsonb_build_object(${worst.join(', ')}) as worst from treated`,
    [tx.tenant, ismsId],
  );
  const [found] = rows;
  if (!found) throw new Error('A count always answers');
  return found;
}

const linked = (found: Counts['worst'][Failure]): RuleLink[] => found.map((one) => ({ kind: 'Risk', ...one }));

const counted = (count: number, kind: string) => `${count} ${kind}${count === 1 ? '' : 's'}`;
const facts = (examined: number, total: number, failed: number) => ({ examined, total, failing: failed });

/** Where nothing is to be done: no gap, unless there is no risk that it could be about. */
const nothing = (open: number, reason: string): Judgement => ({
  verdict: open > 0 ? 'NO_GAP_FOUND' : 'NOT_ASSESSED',
  reason: open > 0 ? reason : 'There is no open risk to look at.',
  next: '',
  facts: facts(0, 0, 0),
  links: [],
});

const optionsChosen: Rule<RiskDatabase> = {
  id: 'risk.options-chosen',
  clause: '6.1.3',
  letter: 'a',
  basis: 'REQUIREMENT',
  question: 'Is a treatment option chosen for every risk that is not acceptable as it is?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { open, total, chosen, unchosenAbove, unchosenTolerable, worst } = await shared(treatmentCounts);
    if (total === 0) return nothing(open, 'No open risk is beyond what is acceptable.');
    const extent = `An option is chosen for ${chosen} of ${counted(total, 'open risk')} that ${total === 1 ? 'is' : 'are'} not acceptable as ${total === 1 ? 'it is' : 'they are'}`;
    if (unchosenAbove > 0) {
      const links = linked(worst.unchosenAbove);
      return {
        verdict: 'GAP',
        reason: `${extent}; ${unchosenAbove} without one ${unchosenAbove === 1 ? 'is' : 'are'} above the criteria.`,
        next: `Choose how to treat ${links[0]?.reference}${unchosenAbove > 1 ? ' and the others' : ''}: modify, retain, avoid or share.`,
        facts: facts(total, total, unchosenAbove),
        links,
      };
    }
    if (unchosenTolerable > 0) {
      return {
        verdict: 'JUDGEMENT_NEEDED',
        reason: `${extent}; the others are tolerable, and nobody said that they are retained.`,
        next: 'Judge whether they are to be tolerated, and say so by accepting or treating them.',
        facts: facts(total, total, 0),
        links: linked(worst.unchosenTolerable),
      };
    }
    return { verdict: 'NO_GAP_FOUND', reason: `${extent}.`, next: '', facts: facts(total, total, 0), links: [] };
  },
};

const treatmentPlanned: Rule<RiskDatabase> = {
  id: 'risk.treatment-planned',
  clause: '6.1.3',
  letter: 'e',
  basis: 'REQUIREMENT',
  question: 'Is there a plan with actions for every risk that is to be modified?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { open, toModify, unplanned, worst } = await shared(treatmentCounts);
    if (toModify === 0) return nothing(open, 'No open risk beyond what is acceptable is to be modified.');
    const links = linked(worst.unplanned);
    return {
      verdict: unplanned > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        unplanned > 0
          ? `${unplanned} of ${counted(toModify, 'risk')} to be modified ${unplanned === 1 ? 'has' : 'have'} no plan with actions before the owner.`
          : `Each of ${counted(toModify, 'risk')} to be modified has a plan with actions.`,
      next:
        unplanned > 0
          ? `Plan the treatment of ${links[0]?.reference}${unplanned > 1 ? ' and the others' : ''} with actions, owners and dates, and propose it.`
          : '',
      facts: facts(toModify, toModify, unplanned),
      links,
    };
  },
};

const treatmentApproved: Rule<RiskDatabase> = {
  id: 'risk.treatment-approved',
  clause: '6.1.3',
  letter: 'f',
  basis: 'REQUIREMENT',
  question: 'Have the owners approved how their risks are treated, and accepted what is left of them?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { open, chosen, unapproved, worst } = await shared(treatmentCounts);
    if (chosen === 0) return nothing(open, 'No treatment is chosen for an open risk beyond what is acceptable.');
    const links = linked(worst.unapproved);
    return {
      verdict: unapproved > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        unapproved > 0
          ? `Of ${counted(chosen, 'risk')} with a chosen treatment, ${unapproved} ${unapproved === 1 ? 'has' : 'have'} none that is approved, or ${unapproved === 1 ? 'is' : 'are'} worse after it than was accepted.`
          : `The treatment of each of ${counted(chosen, 'risk')} is approved, and what is left is accepted.`,
      next:
        unapproved > 0
          ? `Have the owner of ${links[0]?.reference} approve its treatment, or accept the risk as it is${unapproved > 1 ? '; then the others' : ''}.`
          : '',
      facts: facts(chosen, chosen, unapproved),
      links,
    };
  },
};

const treatmentInTime: Rule<RiskDatabase> = {
  id: 'risk.treatment-in-time',
  clause: '8.3',
  basis: 'REQUIREMENT',
  question: 'Are approved treatments carried out by the dates set for their actions?',
  async judge(tx, ismsId, shared): Promise<Judgement> {
    const { open } = await shared(treatmentCounts);
    const { rows } = await tx.query<{ total: number; late: number; treatments: { id: string; reference: string }[] }>(
      `with late as (
         select t.id, t.reference, t.number, count(a.id)::int as planned,
           count(a.id) filter (where a.due_at <= $3)::int as late, min(a.due_at) as since
         from treatment t
         left join treatment_action a on a.tenant_id = t.tenant_id and a.treatment_id = t.id and a.status = 'PLANNED'
         where t.tenant_id = $1 and t.isms_id = $2 and t.status = 'APPROVED' group by t.id, t.reference, t.number)
       select coalesce(sum(planned), 0)::int as total, coalesce(sum(late), 0)::int as late,
         (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by since, number), '[]')
            from (select * from late where late > 0 order by since, number limit ${maxShown}) shown) as treatments
       from late`,
      [tx.tenant, ismsId, tx.now],
    );
    const { total, late, treatments } = rows[0] ?? { total: 0, late: 0, treatments: [] };
    if (total === 0) return nothing(open, 'No action of an approved treatment waits to be done.');
    return {
      verdict: late > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        late > 0
          ? `${late} of ${counted(total, 'action')} that ${total === 1 ? 'waits' : 'wait'} to be done ${late === 1 ? 'is' : 'are'} overdue.`
          : `${counted(total, 'action')} ${total === 1 ? 'waits' : 'wait'} to be done, and none is overdue.`,
      next:
        late > 0
          ? `Do what is overdue in ${treatments[0]?.reference}, or take the plan up again with other dates.`
          : '',
      facts: facts(total, total, late),
      links: treatments.map((one) => ({ kind: 'RiskTreatment', ...one })),
    };
  },
};

/** 27001, 6.1.3 a, e, f and 8.3: the treatment of risks. */
export const treatmentRules: readonly Rule<RiskDatabase>[] = [
  optionsChosen,
  treatmentPlanned,
  treatmentApproved,
  treatmentInTime,
];
