import { badInput } from '@annex/schema';
import { type ConnectionArgs, connection, type GraphqlModule, ismsOf, ordering, sdl } from '@annex/service';
import { criteriaFor } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { lossView } from '../level/level.view.ts';
import { riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type GroupedBy, type GroupRow, groups } from './aggregate.store.ts';
import { placesOf, type RankedRow, rankedRisks } from './ranking.store.ts';
import { beforeNext, reasonsOf } from './ranking.ts';

type Page = Pick<ConnectionArgs, 'first' | 'after'>;
type Group = GroupRow & { readonly ismsId: string };

const worstFirst = ordering({ worstRank: 'desc', expectedLoss: 'desc' }, { id: 'key' });
const inOrder = ordering({ position: 'asc' });
const mostCompared = 20;

export const aggregateModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./aggregate.graphql', import.meta.url)),
  resolvers: {
    Query: {
      riskAggregate: async (_, { by, ismsId, ...page }: Page & { by: GroupedBy; ismsId?: string | null }, context) => {
        const isms = await context.read((tx) => ismsOf(tx, ismsId));
        return connection(context, page, {
          order: worstFirst,
          query: (tx) => groups(tx, isms, by),
          node: (row): Group => ({ ...row, ismsId: isms }),
        });
      },
      riskRanking: async (_, { ismsId, ...page }: Page & { ismsId?: string | null }, context) => {
        const isms = await context.read((tx) => ismsOf(tx, ismsId));
        return connection(context, page, { order: inOrder, query: (tx) => rankedRisks(tx, [isms]) });
      },
      compareRisks: async (_, { ids }: { ids: readonly string[] }, context) => {
        const asked = [...new Set(ids)];
        if (asked.length < 2 || asked.length > mostCompared)
          throw badInput('ids', asked.length, `must name 2 to ${mostCompared} risks`);
        const risks = await Promise.all(asked.map((id) => riskFor(context, id)));
        if (new Set(risks.map((risk) => risk.ismsId)).size > 1) throw badInput('ids', ids, 'must be risks of one ISMS');
        const found = await context.read((tx) => placesOf(tx, asked));
        const places = found.filter((row) => row !== null).sort((a, b) => a.position - b.position);
        const explanations = places.flatMap((row, index) => {
          const next = places[index + 1];
          return next ? [beforeNext(row, next)] : [];
        });
        return { places, explanations };
      },
    },
    Risk: {
      priority: ({ id }: RiskRow, _, context) =>
        context.loader<string, RankedRow | null>('placesOfRisks', placesOf).load(id),
    },
    RiskPriority: {
      reasons: (row: RankedRow) => reasonsOf(row),
      expectedAnnualLoss: (row: RankedRow) => lossView(row.expectedLoss, row.currency),
      risk: ({ id }: RankedRow, _, context) => riskFor(context, id),
    },
    RiskGroup: {
      expectedAnnualLoss: async (row: Group, _, context) =>
        lossView(row.expectedLoss, (await criteriaFor(context, row.ismsId)).currency),
      worst: (row: Group, _, context) => Promise.all(row.worst.map((id) => riskFor(context, id))),
    },
  },
};
