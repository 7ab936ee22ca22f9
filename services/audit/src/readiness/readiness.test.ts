import type { Verdict } from '@annex/schema';
import fc from 'fast-check';
import { clauses } from './clauses.ts';
import {
  blockersFirst,
  countClauses,
  type GatheredRule,
  movesSince,
  rank,
  readinessByClause,
  worst,
} from './readiness.ts';

const verdicts: Verdict[] = ['NO_GAP_FOUND', 'NOT_ASSESSED', 'JUDGEMENT_NEEDED', 'GAP', 'CRITICAL_GAP'];

const rule = (clause: string, verdict: Verdict, more: Partial<GatheredRule> = {}): GatheredRule => ({
  id: `${clause} ${verdict}`,
  ismsId: 'isms',
  version: 1,
  service: 'risk',
  rule: `risk.${clause}`,
  clause,
  letter: null,
  basis: 'REQUIREMENT',
  question: 'Is it so?',
  verdict,
  reason: `because ${verdict}`,
  next: verdict === 'NO_GAP_FOUND' ? '' : 'act',
  facts: { examined: 1, total: 1, failing: 0 },
  links: [],
  judgedAt: new Date(0),
  ...more,
});

const at = (rules: GatheredRule[], clause: string) => {
  const found = readinessByClause(clauses, rules).find((one) => one.clause === clause);
  if (!found) throw new Error(`no clause ${clause}`);
  return found;
};

describe('readiness by clause', () => {
  it('has the 41 clauses of 4 to 10, each not assessed while no rule has reported', () => {
    const none = readinessByClause(clauses, []);
    expect(none).toHaveLength(41);
    expect(new Set(none.map((clause) => clause.verdict))).toEqual(new Set(['NOT_ASSESSED']));
    expect(none[0]).toMatchObject({ clause: '4', reason: expect.stringContaining('4.1, 4.2, 4.3, 4.4') });
    expect(at([], '6.1.3').reason).toBe('No rule has looked at this clause yet.');
  });

  it('shows the worst verdict of a clause with its reason, next step and counts', () => {
    const rules = [
      rule('8.3', 'NO_GAP_FOUND'),
      rule('8.3', 'GAP', { reason: 'R-0001 is above criteria.', next: 'Treat it.' }),
    ];
    expect(at(rules, '8.3')).toMatchObject({
      verdict: 'GAP',
      reason: 'R-0001 is above criteria.',
      next: 'Treat it.',
      counts: { NO_GAP_FOUND: 1, GAP: 1, NOT_ASSESSED: 0, JUDGEMENT_NEEDED: 0, CRITICAL_GAP: 0 },
    });
  });

  it('rolls up: a parent shows the worst below it and names where it is', () => {
    const rules = [rule('6.1.3', 'CRITICAL_GAP', { reason: 'No owner.' })];
    expect(at(rules, '6.1')).toMatchObject({ verdict: 'CRITICAL_GAP', reason: '6.1.3: No owner.', rolledUp: true });
    expect(at(rules, '6')).toMatchObject({ verdict: 'CRITICAL_GAP', reason: '6.1.3: No owner.' });
    expect(at(rules, '7').verdict).toBe('NOT_ASSESSED');
  });

  it('does not take 10.1 for a part of 1 or 6.1 for a part of 6.1.3', () => {
    expect(at([rule('6.1', 'GAP')], '6.1.3').verdict).toBe('NOT_ASSESSED');
    expect(at([rule('10.1', 'GAP')], '10.2').verdict).toBe('NOT_ASSESSED');
  });

  it('holds a parent at not assessed while a clause below has no rule, though the others show no gap', () => {
    const rules = ['8.1', '8.2'].map((clause) => rule(clause, 'NO_GAP_FOUND'));
    expect(at(rules, '8')).toMatchObject({ verdict: 'NOT_ASSESSED', reason: 'No rule has looked at 8.3 yet.' });
    expect(at([...rules, rule('8.3', 'NO_GAP_FOUND')], '8').verdict).toBe('NO_GAP_FOUND');
  });

  it('lets good practice ask for a judgement and make no gap', () => {
    expect(at([rule('9.1', 'CRITICAL_GAP', { basis: 'GOOD_PRACTICE' })], '9.1')).toMatchObject({
      verdict: 'JUDGEMENT_NEEDED',
      counts: { JUDGEMENT_NEEDED: 1, CRITICAL_GAP: 0 },
    });
  });

  it('puts blockers first, and a clause that is bad itself before its parents', () => {
    const ordered = blockersFirst(readinessByClause(clauses, [rule('8.3', 'GAP'), rule('5.1', 'CRITICAL_GAP')]));
    expect(ordered.slice(0, 4).map((clause) => clause.clause)).toEqual(['5.1', '5', '8.3', '8']);
  });

  it('is as bad as its worst leaf or rule at every level, whatever the rules found', () => {
    const numbers = clauses.map((clause) => clause.number);
    const found = fc.array(fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...verdicts)), { maxLength: 30 });
    fc.assert(
      fc.property(found, (pairs) => {
        const rules = pairs.map(([clause, verdict]) => rule(clause, verdict));
        const all = readinessByClause(clauses, rules);
        const verdictOf = new Map(all.map((clause) => [clause.clause, clause.verdict]));
        for (const clause of all) {
          const children = clauses
            .filter((other) => other.parentId?.endsWith(`:${clause.clause}`))
            .map((other) => other.number);
          const own = pairs.filter(([number]) => number === clause.clause).map(([, verdict]) => verdict);
          const below = children.map((child) => verdictOf.get(child) as Verdict);
          expect(clause.verdict).toBe(worst([...own, ...below]));
        }
        const counts = countClauses(all);
        const overall = worst(all.map((clause) => clause.verdict));
        expect(counts[overall]).toBeGreaterThan(0);
        expect(rank(overall)).toBe(Math.max(...all.map((clause) => rank(clause.verdict))));
      }),
    );
  });
});

describe('moves of verdicts', () => {
  it('tell the clauses that changed with what they were before, and nothing twice', () => {
    const present = readinessByClause(clauses, [rule('8.3', 'GAP')]);
    const moves = movesSince(new Map(), present);
    expect(moves.map((move) => move.clause)).toEqual(['8', '8.3']);
    const before = new Map(moves.map((move) => [move.clause, move.verdict]));
    expect(movesSince(before, present)).toEqual([]);
    expect(movesSince(before, readinessByClause(clauses, [])).map((move) => [move.clause, move.previous])).toEqual([
      ['8', 'GAP'],
      ['8.3', 'GAP'],
    ]);
  });
});
