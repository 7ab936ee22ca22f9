import type { Basis, RuleResult, Verdict } from '@annex/schema';

/** What a rule of some service found for an ISMS, as audit holds it. */
export interface GatheredRule {
  readonly id: string;
  readonly ismsId: string;
  readonly version: number;
  readonly service: string;
  readonly rule: string;
  readonly clause: string;
  readonly letter: string | null;
  readonly basis: Basis;
  readonly question: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly next: string;
  readonly facts: RuleResult['facts'];
  readonly links: RuleResult['links'];
  readonly judgedAt: Date;
}

/** A clause of ISO/IEC 27001:2022 by number and title. */
export interface ClauseTitle {
  readonly number: string;
  readonly title: string;
}

export type VerdictCounts = { readonly [V in Verdict]: number };

export interface ClauseReadiness {
  readonly clause: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly next: string;
  /** Rules that looked at the clause or one below it, by verdict. */
  readonly counts: VerdictCounts;
  /** The same rules, the worst first. */
  readonly rules: readonly GatheredRule[];
  /** Whether the verdict is all from the clauses below. */
  readonly rolledUp: boolean;
}

export const statement =
  'An internal indicator computed from recorded facts; it is not an audit opinion. People assess, accept, judge and certify.';

/** Best first. What nobody looked at is worse than what was looked at and found in order, and better than a doubt. */
const order: readonly Verdict[] = ['NO_GAP_FOUND', 'NOT_ASSESSED', 'JUDGEMENT_NEEDED', 'GAP', 'CRITICAL_GAP'];

export const rank = (verdict: Verdict): number => order.indexOf(verdict);

export function worst(verdicts: readonly Verdict[], none: Verdict = 'NOT_ASSESSED'): Verdict {
  return (
    verdicts.reduce<Verdict | undefined>((a, b) => (a !== undefined && rank(a) >= rank(b) ? a : b), undefined) ?? none
  );
}

/** The verdict that counts: good practice makes no gap, it asks for a judgement (domain model, 9). */
export function weighed(rule: Pick<GatheredRule, 'basis' | 'verdict'>): Verdict {
  return rule.basis === 'GOOD_PRACTICE' && rank(rule.verdict) > rank('JUDGEMENT_NEEDED')
    ? 'JUDGEMENT_NEEDED'
    : rule.verdict;
}

export function countVerdicts(verdicts: readonly Verdict[]): VerdictCounts {
  const counts = { NO_GAP_FOUND: 0, NOT_ASSESSED: 0, JUDGEMENT_NEEDED: 0, GAP: 0, CRITICAL_GAP: 0 };
  for (const verdict of verdicts) counts[verdict]++;
  return counts;
}

const basisOrder: readonly Basis[] = ['REQUIREMENT', 'OWN_RULE', 'GOOD_PRACTICE'];

/** The worst first; among equals what the standard asks for, then what fails most often, then by name. */
function worstFirst(a: GatheredRule, b: GatheredRule): number {
  return (
    rank(weighed(b)) - rank(weighed(a)) ||
    basisOrder.indexOf(a.basis) - basisOrder.indexOf(b.basis) ||
    b.facts.failing - a.facts.failing ||
    a.rule.localeCompare(b.rule)
  );
}

const within = (clause: string, parent: string) => clause === parent || clause.startsWith(`${parent}.`);

const unseen = {
  reason: 'No rule has looked at this clause yet.',
  next: 'Assess it by hand; a rule reports as soon as facts about it are recorded.',
};

function explain(clause: string, verdict: Verdict, rules: readonly GatheredRule[], unseenLeaves: readonly string[]) {
  const deciding = rules.find((rule) => weighed(rule) === verdict);
  if (deciding) {
    const prefix = deciding.clause === clause ? '' : `${deciding.clause}: `;
    return { reason: prefix + deciding.reason, next: deciding.next === '' ? '' : prefix + deciding.next };
  }
  if (unseenLeaves.length === 1 && unseenLeaves[0] === clause) return unseen;
  return { reason: `No rule has looked at ${unseenLeaves.join(', ')} yet.`, next: unseen.next };
}

/**
 * Readiness by clause (domain model, 10). A clause without sub-clauses shows its worst verdict, NOT_ASSESSED where no rule
 * reported; one with sub-clauses shows the worst of itself and of what is below.
 * @param clauses in the order of the standard
 * @param rules of one ISMS
 */
export function readinessByClause(clauses: readonly ClauseTitle[], rules: readonly GatheredRule[]): ClauseReadiness[] {
  const sorted = [...rules].sort(worstFirst);
  const isLeaf = (number: string) => !clauses.some((other) => other.number.startsWith(`${number}.`));
  const ruled = new Set(rules.map((rule) => rule.clause));
  const unseenLeaves = clauses.map(({ number }) => number).filter((number) => isLeaf(number) && !ruled.has(number));
  return clauses.map(({ number, title }) => {
    const mine = sorted.filter((rule) => within(rule.clause, number));
    const missing = unseenLeaves.filter((leaf) => within(leaf, number));
    const verdict = worst([...mine.map(weighed), ...missing.map((): Verdict => 'NOT_ASSESSED')]);
    return {
      clause: number,
      title,
      verdict,
      ...explain(number, verdict, mine, missing),
      counts: countVerdicts(mine.map(weighed)),
      rules: mine,
      rolledUp: !isLeaf(number) && !ruled.has(number),
    };
  });
}

/** The worst first; a clause that is bad by itself before the one that is so by what is below; then as the standard has them. */
export function blockersFirst(clauses: readonly ClauseReadiness[]): ClauseReadiness[] {
  return [...clauses].sort((a, b) => rank(b.verdict) - rank(a.verdict) || Number(a.rolledUp) - Number(b.rolledUp));
}

/** How many clauses came to each verdict; those that only repeat what is below them are left out. */
export function countClauses(clauses: readonly ClauseReadiness[]): VerdictCounts {
  return countVerdicts(clauses.filter((clause) => !clause.rolledUp).map((clause) => clause.verdict));
}

export interface ClauseMove {
  readonly clause: string;
  readonly verdict: Verdict;
  readonly previous: Verdict | null;
  readonly reason: string;
}

/** The clauses whose verdict is another than before; one never told of counts as not assessed. */
export function movesSince(previous: ReadonlyMap<string, Verdict>, present: readonly ClauseReadiness[]): ClauseMove[] {
  return present
    .filter(({ clause, verdict }) => verdict !== (previous.get(clause) ?? 'NOT_ASSESSED'))
    .map(({ clause, verdict, reason }) => ({ clause, verdict, previous: previous.get(clause) ?? null, reason }));
}
