import type { RuleResult, Verdict } from '@annex/schema';
import { newId } from '@annex/service';
import fc from 'fast-check';
import { clauses } from '../src/readiness/clauses.ts';
import { type GatheredRule, readinessByClause } from '../src/readiness/readiness.ts';
import { type Auditing, codeOf, ruleResult, startAuditing, tellIsms } from './auditing.ts';

let auditing: Auditing;
let ismsId: string;

beforeAll(async () => {
  auditing = await startAuditing();
  await at('2026-11-24T08:00:00Z');
  ismsId = await tellIsms(auditing);
});
afterAll(() => auditing.close());

const at = (text: string) => auditing.test.setClock(new Date(text));

async function tell(service: 'controls' | 'risk' | 'evidence', ...rows: RuleResult[]) {
  await auditing.emit(`annex.${service}.conformity.changed.v1`, { rows });
  await auditing.settle();
}

interface Clause {
  clause: string;
  title: string;
  verdict: Verdict;
  reason: string;
  next: string;
  counts: { gap: number; noGapFound: number; notAssessed: number; judgementNeeded: number; criticalGap: number };
  rules: {
    id: string;
    rule: string;
    service: string;
    verdict: Verdict;
    letter: string | null;
    links: unknown[];
    facts: { failing: number };
  }[];
}
interface View {
  readiness: {
    statement: string;
    asOf: string;
    verdict: Verdict;
    isms: { id: string };
    counts: Clause['counts'];
    countsExplanation: string;
    clauses: Clause[];
  };
}

const query = `query ($ismsId: UUID, $order: ReadinessOrder = CLAUSE) { readiness(ismsId: $ismsId, order: $order) {
  statement asOf verdict isms { id } counts { gap noGapFound notAssessed judgementNeeded criticalGap } countsExplanation
  clauses { clause title verdict reason next counts { gap noGapFound notAssessed judgementNeeded criticalGap }
    rules(first: 100) { id rule service verdict letter links { kind id reference } facts { failing } } } } }`;

const readiness = async (variables: Record<string, unknown> = {}, asOf?: string) =>
  (await auditing.ask<View>(query, variables, asOf === undefined ? {} : { asOf: new Date(asOf) })).readiness;

const clause = async (number: string, asOf?: string, of = ismsId): Promise<Clause> => {
  const found = (await readiness({ ismsId: of }, asOf)).clauses.find((one) => one.clause === number);
  if (!found) throw new Error(`no clause ${number}`);
  return found;
};

