import type { Judgement, Rule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { assessmentsDue, lastCompleted } from './cycle.store.ts';
import { comparabilityOf } from './cycle.ts';

const facts = (examined: number, total: number, failing: number) => ({ examined, total, failing });
const day = (moment: Date) => moment.toISOString().slice(0, 10);

const atIntervals: Rule<RiskDatabase> = {
  id: 'risk.assessed-at-intervals',
  clause: '8.2',
  basis: 'REQUIREMENT',
  question: 'Is the whole register assessed at the planned intervals?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ open: boolean }>(
      `select exists (select 1 from risk where tenant_id = $1 and isms_id = $2 and status = 'OPEN') as open`,
      [tx.tenant, ismsId],
    );
    const due = (await assessmentsDue(tx, [ismsId])).get(ismsId);
    if (!due || (!rows[0]?.open && !due.dueAt)) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'There is no open risk to assess.',
        next: '',
        facts: facts(0, 0, 0),
        links: [],
      };
    }
    const { lastId, lastReference, lastCompletedAt, dueAt, period } = due;
    if (!lastId || !lastCompletedAt || !dueAt || !lastReference) {
      return {
        verdict: 'GAP',
        reason: `No assessment of the whole register has been completed; one is planned every ${period}.`,
        next: 'Plan an assessment, assess the open risks in it, and complete it.',
        facts: facts(0, 1, 1),
        links: [],
      };
    }
    const links = [{ kind: 'AssessmentCycle', id: lastId, reference: lastReference }];
    const last = `${lastReference} was completed on ${day(lastCompletedAt)}`;
    return dueAt <= tx.now
      ? {
          verdict: 'GAP',
          reason: `${last}, and the next assessment was due on ${day(dueAt)}.`,
          next: 'Start the next assessment, assess the open risks in it, and complete it.',
          facts: facts(1, 1, 1),
          links,
        }
      : {
          verdict: 'NO_GAP_FOUND',
          reason: `${last}; the next assessment is due on ${day(dueAt)}.`,
          next: '',
          facts: facts(1, 1, 0),
          links,
        };
  },
};

const comparable: Rule<RiskDatabase> = {
  id: 'risk.assessments-comparable',
  clause: '6.1.2',
  letter: 'b',
  basis: 'REQUIREMENT',
  question: 'Can the results of the last two assessments of the register be compared?',
  async judge(tx, ismsId): Promise<Judgement> {
    const [to, from] = await lastCompleted(tx, ismsId, 2);
    if (!to || !from) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'Fewer than two assessments of the register have been completed, so there is nothing to compare.',
        next: '',
        facts: facts(to ? 1 : 0, to ? 1 : 0, 0),
        links: [],
      };
    }
    const links = [to, from].map(({ id, reference }) => ({ kind: 'AssessmentCycle', id, reference }));
    const { comparability, sentence } = comparabilityOf(from, to);
    if (comparability !== 'DIFFERENT_SCALES' || to.comparability !== '') {
      const explained = comparability === 'DIFFERENT_SCALES' ? ` ${to.reference} says how they compare.` : '';
      return { verdict: 'NO_GAP_FOUND', reason: `${sentence}${explained}`, next: '', facts: facts(2, 2, 0), links };
    }
    return {
      verdict: 'JUDGEMENT_NEEDED',
      reason: sentence,
      next: `Judge whether the results of ${from.reference} and ${to.reference} can be compared, and say how when the next assessment is completed.`,
      facts: facts(2, 2, 0),
      links,
    };
  },
};

/** 27001, 8.2 and 6.1.2 b: assessments of the whole register, at intervals and comparable. */
export const cycleRules: readonly Rule<RiskDatabase>[] = [atIntervals, comparable];
