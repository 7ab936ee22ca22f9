import type { Judgement, Rule, Tx } from '@annex/service';
import { annexASize } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { neededControls } from '../need/need.store.ts';

interface Facts {
  /** Controls of Annex A of the current edition that were decided on. */
  readonly annexA: number;
  readonly necessary: number;
  /** Controls from elsewhere that are implemented or needed and were not decided on. */
  readonly elsewhere: number;
  /** The open risks and the obligations in force that need controls which are left out. */
  readonly excluded: readonly {
    readonly kind: 'risk' | 'obligation';
    readonly id: string;
    readonly reference: string;
  }[];
  readonly approved: { readonly id: string; readonly number: number } | null;
  /** Decisions made after the approved version was submitted. */
  readonly later: number;
  /** Controls that are necessary without a justification or a reason, and that no open risk and no obligation in force needs. */
  readonly unjustified: number;
}

async function soaFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const { rows } = await tx.query<Facts>(
    `with entry as (select control_id, decision, decided_at, justification = '' and reasons = '[]' as bare from soa_entry where tenant_id = $1 and isms_id = $2),
      needed as (${neededControls}),
      used as (select control_id from implementation_control where tenant_id = $1 and isms_id = $2
               union select control_id from needed),
      left_out as (select control_id from entry where decision = 'NOT_NECESSARY'),
      needing as (
        select 'risk' as kind, n.id, n.reference from needed n join left_out using (control_id)
        union
        select 'obligation', o.id, o.reference
          from obligation o join left_out on left_out.control_id = any(o.control_ids)
         where o.tenant_id = $1 and o.isms_id = $2 and o.status = 'IN_FORCE'),
      approved as (select id, number, submitted_at from soa_version where tenant_id = $1 and isms_id = $2 and status = 'APPROVED')
     select
       (select count(*) from entry where decision <> 'UNDECIDED' and control_id like 'iso27001:2022:%')::int as "annexA",
       (select count(*) from entry where decision = 'NECESSARY')::int as necessary,
       (select count(*) from used left join entry using (control_id)
         where control_id not like 'iso27001:2022:%' and coalesce(decision, 'UNDECIDED') = 'UNDECIDED')::int as elsewhere,
       coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'id', id, 'reference', reference) order by reference) from needing), '[]')
         as excluded,
       (select jsonb_build_object('id', id, 'number', number) from approved) as approved,
       (select count(*) from entry, approved where entry.decided_at > approved.submitted_at)::int as later,
       (select count(*) from entry where decision = 'NECESSARY' and bare
         and not exists (select 1 from needed where needed.control_id = entry.control_id)
         and not exists (select 1 from obligation o
                          where o.tenant_id = $1 and o.isms_id = $2 and o.status = 'IN_FORCE' and entry.control_id = any(o.control_ids)))::int as unjustified`,
    [tx.tenant, ismsId],
  );
  const [facts] = rows;
  if (!facts) throw new Error('A statement without a table always answers');
  return facts;
}

const determined: Rule<ControlsDatabase> = {
  id: 'controls.necessary-determined',
  clause: '6.1.3',
  letter: 'b',
  basis: 'REQUIREMENT',
  question: 'Are the controls determined that the treatment of risks, law and contracts need?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { necessary, elsewhere, excluded } = await shared(soaFacts);
    const failing = elsewhere + excluded.length;
    const facts = { examined: necessary + failing, total: necessary + failing, failing };
    if (excluded.length > 0) {
      const risks = excluded.filter((one) => one.kind === 'risk').length;
      const obligations = excluded.length - risks;
      const needing = [
        ...(risks > 0 ? [`${risks} open ${risks === 1 ? 'risk' : 'risks'}`] : []),
        ...(obligations > 0 ? [`${obligations} ${obligations === 1 ? 'obligation' : 'obligations'} in force`] : []),
      ];
      return {
        verdict: 'GAP',
        reason: `${needing.join(' and ')} ${excluded.length === 1 ? 'needs' : 'need'} controls that are said not to be necessary.`,
        next: 'Decide on these controls again, or meet what needs them in another way.',
        facts,
        links: excluded,
      };
    }
    if (necessary === 0) {
      return {
        verdict: 'GAP',
        reason: 'No control is determined to be necessary.',
        next: 'Decide of each control whether the treatment of risks, law, contracts or the business need it.',
        facts,
        links: [],
      };
    }
    return {
      verdict: elsewhere > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        elsewhere > 0
          ? `${elsewhere} implemented or needed ${elsewhere === 1 ? 'control' : 'controls'} of other catalogues ${elsewhere === 1 ? 'is' : 'are'} not decided on; ${necessary} are necessary.`
          : `${necessary} ${necessary === 1 ? 'control is' : 'controls are'} determined to be necessary, and no open risk or obligation in force needs another.`,
      next: elsewhere > 0 ? 'Decide whether they are necessary.' : '',
      facts,
      links: [],
    };
  },
};

const compared: Rule<ControlsDatabase> = {
  id: 'controls.annex-a-compared',
  clause: '6.1.3',
  letter: 'c',
  basis: 'REQUIREMENT',
  question: 'Have the necessary controls been compared with Annex A, so that none is overlooked?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { annexA } = await shared(soaFacts);
    const left = annexASize - annexA;
    return {
      verdict: left > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        left > 0
          ? `${left} of the ${annexASize} controls in Annex A were not decided on yet.`
          : `Each of the ${annexASize} controls in Annex A was decided on.`,
      next: left > 0 ? 'Say of each whether it is necessary, and why it is left out where it is not.' : '',
      facts: { examined: annexA, total: annexASize, failing: left },
      links: [],
    };
  },
};

const approved: Rule<ControlsDatabase> = {
  id: 'controls.soa-approved',
  clause: '6.1.3',
  letter: 'd',
  basis: 'REQUIREMENT',
  question: 'Is there a Statement of Applicability, and does it say what is decided?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { approved: version, later, unjustified } = await shared(soaFacts);
    if (!version) {
      return {
        verdict: 'GAP',
        reason: 'No Statement of Applicability has been approved.',
        next: 'Decide on every control, submit the statement, and have it approved.',
        facts: { examined: 0, total: 1, failing: 1 },
        links: [],
      };
    }
    const differs = [
      ...(later > 0 ? [`${later} ${later === 1 ? 'decision was' : 'decisions were'} made after it was submitted`] : []),
      ...(unjustified > 0
        ? [`${unjustified} necessary ${unjustified === 1 ? 'control is' : 'controls are'} justified by nothing`]
        : []),
    ];
    const decideAgain = unjustified > 0 ? 'Say why these controls are necessary, or leave them out. ' : '';
    return {
      verdict: differs.length > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason:
        differs.length > 0
          ? `Version ${version.number} is approved, and ${differs.join(', and ')}.`
          : `Version ${version.number} is approved and holds every decision.`,
      next:
        differs.length > 0 ? `${decideAgain}Look at the differences, and submit a new version where they matter.` : '',
      facts: { examined: 1, total: 1, failing: 0 },
      links: [{ kind: 'soaVersion', id: version.id, reference: `SoA ${version.number}` }],
    };
  },
};

export const soaRules: readonly Rule<ControlsDatabase>[] = [determined, compared, approved];
