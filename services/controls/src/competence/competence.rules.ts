import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Named {
  readonly id: string;
  readonly reference: string;
}

interface Facts {
  readonly required: number;
  readonly roles: number;
  /** Roles in force of which no competence is required. */
  readonly silent: readonly Named[];
  /** Required, not shown to be held by who has the role, and nothing planned in time. */
  readonly missing: readonly Named[];
  /** Not shown either, and an action is planned. */
  readonly inHand: readonly Named[];
  readonly done: number;
  /** Competences with an action that was done and not evaluated; how many such actions. */
  readonly unevaluated: readonly Named[];
  readonly unevaluatedActions: number;
}

async function competenceFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const named = (table: string, where: string) =>
    `coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by reference) from ${table} where ${where}), '[]')`;
  const { rows } = await tx.query<Facts>(
    `with role as (select * from responsibility where tenant_id = $1 and isms_id = $2 and status = 'IN_FORCE'),
      action as (select * from competence_action where tenant_id = $1 and isms_id = $2),
      required as (
        select c.id, c.reference, c.responsibility_id,
            c.holding = 'HELD' and coalesce(c.valid_until > $3, true)
              and (c.responsibility_id is null or role.person_id is null or role.person_id = c.person_id) as shown,
            exists (select 1 from action a where a.competence_id = c.id and a.status = 'PLANNED' and coalesce(a.due > $3, true)) as planned,
            (select count(*) from action a where a.competence_id = c.id and a.status = 'DONE') as done,
            (select count(*) from action a where a.competence_id = c.id and a.status = 'DONE' and a.effectiveness = 'NOT_EVALUATED') as unevaluated
          from competence c left join role on role.id = c.responsibility_id
         where c.tenant_id = $1 and c.isms_id = $2 and c.status = 'REQUIRED' and (c.responsibility_id is null or role.id is not null))
     select
       (select count(*) from required)::int as required,
       (select count(*) from role)::int as roles,
       ${named('role', 'id not in (select responsibility_id from required where responsibility_id is not null)')} as silent,
       ${named('required', 'not shown and not planned')} as missing,
       ${named('required', 'not shown and planned')} as "inHand",
       coalesce((select sum(done) from required), 0)::int as done,
       ${named('required', 'unevaluated > 0')} as unevaluated,
       coalesce((select sum(unevaluated) from required), 0)::int as "unevaluatedActions"`,
    [tx.tenant, ismsId, tx.now],
  );
  const [facts] = rows;
  if (!facts) throw new Error('A statement without a table always answers');
  return facts;
}

const links = (kind: string, found: readonly Named[]): RuleLink[] => found.map((one) => ({ kind, ...one }));
const competences = (count: number) => `${count} ${count === 1 ? 'competence' : 'competences'}`;

const competenceDetermined: Rule<ControlsDatabase> = {
  id: 'controls.competence-determined',
  clause: '7.2',
  letter: 'a',
  basis: 'REQUIREMENT',
  question: 'Is it determined what those whose work bears on information security must be able to do?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { required, roles, silent } = await shared(competenceFacts);
    if (required === 0) {
      return {
        verdict: 'GAP',
        reason: 'No competence is recorded as required.',
        next: 'Record what those whose work bears on information security must be able to do.',
        facts: { examined: roles, total: Math.max(roles, 1), failing: Math.max(roles, 1) },
        links: links('responsibility', silent),
      };
    }
    return {
      verdict: silent.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        silent.length > 0
          ? `Of ${silent.length} of ${roles} roles nothing is recorded that they require.`
          : `${competences(required)} ${required === 1 ? 'is' : 'are'} required${roles > 0 ? `, and no role goes without` : ''}.`,
      next: silent.length > 0 ? 'Record of each role what it requires.' : '',
      facts: { examined: Math.max(roles, 1), total: Math.max(roles, 1), failing: silent.length },
      links: links('responsibility', silent),
    };
  },
};

const competenceHeld: Rule<ControlsDatabase> = {
  id: 'controls.competence-held',
  clause: '7.2',
  letter: 'b',
  basis: 'REQUIREMENT',
  question: 'Is what is required held, shown by evidence of education, training or experience?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { required, missing, inHand } = await shared(competenceFacts);
    const failing = missing.length + inHand.length;
    const facts = { examined: required, total: required, failing };
    if (required === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No competence is recorded as required.',
        next: 'Record what is required first.',
        facts,
        links: [],
      };
    }
    const planned = inHand.length > 0 ? `, and for ${inHand.length} more an action is planned` : '';
    return {
      verdict: missing.length > 0 ? 'GAP' : inHand.length > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason:
        missing.length > 0
          ? `${missing.length} of ${competences(required)} ${missing.length === 1 ? 'is' : 'are'} not shown to be held by who needs ${missing.length === 1 ? 'it' : 'them'}${planned}.`
          : inHand.length > 0
            ? `${inHand.length} of ${competences(required)} ${inHand.length === 1 ? 'is' : 'are'} not held yet, and an action is planned for each.`
            : `${competences(required)} ${required === 1 ? 'is' : 'are'} held, with evidence.`,
      next:
        missing.length > 0
          ? 'Record the evidence, or plan how the competence is acquired.'
          : inHand.length > 0
            ? 'Judge whether the work may be done meanwhile.'
            : '',
      facts,
      links: links('competence', [...missing, ...inHand]),
    };
  },
};

const competenceActionsEvaluated: Rule<ControlsDatabase> = {
  id: 'controls.competence-actions-evaluated',
  clause: '7.2',
  letter: 'c',
  basis: 'REQUIREMENT',
  question: 'Is it evaluated whether what was done to acquire competence worked?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { done, unevaluated, unevaluatedActions } = await shared(competenceFacts);
    const facts = { examined: done, total: done, failing: unevaluatedActions };
    if (done === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No action to acquire competence was done yet.',
        next: '',
        facts,
        links: [],
      };
    }
    const actions = `${done} ${done === 1 ? 'action' : 'actions'}`;
    return {
      verdict: unevaluatedActions > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        unevaluatedActions > 0
          ? `Of ${actions} done ${unevaluatedActions} ${unevaluatedActions === 1 ? 'was' : 'were'} not evaluated.`
          : `It was evaluated whether ${actions} worked.`,
      next: unevaluatedActions > 0 ? 'Evaluate whether they worked, and say why.' : '',
      facts,
      links: links('competence', unevaluated),
    };
  },
};

/** 27001, 7.2: competence. */
export const competenceRules: readonly Rule<ControlsDatabase>[] = [
  competenceDetermined,
  competenceHeld,
  competenceActionsEvaluated,
];
