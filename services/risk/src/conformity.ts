import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import { firstRanked } from './aggregate/ranking.store.ts';
import { assetRules } from './asset/asset.rules.ts';
import { criteriaRules } from './criteria/criteria.rules.ts';
import { cycleRules } from './cycle/cycle.rules.ts';
import type { RiskDatabase } from './database.ts';
import { identificationRules } from './identification/identification.rules.ts';
import { incidentRules } from './incident/incident.rules.ts';
import { withoutOwner } from './person/person.store.ts';
import { treatmentRules } from './treatment/treatment.rules.ts';
import { triggerRules } from './trigger/trigger.rules.ts';

const maxShown = 20;

interface Counts {
  readonly total: number;
  readonly open: number;
  readonly unowned: number;
  /** Of those, whose owner left. */
  readonly left: number;
  readonly above: number;
  readonly accepted: number;
  readonly raised: number;
  readonly assessed: number;
}

/** The register of an ISMS in numbers; all but `total` count open risks. */
async function countsOf(tx: Tx<RiskDatabase>, ismsId: string): Promise<Counts> {
  const { rows } = await tx.query<{ [K in keyof Counts]: number }>(
    `select count(*) as total,
       count(*) filter (where status = 'OPEN') as open,
       count(*) filter (where status = 'OPEN' and ${withoutOwner}) as unowned,
       count(*) filter (where status = 'OPEN' and owner_id is not null and ${withoutOwner}) as "left",
       count(*) filter (where status = 'OPEN' and standing = 'ABOVE_CRITERIA') as above,
       count(*) filter (where status = 'OPEN' and standing = 'ACCEPTED_ABOVE_CRITERIA') as accepted,
       count(*) filter (where status = 'OPEN' and reassessment = 'REQUESTED') as raised,
       count(*) filter (where status = 'OPEN' and assessed_frequency is not null) as assessed
     from risk where tenant_id = $1 and isms_id = $2`,
    [tx.tenant, ismsId],
  );
  return rows[0] ?? { total: 0, open: 0, unowned: 0, left: 0, above: 0, accepted: 0, raised: 0, assessed: 0 };
}

/** The open risks that fail a rule by a condition of SQL, the worst first. */
async function worst(tx: Tx<RiskDatabase>, ismsId: string, failing: string): Promise<RuleLink[]> {
  const { rows } = await tx.query<{ id: string; reference: string }>(
    `select id, reference from risk where tenant_id = $1 and isms_id = $2 and status = 'OPEN' and ${failing}
     order by current_rank desc, current_frequency * current_loss desc, number limit ${maxShown}`,
    [tx.tenant, ismsId],
  );
  return rows.map((row) => ({ kind: 'Risk', ...row }));
}

const risks = (count: number, kind = 'open risk') => `${count} ${kind}${count === 1 ? '' : 's'}`;
const facts = (examined: number, total: number, failing: number) => ({ examined, total, failing });

const nothingOpen = (next: string): Judgement => ({
  verdict: 'NOT_ASSESSED',
  reason: 'There is no open risk to look at.',
  next,
  facts: facts(0, 0, 0),
  links: [],
});

const identify = 'Identify the risks of losing confidentiality, integrity or availability within the scope.';

const risksIdentified: Rule<RiskDatabase> = {
  id: 'risk.risks-identified',
  clause: '6.1.2',
  letter: 'c',
  basis: 'REQUIREMENT',
  question: 'Have information security risks been identified?',
  async judge(_tx, _ismsId, shared) {
    const { total, open } = await shared(countsOf);
    return total > 0
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `${risks(total, 'risk')} in the register, ${open} of them open.`,
          next: '',
          facts: facts(total, total, 0),
          links: [],
        }
      : { verdict: 'GAP', reason: 'No risk has been identified.', next: identify, facts: facts(0, 0, 0), links: [] };
  },
};

const ownersNamed: Rule<RiskDatabase> = {
  id: 'risk.owners-named',
  clause: '6.1.2',
  letter: 'c',
  basis: 'REQUIREMENT',
  question: 'Does every open risk have an owner?',
  async judge(tx, ismsId, shared) {
    const { open, unowned, left } = await shared(countsOf);
    if (open === 0) return nothingOpen(identify);
    const links = unowned === 0 ? [] : await worst(tx, ismsId, withoutOwner);
    return unowned === 0
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `Each of ${risks(open)} has an owner.`,
          next: '',
          facts: facts(open, open, 0),
          links,
        }
      : {
          verdict: 'GAP',
          reason: `${unowned} of ${risks(open)} ${unowned === 1 ? 'has' : 'have'} no owner${left > 0 ? `, ${left} of them since the owner left` : ''}.`,
          next: `Name an owner for ${links[0]?.reference}${unowned > 1 ? ' and the others' : ''}.`,
          facts: facts(open, open, unowned),
          links,
        };
  },
};

