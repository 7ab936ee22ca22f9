import { AnnexError } from '@annex/schema';
import { type GraphqlModule, ismsOf, sdl } from '@annex/service';
import { type CriteriaRow, criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { heatMapCells, type Reading } from './heatmap.store.ts';

export const heatMapModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./heatmap.graphql', import.meta.url)),
  resolvers: {
    Query: {
      heatMap: (_, { ismsId }: { ismsId?: string | null }, context) =>
        context.read(async (tx) => {
          const id = await ismsOf(tx, ismsId);
          const criteria = (await criteriaOfIsms(tx, [id])).get(id);
          if (criteria) return { criteria };
          throw new AnnexError('NOT_FOUND', `The ISMS ${id} has no criteria yet`, { details: { ismsId: id } });
        }),
    },
    HeatMap: {
      cells: ({ criteria }: { criteria: CriteriaRow }, { reading }: { reading: Reading }, context) =>
        context.read((tx) => heatMapCells(tx, criteria.ismsId, criteria, reading)),
    },
  },
};