describe('readiness', () => {
  it('says what it is, shows all 41 clauses, and what audit itself can and cannot say of a new ISMS', async () => {
    const view = await readiness();
    expect(view.statement).toMatch(/internal indicator .* not an audit opinion/);
    expect(view.asOf).toBe('2026-11-24T08:00:00.000Z');
    expect(view.isms).toEqual({ id: ismsId });
    expect(view.clauses).toHaveLength(41);
    const of = (number: string) => view.clauses.find((one) => one.clause === number);
    expect(of('10.2')).toMatchObject({ verdict: 'NO_GAP_FOUND', title: 'Nonconformity and corrective action' });
    expect(of('9.2.1')).toMatchObject({
      verdict: 'NOT_ASSESSED',
      reason: expect.stringContaining('not recorded here'),
      counts: { notAssessed: 1 },
    });
    expect(of('4.1')).toMatchObject({
      verdict: 'NOT_ASSESSED',
      reason: 'No rule has looked at this clause yet.',
      rules: [],
    });
    expect(view.counts).toMatchObject({ noGapFound: 1, gap: 0, criticalGap: 0 });
    expect(Object.values(view.counts).reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(view.countsExplanation).toContain('30 of 41 clauses');
  });

  it('gathers what the rules of all services found, the worst deciding, and announces the clauses that moved', async () => {
    const gap = ruleResult(ismsId, '8.3', 'GAP', {
      letter: 'x',
      reason: 'R-0042 is above criteria.',
      next: 'Treat R-0042.',
    });
    const good = ruleResult(ismsId, '8.3', 'NO_GAP_FOUND', { rule: 'controls.all-implemented' });
    await tell('risk', gap);
    await tell('controls', good);
    expect(await clause('8.3')).toMatchObject({
      verdict: 'GAP',
      reason: 'R-0042 is above criteria.',
      next: 'Treat R-0042.',
      counts: { gap: 1, noGapFound: 1 },
      rules: [
        { id: gap.id, service: 'risk', letter: 'x', links: gap.links, facts: { failing: 1 } },
        { id: good.id, service: 'controls', letter: null },
      ],
    });
    expect(await clause('8')).toMatchObject({ verdict: 'GAP', reason: '8.3: R-0042 is above criteria.' });
    const told = (await auditing.recorded('annex.audit.readiness.changed.v1')).flatMap((data) => data.rows);
    expect(told.at(-1)).toMatchObject({
      id: ismsId,
      ismsId,
      clauses: [
        { clause: '8', verdict: 'GAP', previous: null, reason: '8.3: R-0042 is above criteria.' },
        { clause: '8.3', verdict: 'GAP', previous: null, reason: 'R-0042 is above criteria.' },
      ],
    });
    // Versions of what is announced rise by one; the second event moved nothing and was not announced.
    expect(told.map((row) => row.version)).toEqual(told.map((_, index) => index + 1));
  });

  it('tells the previous verdict when a clause recovers, and answers the bad moment as it was', async () => {
    await at('2026-11-24T09:00:00Z');
    const result = ruleResult(ismsId, '9.1', 'CRITICAL_GAP');
    await tell('evidence', result);
    await at('2026-11-24T10:00:00Z');
    await tell('evidence', { ...result, version: 2, verdict: 'NO_GAP_FOUND', reason: 'All measured.' });
    expect(await clause('9.1')).toMatchObject({ verdict: 'NO_GAP_FOUND', reason: 'All measured.' });
    expect(await clause('9.1', '2026-11-24T09:30:00Z')).toMatchObject({
      verdict: 'CRITICAL_GAP',
      reason: '1 of 2 is CRITICAL_GAP.',
    });
    expect(await clause('9.1', '2026-11-24T08:30:00Z')).toMatchObject({ verdict: 'NOT_ASSESSED', rules: [] });
    expect((await readiness({}, '2026-11-24T09:30:00Z')).asOf).toBe('2026-11-24T09:30:00.000Z');
    const told = (await auditing.recorded('annex.audit.readiness.changed.v1')).flatMap((data) => data.rows).at(-1);
    expect(told?.clauses).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ clause: '9.1', verdict: 'NO_GAP_FOUND', previous: 'CRITICAL_GAP' }),
      ]),
    );
  });

  it('ignores an older result that comes late, and a deleted one stays deleted', async () => {
    const result = ruleResult(ismsId, '6.2', 'GAP', { version: 2 });
    await tell('controls', result);
    await tell('controls', { ...result, version: 1, verdict: 'NO_GAP_FOUND' });
    expect((await clause('6.2')).verdict).toBe('GAP');
    await tell('controls', { ...result, version: 4, deleted: true });
    await tell('controls', { ...result, version: 3 });
    expect(await clause('6.2')).toMatchObject({ verdict: 'NOT_ASSESSED', rules: [] });
  });

  it('puts blockers first when asked to', async () => {
    await tell('controls', ruleResult(ismsId, '5.2', 'CRITICAL_GAP'));
    const { clauses: ordered, verdict } = await readiness({ order: 'BLOCKERS_FIRST' });
    expect(ordered.slice(0, 2).map((one) => one.clause)).toEqual(['5.2', '5']);
    expect(verdict).toBe('CRITICAL_GAP');
  });

  it('resolves a rule result that another subgraph refers to, as of the moment too', async () => {
    await at('2026-11-25T09:00:00Z');
    const result = ruleResult(ismsId, '6.3', 'GAP');
    await tell('controls', result);
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on RuleResult { rule verdict } } }';
    const r = [
      { __typename: 'RuleResult', id: result.id },
      { __typename: 'RuleResult', id: newId() },
    ];
    expect(await auditing.ask(entities, { r })).toEqual({
      _entities: [{ rule: 'risk.about-6.3', verdict: 'GAP' }, null],
    });
    expect(await auditing.ask(entities, { r }, { asOf: new Date('2026-11-25T08:00:00Z') })).toEqual({
      _entities: [null, null],
    });
  });
});

