import { badInput } from '@annex/schema';
import { type GraphqlModule, ismsOf, type Resolver, sdl } from '@annex/service';
import type { IsmsTables } from '../isms/isms.store.ts';
import { clauses } from './clauses.ts';
import { type ReadinessTables, rulesById, rulesOf } from './readiness.store.ts';
import {
  blockersFirst,
  type ClauseReadiness,
  countClauses,
  type GatheredRule,
  readinessByClause,
  statement,
  type VerdictCounts,
  worst,
} from './readiness.ts';

type Tables = ReadinessTables & IsmsTables;

interface ReadinessView {
  readonly asOf: Date;
  readonly ismsId: string;
  readonly clauses: readonly ClauseReadiness[];
  readonly order: 'CLAUSE' | 'BLOCKERS_FIRST';
}

const readiness: Resolver<Tables> = (_, args: { ismsId?: string | null; order: ReadinessView['order'] }, context) =>
  context.read(async (tx): Promise<ReadinessView> => {
    const ismsId = await ismsOf(tx, args.ismsId);
    const byClause = readinessByClause(clauses, await rulesOf(tx, ismsId));
    return { asOf: tx.now, ismsId, clauses: byClause, order: args.order };
  });

const mostRules = 100;

function rulesOfClause(clause: ClauseReadiness, { first }: { first: number }): readonly GatheredRule[] {
  if (first < 1 || first > mostRules) throw badInput('first', first, `a whole number from 1 to ${mostRules}`);
  return clause.rules.slice(0, first);
}

export const readinessModule: GraphqlModule<Tables> = {
  typeDefs: sdl(new URL('./readiness.graphql', import.meta.url)),
  resolvers: {
    Query: { readiness },
    Readiness: {
      statement: () => statement,
      isms: ({ ismsId }: ReadinessView) => ({ id: ismsId }),
      verdict: (view: ReadinessView) => worst(view.clauses.map((clause) => clause.verdict)),
      counts: (view: ReadinessView) => countClauses(view.clauses),
      countsExplanation: (view: ReadinessView) => {
        const counted = view.clauses.filter((clause) => !clause.rolledUp).length;
        return `Counted are ${counted} of ${view.clauses.length} clauses: the others only repeat the worst of their sub-clauses.`;
      },
      clauses: (view: ReadinessView) => (view.order === 'BLOCKERS_FIRST' ? blockersFirst(view.clauses) : view.clauses),
    },
    VerdictCounts: {
      noGapFound: (counts: VerdictCounts) => counts.NO_GAP_FOUND,
      notAssessed: (counts: VerdictCounts) => counts.NOT_ASSESSED,
      judgementNeeded: (counts: VerdictCounts) => counts.JUDGEMENT_NEEDED,
      gap: (counts: VerdictCounts) => counts.GAP,
      criticalGap: (counts: VerdictCounts) => counts.CRITICAL_GAP,
    },
    ClauseReadiness: {
      countsExplanation: ({ clause, rules }: ClauseReadiness) =>
        `Counted are the results of ${rules.length} rules about ${clause} or a clause below it, each by its verdict; a gap against good practice counts as judgement needed.`,
      rules: rulesOfClause,
    },
    RuleResult: {
      __resolveReference: async ({ id }: { id: string }, context) => {
        const loader = context.loader<string, GatheredRule | undefined>('RuleResult', async (tx, ids) => {
          const found = new Map((await rulesById(tx, ids)).map((rule) => [rule.id, rule]));
          return ids.map((key) => found.get(key));
        });
        return (await loader.load(id)) ?? null;
      },
    },
  },
};
