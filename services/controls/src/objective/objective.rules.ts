import type { Judgement, Rule, RuleLink, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Named {
  readonly id: string;
  readonly reference: string;
}

interface Facts {
  readonly drafts: number;
  readonly active: number;
  readonly achieved: number;
  readonly measurable: number;
  /** Measurable ones that no measure is linked to, or none that has a valid measurement. */
  readonly unmeasured: readonly Named[];
  readonly uncommunicated: readonly Named[];
  /** Those whose due date or review date is past. */
  readonly overdue: readonly Named[];
}

async function objectiveFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const named = (where: string) =>
    `coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by reference) from active where ${where}), '[]')`;
  const { rows } = await tx.query<Facts>(
    `with active as (select * from objective where tenant_id = $1 and isms_id = $2 and status = 'ACTIVE')
     select
       (select count(*) from objective where tenant_id = $1 and isms_id = $2 and status = 'DRAFT')::int as drafts,
       (select count(*) from active)::int as active,
       (select count(*) from objective where tenant_id = $1 and isms_id = $2 and status = 'ACHIEVED')::int as achieved,
       (select count(*) from active where measurability = 'MEASURABLE')::int as measurable,
       ${named(`measurability = 'MEASURABLE' and not exists (
          select 1 from attainment a left join measure m on m.tenant_id = a.tenant_id and m.id = a.id
           where a.tenant_id = $1 and a.id = any(active.measure_ids) and a.attainment is not null and a.freshness > 0
             and not a.deleted and not coalesce(m.deleted, false))`)} as unmeasured,
       ${named('communicated_at is null')} as uncommunicated,
       ${named('due <= $3 or review_date <= $3')} as overdue`,
    [tx.tenant, ismsId, tx.now],
  );
  const [facts] = rows;
  if (!facts) throw new Error('A statement without a table always answers');
  return facts;
}

const links = (found: readonly Named[]): RuleLink[] => found.map((one) => ({ kind: 'objective', ...one }));
const objectives = (count: number) => `${count} ${count === 1 ? 'objective' : 'objectives'}`;

/** What is said where no objective is pursued that could be looked at. */
const nothingActive = (next: string): Judgement => ({
  verdict: 'NOT_ASSESSED',
  reason: 'No objective is pursued that could be looked at.',
  next,
  facts: { examined: 0, total: 0, failing: 0 },
  links: [],
});

const objectivesSet: Rule<ControlsDatabase> = {
  id: 'controls.objectives-set',
  clause: '6.2',
  basis: 'REQUIREMENT',
  question: 'Are information security objectives set, with what, who, when and how they are evaluated?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { drafts, active, achieved } = await shared(objectiveFacts);
    const drafted = drafts > 0 ? ` ${objectives(drafts)} ${drafts === 1 ? 'is' : 'are'} drafted.` : '';
    return {
      verdict: active > 0 ? 'NO_GAP_FOUND' : 'GAP',
      reason:
        active > 0
          ? `${objectives(active)} ${active === 1 ? 'is' : 'are'} pursued, each with what the standard asks to be planned.`
          : `No objective is pursued${achieved > 0 ? `; ${objectives(achieved)} ${achieved === 1 ? 'was' : 'were'} achieved` : ''}.${drafted}`,
      next:
        active > 0
          ? ''
          : drafts > 0
            ? 'Complete the drafts and pursue them.'
            : 'Record what is to be achieved in information security, and plan how.',
      facts: { examined: Math.max(active, 1), total: Math.max(active, 1), failing: active > 0 ? 0 : 1 },
      links: [],
    };
  },
};

const objectivesMonitored: Rule<ControlsDatabase> = {
  id: 'controls.objectives-monitored',
  clause: '6.2',
  letter: 'd',
  basis: 'REQUIREMENT',
  question: 'Are the objectives that can be measured monitored by measures with valid measurements?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { active, measurable, unmeasured } = await shared(objectiveFacts);
    if (active === 0) return nothingActive('Pursue an objective first.');
    const facts = { examined: measurable, total: active, failing: unmeasured.length };
    if (measurable === 0) {
      return {
        verdict: 'JUDGEMENT_NEEDED',
        reason: `None of ${objectives(active)} is said to be measurable.`,
        next: 'Judge whether that is so, and how they are monitored otherwise.',
        facts,
        links: [],
      };
    }
    return {
      verdict: unmeasured.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        unmeasured.length > 0
          ? `${unmeasured.length} of ${objectives(measurable)} that can be measured ${unmeasured.length === 1 ? 'has' : 'have'} no valid measurement.`
          : `${objectives(measurable)} that can be measured ${measurable === 1 ? 'has' : 'have'} valid measurements, of ${active} that are pursued.`,
      next: unmeasured.length > 0 ? 'Link measures that tell how far they are achieved, and measure.' : '',
      facts,
      links: links(unmeasured),
    };
  },
};

const objectivesCommunicated: Rule<ControlsDatabase> = {
  id: 'controls.objectives-communicated',
  clause: '6.2',
  letter: 'e',
  basis: 'REQUIREMENT',
  question: 'Are the objectives communicated?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { active, uncommunicated } = await shared(objectiveFacts);
    if (active === 0) return nothingActive('Pursue an objective first.');
    const failing = uncommunicated.length;
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `${failing} of ${objectives(active)} ${failing === 1 ? 'is' : 'are'} not communicated as ${failing === 1 ? 'it stands' : 'they stand'}.`
          : `${objectives(active)} ${active === 1 ? 'is' : 'are'} communicated.`,
      next: failing > 0 ? 'Communicate them, and record when and to whom.' : '',
      facts: { examined: active, total: active, failing },
      links: links(uncommunicated),
    };
  },
};

const objectivesInTime: Rule<ControlsDatabase> = {
  id: 'controls.objectives-in-time',
  clause: '6.2',
  basis: 'OWN_RULE',
  question: 'Are the objectives achieved, and looked at again, by the dates set for it?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { active, overdue } = await shared(objectiveFacts);
    if (active === 0) return nothingActive('Pursue an objective first.');
    const failing = overdue.length;
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `A date of ${failing} of ${objectives(active)} is past.`
          : `No date of ${objectives(active)} is past.`,
      next: failing > 0 ? 'Evaluate the results: close them as achieved or dropped, or set the next date.' : '',
      facts: { examined: active, total: active, failing },
      links: links(overdue),
    };
  },
};

/** What moves when a measure does. */
export const monitoringRules: readonly Rule<ControlsDatabase>[] = [objectivesMonitored];

/** 27001, 6.2: objectives and planning to achieve them. */
export const objectiveRules: readonly Rule<ControlsDatabase>[] = [
  objectivesSet,
  objectivesMonitored,
  objectivesCommunicated,
  objectivesInTime,
];