describe('several ISMS of a tenant', () => {
  it('must be told apart by the caller, and each has its own readiness', async () => {
    const second = await tellIsms(auditing);
    const answer = await auditing.call(query);
    expect(codeOf(answer)).toBe('BAD_INPUT');
    expect(answer.errors?.[0]?.extensions.faults?.[0]?.field).toBe('ismsId');
    expect(codeOf(await auditing.call(query, { ismsId: newId() }))).toBe('NOT_FOUND');
    await tell('risk', ruleResult(second, '8.2', 'GAP'));
    expect((await clause('8.2', undefined, second)).verdict).toBe('GAP');
    expect((await clause('8.2')).verdict).toBe('NOT_ASSESSED');
  });
});

describe('any course of results, delivered in any order', () => {
  it('ends in the verdicts that a full computation gives, and in announcements that add up to them', async () => {
    const numbers = clauses.map(({ number }) => number);
    const verdict = fc.constantFrom<Verdict>('NO_GAP_FOUND', 'NOT_ASSESSED', 'JUDGEMENT_NEEDED', 'GAP', 'CRITICAL_GAP');
    const course = fc
      .array(
        fc.record({ clause: fc.constantFrom(...numbers), verdicts: fc.array(verdict, { minLength: 1, maxLength: 4 }) }),
        {
          minLength: 1,
          maxLength: 8,
        },
      )
      .chain((rules) => {
        const results = rules.map(({ clause: number, verdicts }) => ({ id: newId(), number, verdicts }));
        const events = results.flatMap(({ id, number, verdicts }) =>
          verdicts.map((one, index) => ({ id, number, verdict: one, version: index + 1 })),
        );
        return fc.record({
          results: fc.constant(results),
          order: fc.shuffledSubarray([...events, ...events.slice(0, 3)], { minLength: events.length }),
        });
      });
    await fc.assert(
      fc.asyncProperty(course, async ({ results, order }) => {
        const of = await tellIsms(auditing);
        const missing = results.map(({ id, number, verdicts }) => ({
          id,
          number,
          verdict: verdicts.at(-1) as Verdict,
          version: verdicts.length,
        }));
        await Promise.all(
          [...order, ...missing].map((event) =>
            auditing.emit('annex.controls.conformity.changed.v1', {
              rows: [ruleResult(of, event.number, event.verdict, { id: event.id, version: event.version })],
            }),
          ),
        );
        await auditing.settle();
        const view = await readiness({ ismsId: of });
        const own = ['10.2', '9.2.1'];
        const full = readinessByClause(clauses, [
          ...missing.map(
            ({ number, ...rest }) =>
              ({
                ...ruleResult(of, number, 'GAP'),
                ...rest,
                service: 'controls',
                letter: null,
              }) as unknown as GatheredRule,
          ),
          ...['NO_GAP_FOUND', 'NO_GAP_FOUND', 'NOT_ASSESSED'].map(
            (one, index) =>
              ({
                ...ruleResult(of, own[index === 2 ? 1 : 0] ?? '', one as Verdict),
                service: 'audit',
                letter: null,
              }) as unknown as GatheredRule,
          ),
        ]);
        expect(view.clauses.map((one) => [one.clause, one.verdict])).toEqual(
          full.map((one) => [one.clause, one.verdict]),
        );
        const announced = new Map<string, Verdict>();
        const told = (await auditing.recorded('annex.audit.readiness.changed.v1')).flatMap((data) => data.rows);
        for (const row of told.filter((one) => one.ismsId === of).sort((a, b) => a.version - b.version)) {
          for (const move of row.clauses) {
            expect(move.previous).toBe(announced.get(move.clause) ?? null);
            announced.set(move.clause, move.verdict);
          }
        }
        for (const one of full) expect(announced.get(one.clause) ?? 'NOT_ASSESSED').toBe(one.verdict);
      }),
      { numRuns: 12 },
    );
  });
});
