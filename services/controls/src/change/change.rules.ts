import type { Judgement, Rule, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Named {
  readonly id: string;
  readonly reference: string;
}

interface Facts {
  readonly total: number;
  readonly approved: number;
  /** Proposed, and the date at which it was to be done is past: it was done unplanned, or forgotten. */
  readonly undecided: readonly Named[];
  /** Approved, and the date at which it was to be done is past. */
  readonly late: readonly Named[];
}

async function changeFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Facts> {
  const named = (status: string) =>
    `coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by planned_for, reference)
       filter (where status = '${status}' and planned_for <= $3), '[]')`;
  const { rows } = await tx.query<Facts>(
    `select count(*)::int as total, count(*) filter (where status = 'APPROVED')::int as approved,
       ${named('PROPOSED')} as undecided, ${named('APPROVED')} as late
       from isms_change where tenant_id = $1 and isms_id = $2`,
    [tx.tenant, ismsId, tx.now],
  );
  return rows[0] ?? { total: 0, approved: 0, undecided: [], late: [] };
}

const links = (found: readonly Named[]) => found.map((one) => ({ kind: 'ismsChange', ...one }));
const changes = (count: number) => `${count} ${count === 1 ? 'change' : 'changes'}`;

const changesPlanned: Rule<ControlsDatabase> = {
  id: 'controls.changes-planned',
  clause: '6.3',
  basis: 'REQUIREMENT',
  question: 'Are changes of the ISMS carried out in a planned manner?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { total, undecided } = await shared(changeFacts);
    const failing = undecided.length;
    const facts = { examined: total, total, failing };
    if (total === 0) {
      return {
        verdict: 'JUDGEMENT_NEEDED',
        reason: 'No change of the ISMS is recorded.',
        next: 'Judge whether there was none, or record what is to be changed.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `The date of ${failing} of ${changes(total)} is past, and nobody has approved ${failing === 1 ? 'it' : 'them'}.`
          : `${changes(total)} ${total === 1 ? 'is' : 'are'} recorded, and no date is past that was not approved.`,
      next: failing > 0 ? 'Have another person approve or reject them.' : '',
      facts,
      links: links(undecided),
    };
  },
};

const changesDoneInTime: Rule<ControlsDatabase> = {
  id: 'controls.changes-done-in-time',
  clause: '6.3',
  basis: 'OWN_RULE',
  question: 'Are approved changes done by the dates set for them?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const { approved, late } = await shared(changeFacts);
    const failing = late.length;
    const facts = { examined: approved, total: approved, failing };
    if (approved === 0) {
      return { verdict: 'NOT_ASSESSED', reason: 'No approved change waits to be done.', next: '', facts, links: [] };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `The date of ${failing} of ${changes(approved)} that ${approved === 1 ? 'is' : 'are'} approved is past, and ${failing === 1 ? 'it is' : 'they are'} not done.`
          : `${changes(approved)} ${approved === 1 ? 'is' : 'are'} approved, and no date is past.`,
      next: failing > 0 ? 'Say what came of them, or reject them and propose them with another date.' : '',
      facts,
      links: links(late),
    };
  },
};

/** 27001, 6.3: planning of changes. */
export const changeRules: readonly Rule<ControlsDatabase>[] = [changesPlanned, changesDoneInTime];

const unintendedReviewed: Rule<ControlsDatabase> = {
  id: 'controls.unintended-changes-reviewed',
  clause: '8.1',
  basis: 'REQUIREMENT',
  question: 'Are the consequences of unintended changes reviewed, and mitigated where necessary?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; open: readonly Named[] }>(
      `select count(*)::int as total, coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference)
          order by noticed_at, reference) filter (where status = 'OPEN'), '[]') as open
         from unintended_change where tenant_id = $1 and isms_id = $2`,
      [tx.tenant, ismsId],
    );
    const { total, open } = rows[0] ?? { total: 0, open: [] };
    const failing = open.length;
    const facts = { examined: total, total, failing };
    if (total === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No unintended change is recorded.',
        next: 'Record what changed without anybody meaning it, when that happens.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `The consequences of ${failing} of ${total} unintended ${total === 1 ? 'change' : 'changes'} are not reviewed.`
          : `The consequences of ${total} unintended ${total === 1 ? 'change' : 'changes'} are reviewed.`,
      next: failing > 0 ? 'Review what follows from them, and say what is done about it or why nothing is.' : '',
      facts,
      links: open.map((one) => ({ kind: 'unintendedChange', ...one })),
    };
  },
};

/** 27001, 8.1: the review of unintended changes. */
export const unintendedRules: readonly Rule<ControlsDatabase>[] = [unintendedReviewed];
