import type { Judgement, Rule, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Silent {
  readonly id: string;
  readonly reference: string;
}

interface Facts {
  readonly parties: number;
  readonly requirements: number;
  readonly addressed: number;
  readonly undecided: number;
  /** Parties of which no requirement is recorded, by name. */
  readonly silent: readonly Silent[];
  /** Parties with a requirement that nobody has decided on, by name. */
  readonly waiting: readonly Silent[];
}

async function partyFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const { rows } = await tx.query<Facts>(
    `with requirement as (select * from party_requirement where tenant_id = $1 and isms_id = $2),
      party as (
        select p.id, p.name, count(r.id) as requirements, count(r.id) filter (where r.decision = 'UNDECIDED') as undecided
          from interested_party p left join requirement r on r.party_id = p.id
         where p.tenant_id = $1 and p.isms_id = $2 group by p.id, p.name)
     select
       (select count(*) from party)::int as parties,
       (select count(*) from requirement)::int as requirements,
       (select count(*) from requirement where decision = 'ADDRESSED')::int as addressed,
       (select count(*) from requirement where decision = 'UNDECIDED')::int as undecided,
       coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', name) order by name)
          from party where requirements = 0), '[]') as silent,
       coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', name) order by undecided desc, name)
          from party where undecided > 0), '[]') as waiting`,
    [tx.tenant, ismsId],
  );
  const [facts] = rows;
  if (!facts) throw new Error('A statement without a table always answers');
  return facts;
}

const linked = (parties: readonly Silent[]) => parties.map((one) => ({ kind: 'interestedParty', ...one }));

const partiesDetermined: Rule<ControlsDatabase> = {
  id: 'controls.parties-determined',
  clause: '4.2',
  letter: 'a',
  basis: 'REQUIREMENT',
  question: 'Are the interested parties that are relevant to the ISMS determined?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { parties } = await shared(partyFacts);
    return {
      verdict: parties > 0 ? 'NO_GAP_FOUND' : 'GAP',
      reason:
        parties > 0
          ? `${parties} interested ${parties === 1 ? 'party is' : 'parties are'} recorded.`
          : 'No interested party is recorded.',
      next: parties > 0 ? '' : 'Record who can affect the ISMS, is affected by it, or thinks so.',
      facts: { examined: Math.max(parties, 1), total: Math.max(parties, 1), failing: parties > 0 ? 0 : 1 },
      links: [],
    };
  },
};

const requirementsDetermined: Rule<ControlsDatabase> = {
  id: 'controls.party-requirements-determined',
  clause: '4.2',
  letter: 'b',
  basis: 'REQUIREMENT',
  question: 'Is it determined what the interested parties require?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { parties, requirements, silent } = await shared(partyFacts);
    const none = parties === 0;
    return {
      verdict: none || silent.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason: none
        ? 'No interested party is recorded, and so nothing that one requires.'
        : silent.length > 0
          ? `Of ${silent.length} of ${parties} interested parties no requirement is recorded.`
          : `${requirements} ${requirements === 1 ? 'requirement' : 'requirements'} of ${parties} interested ${parties === 1 ? 'party' : 'parties'} are recorded.`,
      next: none
        ? 'Record the interested parties first.'
        : silent.length > 0
          ? 'Record what they require, or take away those that are not relevant.'
          : '',
      facts: none
        ? { examined: 1, total: 1, failing: 1 }
        : { examined: parties, total: parties, failing: silent.length },
      links: linked(silent),
    };
  },
};

const requirementsDecided: Rule<ControlsDatabase> = {
  id: 'controls.party-requirements-decided',
  clause: '4.2',
  letter: 'c',
  basis: 'REQUIREMENT',
  question: 'Is it decided which of these requirements the ISMS addresses?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { requirements, addressed, undecided, waiting } = await shared(partyFacts);
    const facts = { examined: requirements, total: requirements, failing: undecided };
    if (requirements === 0) {
      return {
        verdict: 'GAP',
        reason: 'No requirement of an interested party is recorded that could be decided on.',
        next: 'Record what the interested parties require.',
        facts: { examined: 0, total: 1, failing: 1 },
        links: [],
      };
    }
    return {
      verdict: undecided > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        undecided > 0
          ? `On ${undecided} of ${requirements} requirements nobody has decided.`
          : `${requirements} ${requirements === 1 ? 'requirement is' : 'requirements are'} decided on; the ISMS addresses ${addressed}.`,
      next: undecided > 0 ? 'Decide of each whether the ISMS addresses it, and say how or why not.' : '',
      facts,
      links: linked(waiting),
    };
  },
};

/** 27001, 4.2: the needs and expectations of interested parties. */
export const partyRules: readonly Rule<ControlsDatabase>[] = [
  partiesDetermined,
  requirementsDetermined,
  requirementsDecided,
];
