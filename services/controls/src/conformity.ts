import type { Judgement, Rule } from '@annex/service';
import { changeRules, unintendedRules } from './change/change.rules.ts';
import { communicationRules } from './communication/communication.rules.ts';
import { competenceRules } from './competence/competence.rules.ts';
import { contextRules } from './context/context.rules.ts';
import type { ControlsDatabase } from './database.ts';
import { exceptionRules } from './exception/exception.rules.ts';
import { implementationReviewRules } from './implementation/implementation.rules.ts';
import { leadershipRules } from './leadership/leadership.rules.ts';
import { objectiveRules } from './objective/objective.rules.ts';
import { obligationRules } from './obligation/obligation.rules.ts';
import { opportunityRules } from './opportunity/opportunity.rules.ts';
import { partyRules } from './party/party.rules.ts';
import { processRules } from './process/process.rules.ts';
import { criterionRules, provisionRules } from './provision/provision.rules.ts';
import { resourceRules } from './resource/resource.rules.ts';
import { responsibilityRules } from './responsibility/responsibility.rules.ts';
import { scopeRules } from './scope/scope.rules.ts';
import { soaRules } from './soa/soa.rules.ts';

/** The verified strength below which an implemented control is not shown to operate: the organisation's own rule. */
const operatingAt = 0.5;

const of = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

const implementedVerified: Rule<ControlsDatabase> = {
  id: 'controls.implemented-verified',
  clause: '8.1',
  basis: 'OWN_RULE',
  question: 'Are the controls that are said to be implemented verified to operate?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ id: string; reference: string; total: number; failing: number }>(
      `with implemented as (
         select i.id, i.reference, s.verified, s.verified < $3 or s.verification = 'NOT_VERIFIED' as fails
           from implementation i join strength s on s.tenant_id = i.tenant_id and s.id = i.id
          where i.tenant_id = $1 and i.isms_id = $2 and i.status = 'IMPLEMENTED'),
       counts as (select count(*) as total, count(*) filter (where fails) as failing from implemented)
       select worst.id, worst.reference, counts.total, counts.failing from counts left join lateral (
         select id, reference from implemented where fails order by verified, reference limit 20) as worst on true`,
      [tx.tenant, ismsId, operatingAt],
    );
    const total = rows[0]?.total ?? 0;
    const failing = rows[0]?.failing ?? 0;
    const facts = { examined: total, total, failing };
    if (total === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No control is said to be implemented yet.',
        next: 'Record what is implemented.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `${failing} of ${of(total, 'implemented control is', 'implemented controls are')} not verified to operate (verified strength below ${operatingAt}).`
          : `${of(total, 'implemented control is', 'implemented controls are')} verified to operate (verified strength ${operatingAt} or more), and none is not.`,
      next:
        failing > 0 ? 'Look at the weakest: assess their design, link measures, act on what the measures show.' : '',
      facts,
      links: rows.flatMap(({ id, reference }) => (id ? [{ kind: 'implementation', id, reference }] : [])),
    };
  },
};

/** What is judged whenever a strength moves, which measurements make happen all day. */
export const strengthRules: readonly Rule<ControlsDatabase>[] = [implementedVerified];

/** What is judged when an implementation changes. */
export const implementationRules: readonly Rule<ControlsDatabase>[] = [
  ...strengthRules,
  ...soaRules,
  ...exceptionRules,
  ...implementationReviewRules,
];

/** The clauses of ISO/IEC 27001:2022 whose facts live here (domain model, 9). */
export const rules: readonly Rule<ControlsDatabase>[] = [
  ...contextRules,
  ...partyRules,
  ...obligationRules,
  ...scopeRules,
  ...processRules,
  ...soaRules,
  ...exceptionRules,
  ...implementationReviewRules,
  ...objectiveRules,
  ...responsibilityRules,
  ...leadershipRules,
  ...competenceRules,
  ...communicationRules,
  ...changeRules,
  ...unintendedRules,
  ...opportunityRules,
  ...resourceRules,
  ...provisionRules,
  ...criterionRules,
  implementedVerified,
];
