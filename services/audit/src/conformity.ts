import type { Rule, Tx } from '@annex/service';
import { sql } from 'kysely';
import type { Finding, FindingTables } from './finding/finding.store.ts';

/** How long a proposed finding may wait for a person: the organisation's own rule to 10.2. */
const answerDays = 14;

/** The due moment at which a finding has waited too long. */
export const answerDueKind = 'audit.finding-answer';

export function answerDueAt(proposedAt: Date): Date {
  return new Date(proposedAt.getTime() + answerDays * 86_400_000);
}

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;

const linkTo = (findings: readonly Pick<Finding, 'id' | 'reference'>[]) =>
  findings.map(({ id, reference }) => ({ kind: 'Finding', id, reference }));

interface Standing {
  readonly total: number;
  readonly proposed: number;
  readonly overdue: number;
  readonly confirmed: number;
}

async function standingOf(tx: Tx<FindingTables>, ismsId: string, proposedUntil: Date): Promise<Standing> {
  return tx.db
    .selectFrom('finding')
    .select([
      sql<number>`count(*)`.as('total'),
      sql<number>`count(*) filter (where status = 'PROPOSED')`.as('proposed'),
      sql<number>`count(*) filter (where status = 'PROPOSED' and proposed_at <= ${proposedUntil})`.as('overdue'),
      sql<number>`count(*) filter (where status = 'CONFIRMED')`.as('confirmed'),
    ])
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .executeTakeFirstOrThrow();
}

async function oldest(tx: Tx<FindingTables>, ismsId: string, status: Finding['status'], proposedUntil: Date) {
  return tx.db
    .selectFrom('finding')
    .select(['id', 'reference'])
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .where('status', '=', status)
    .where('proposedAt', '<=', proposedUntil)
    .orderBy('proposedAt')
    .orderBy('id')
    .limit(20)
    .execute();
}

/** Proposed findings are answered within the organisation's own deadline. */
const proposalsAnswered: Rule<FindingTables> = {
  id: 'audit.proposed-findings-answered',
  clause: '10.2',
  letter: 'a',
  basis: 'OWN_RULE',
  question: `Has the organisation answered each proposed finding within ${answerDays} days?`,
  async judge(tx, ismsId) {
    const until = new Date(tx.now.getTime() - answerDays * 86_400_000);
    const { total, proposed, overdue } = await standingOf(tx, ismsId, until);
    const facts = { examined: proposed, total, failing: overdue };
    if (overdue > 0) {
      return {
        verdict: 'GAP',
        reason: `${count(overdue, 'proposed finding has', 'proposed findings have')} waited ${answerDays} days or longer for an answer.`,
        next: 'Confirm or decline each, with the reason.',
        facts,
        links: linkTo(await oldest(tx, ismsId, 'PROPOSED', until)),
      };
    }
    return {
      verdict: 'NO_GAP_FOUND',
      reason:
        proposed === 0
          ? 'No proposed finding waits for an answer.'
          : `${count(proposed, 'proposed finding waits', 'proposed findings wait')} for an answer, none for ${answerDays} days yet.`,
      next: proposed === 0 ? '' : 'Confirm or decline what waits.',
      facts,
      links: linkTo(await oldest(tx, ismsId, 'PROPOSED', tx.now)),
    };
  },
};

/** What was confirmed needs a reaction, and none can be recorded yet: a person must say whether there was one. */
const confirmedReactedTo: Rule<FindingTables> = {
  id: 'audit.confirmed-findings-reacted-to',
  clause: '10.2',
  letter: 'a',
  basis: 'REQUIREMENT',
  question: 'Has the organisation reacted to each confirmed finding?',
  async judge(tx, ismsId) {
    const { total, confirmed } = await standingOf(tx, ismsId, tx.now);
    const facts = { examined: confirmed, total, failing: 0 };
    if (confirmed === 0) {
      return {
        verdict: 'NO_GAP_FOUND',
        reason: 'There is no confirmed finding to react to.',
        next: '',
        facts,
        links: [],
      };
    }
    return {
      verdict: 'JUDGEMENT_NEEDED',
      reason: `${count(confirmed, 'finding is', 'findings are')} confirmed and no reaction is recorded.`,
      next: 'Show what was done to control and correct it, and about its consequences and causes.',
      facts,
      links: linkTo(await oldest(tx, ismsId, 'CONFIRMED', tx.now)),
    };
  },
};

/** Internal audits have no record in Annex so far, so nothing can be said about them, and that is said. */
const internalAudited: Rule<FindingTables> = {
  id: 'audit.internal-audit-recorded',
  clause: '9.2.1',
  basis: 'REQUIREMENT',
  question: 'Has an internal audit of the ISMS been recorded?',
  async judge() {
    return {
      verdict: 'NOT_ASSESSED',
      reason: 'Internal audits are not recorded here, so no fact shows whether one took place.',
      next: 'Show the audit programme and the latest internal audit’s report by hand.',
      facts: { examined: 0, total: 0, failing: 0 },
      links: [],
    };
  },
};

/** The clauses whose facts audit holds (domain model, 9). */
export const auditRules: readonly Rule<FindingTables>[] = [proposalsAnswered, confirmedReactedTo, internalAudited];
