import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Named {
  readonly id: string;
  readonly reference: string;
}

const links = (kind: string, found: readonly Named[]): RuleLink[] => found.map((one) => ({ kind, ...one }));

interface Facts {
  readonly total: number;
  readonly dated: number;
  /** In use, and without owner, criteria or anything that controls it. */
  readonly uncontrolled: readonly Named[];
  readonly overdue: readonly Named[];
}

async function provisionFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const named = (where: string) =>
    `coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by reference) filter (where ${where}), '[]')`;
  const { rows } = await tx.query<Facts>(
    `select count(*)::int as total, count(review_date)::int as dated,
       ${named(`owner_id is null or criteria = '' or cardinality(control_ids) + cardinality(implementation_ids) = 0`)} as uncontrolled,
       ${named('review_date <= $3')} as overdue
       from external_provision where tenant_id = $1 and isms_id = $2 and status = 'IN_USE'`,
    [tx.tenant, ismsId, tx.now],
  );
  return rows[0] ?? { total: 0, dated: 0, uncontrolled: [], overdue: [] };
}

const things = (count: number) => `${count} ${count === 1 ? 'thing' : 'things'} provided from outside`;

const provisionControlled: Rule<ControlsDatabase> = {
  id: 'controls.external-provision-controlled',
  clause: '8.1',
  basis: 'REQUIREMENT',
  question: 'Are processes, products and services from outside that bear on the ISMS controlled?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { total, uncontrolled } = await shared(provisionFacts);
    const failing = uncontrolled.length;
    const facts = { examined: total, total, failing };
    if (total === 0) {
      return {
        verdict: 'JUDGEMENT_NEEDED',
        reason: 'Nothing is recorded that is provided from outside.',
        next: 'Judge whether that is so, or record the processes, products and services that bear on the ISMS.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `Of ${things(total)} ${failing} ${failing === 1 ? 'has' : 'have'} no owner, no criteria, or no control that sees to it.`
          : `${things(total)} ${total === 1 ? 'has' : 'have'} an owner, criteria and controls.`,
      next:
        failing > 0 ? 'Say who sees to each, what it must meet, and which controls or implementations make sure.' : '',
      facts,
      links: links('externalProvision', uncontrolled),
    };
  },
};

const provisionReviewed: Rule<ControlsDatabase> = {
  id: 'controls.external-provision-reviewed',
  clause: '8.1',
  basis: 'OWN_RULE',
  question: 'Is what is provided from outside looked at again by the dates set for it?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { total, dated, overdue } = await shared(provisionFacts);
    const failing = overdue.length;
    const facts = { examined: dated, total, failing };
    if (dated === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason:
          total === 0
            ? 'Nothing is recorded that is provided from outside.'
            : `No review date is set for any of ${things(total)}.`,
        next: total === 0 ? '' : 'Set review dates.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `The review ${failing === 1 ? 'date' : 'dates'} of ${failing} of ${things(total)} ${failing === 1 ? 'is' : 'are'} past.`
          : `No review date is past, of ${dated} set for ${things(total)}.`,
      next: failing > 0 ? 'Look at these again, and set the next date or say that they are used no longer.' : '',
      facts,
      links: links('externalProvision', overdue),
    };
  },
};

/** 27001, 8.1: what is provided from outside. */
export const provisionRules: readonly Rule<ControlsDatabase>[] = [provisionControlled, provisionReviewed];

const processCriteriaSet: Rule<ControlsDatabase> = {
  id: 'controls.process-criteria-set',
  clause: '8.1',
  basis: 'REQUIREMENT',
  question: 'Are criteria set for the processes of the ISMS, and are the processes controlled in line with them?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; criteria: number; failing: readonly Named[] }>(
      `with process as (
         select p.id, p.name, count(c.id) as criteria, count(c.id) filter (where c.control = '') as uncontrolled
           from isms_process p left join process_criterion c on c.tenant_id = p.tenant_id and c.process_id = p.id
          where p.tenant_id = $1 and p.isms_id = $2 group by p.id, p.name)
       select count(*)::int as total, coalesce(sum(criteria), 0)::int as criteria,
         coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', name) order by name)
           filter (where criteria = 0 or uncontrolled > 0), '[]') as failing
         from process`,
      [tx.tenant, ismsId],
    );
    const { total, criteria, failing } = rows[0] ?? { total: 0, criteria: 0, failing: [] };
    if (total === 0) {
      return {
        verdict: 'GAP',
        reason: 'No process of the ISMS is recorded for which criteria could be set.',
        next: 'Record the processes of the ISMS (4.4), and what each must keep to.',
        facts: { examined: 0, total: 1, failing: 1 },
        links: [],
      };
    }
    return {
      verdict: failing.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing.length > 0
          ? `Of ${total} ${total === 1 ? 'process' : 'processes'} ${failing.length} ${failing.length === 1 ? 'has' : 'have'} no criteria, or nothing that says how it is controlled in line with them.`
          : `${total} ${total === 1 ? 'process has' : 'processes have'} ${criteria} ${criteria === 1 ? 'criterion' : 'criteria'}, each with how it is controlled.`,
      next: failing.length > 0 ? 'Say of each process what it must keep to, and how that is controlled.' : '',
      facts: { examined: total, total, failing: failing.length },
      links: links('ismsProcess', failing),
    };
  },
};

/** 27001, 8.1: criteria for processes, and control in line with them. */
export const criterionRules: readonly Rule<ControlsDatabase>[] = [processCriteriaSet];