const prioritised: Rule<RiskDatabase> = {
  id: 'risk.prioritised',
  clause: '6.1.2',
  letter: 'e',
  basis: 'REQUIREMENT',
  question: 'Are the open risks put in an order of treatment?',
  async judge(tx, ismsId, shared) {
    const { open } = await shared(countsOf);
    if (open === 0) return nothingOpen(identify);
    // The order is computed of every open risk, so nothing can be missing; what a person may want to see is who comes first.
    const links = (await firstRanked(tx, ismsId, 5)).map((one) => ({ kind: 'Risk', ...one }));
    const first = links[0]?.reference;
    return {
      verdict: 'NO_GAP_FOUND',
      reason: `${open === 1 ? `${first}, the one open risk, has its` : `Each of ${risks(open)} has a`} place in the order of treatment${open === 1 ? '' : `, ${first} the first`}.`,
      next: '',
      facts: facts(open, open, 0),
      links,
    };
  },
};

const raisedReassessed: Rule<RiskDatabase> = {
  id: 'risk.raised-reassessed',
  clause: '8.2',
  basis: 'REQUIREMENT',
  question: 'Has every risk whose indicated level rose since its last assessment been assessed again?',
  async judge(tx, ismsId, shared) {
    const { open, raised, assessed } = await shared(countsOf);
    if (open === 0) return nothingOpen(identify);
    if (assessed === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: `None of ${risks(open)} has been assessed by a person yet.`,
        next: 'Confirm the indicated level of each risk.',
        facts: facts(0, open, 0),
        links: [],
      };
    }
    const extent = `${assessed} of ${risks(open)} ${assessed === 1 ? 'has' : 'have'} been assessed`;
    const links = raised === 0 ? [] : await worst(tx, ismsId, `reassessment = 'REQUESTED'`);
    return raised === 0
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `${extent}, and none has become worse since.`,
          next: '',
          facts: facts(assessed, open, 0),
          links,
        }
      : {
          verdict: 'GAP',
          reason: `${extent}, and ${raised} of them ${raised === 1 ? 'has' : 'have'} become worse since.`,
          next: `Assess ${links[0]?.reference}${raised > 1 ? ' and the others' : ''} again.`,
          facts: facts(assessed, open, raised),
          links,
        };
  },
};

const currentWithinCriteria: Rule<RiskDatabase> = {
  id: 'risk.current-within-criteria',
  clause: '8.3',
  basis: 'REQUIREMENT',
  question: 'Is every current risk within the criteria, or lawfully accepted above them?',
  async judge(tx, ismsId, shared) {
    const { open, above, accepted } = await shared(countsOf);
    if (open === 0) return nothingOpen(identify);
    const exceptions = accepted === 0 ? '' : `, ${accepted} of them accepted above the criteria for a time`;
    const links = above === 0 ? [] : await worst(tx, ismsId, `standing = 'ABOVE_CRITERIA'`);
    return above === 0
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `None of ${risks(open)} needs treatment that it lacks${exceptions}.`,
          next: '',
          facts: facts(open, open, 0),
          links,
        }
      : {
          verdict: 'GAP',
          reason: `${above} of ${risks(open)} ${above === 1 ? 'is' : 'are'} above the criteria and not accepted.`,
          next: `Treat ${links[0]?.reference}${above > 1 ? ' first, then the others' : ''}: strengthen the controls that it is linked to, link further ones, or have it accepted by the authority that may.`,
          facts: facts(open, open, above),
          links,
        };
  },
};

/** Those whose facts are levels: what a control's strength can move. */
export const levelRules: readonly Rule<RiskDatabase>[] = [
  prioritised,
  raisedReassessed,
  currentWithinCriteria,
  ...treatmentRules,
];

/** The clauses of 27001 whose facts live here (domain model, 9). */
export const rules: readonly Rule<RiskDatabase>[] = [
  ...criteriaRules,
  risksIdentified,
  ownersNamed,
  ...levelRules,
  ...identificationRules,
  ...assetRules,
  ...incidentRules,
  ...cycleRules,
  ...triggerRules,
];
