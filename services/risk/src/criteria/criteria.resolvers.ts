import { AnnexError } from '@annex/schema';
import { type CallContext, type GraphqlModule, ismsOf, sdl } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { type SetCriteriaInput, setRiskCriteria } from './criteria.operations.ts';
import { type CriteriaRow, criteriaFor, criteriaOfIsms } from './criteria.store.ts';
import { type Band, type Criteria, categoriesOf } from './criteria.ts';

/** Bands as the API shows them: with their level. */
export const bandsView = (bands: readonly Band[]) => bands.map((band, index) => ({ level: index + 1, ...band }));

/** What both criteria in force and proposed ones say, as the API shows it. */
export const contentFields = <Row extends Criteria>() => ({
  likelihoods: (row: Row) => bandsView(row.likelihoods),
  consequences: (row: Row) => bandsView(row.consequences),
  categories: (row: Row) => categoriesOf(row).map((category) => ({ ...category, bands: bandsView(category.bands) })),
  matrix: (row: Row) => row.matrix.map((ranks) => ranks.map((rank) => row.levels[rank - 1]?.name)),
});

type Context = CallContext<RiskDatabase>;

export const criteriaModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./criteria.graphql', import.meta.url)),
  resolvers: {
    Query: {
      riskCriteria: (_, { ismsId }: { ismsId?: string | null }, context) =>
        context.read(async (tx) => {
          const id = await ismsOf(tx, ismsId);
          const criteria = (await criteriaOfIsms(tx, [id])).get(id);
          if (criteria) return criteria;
          throw new AnnexError('NOT_FOUND', `The ISMS ${id} has no criteria yet`, { details: { ismsId: id } });
        }),
    },
    Mutation: {
      async setRiskCriteria(_, { input }: { input: SetCriteriaInput }, context) {
        const { ismsId } = await context.write('setRiskCriteria', input, (tx) => setRiskCriteria(tx, input));
        return { criteria: await criteriaFor(context, ismsId) };
      },
    },
    RiskCriteria: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        context
          .loader<string, CriteriaRow | null>('criteria', async (tx, ids) => {
            const rows = await tx.db
              .selectFrom('criteria')
              .selectAll()
              .where('tenantId', '=', tx.tenant)
              .where('id', 'in', [...ids])
              .execute();
            return ids.map((asked) => rows.find((row) => row.id === asked) ?? null);
          })
          .load(id),
      isms: (row: CriteriaRow) => ({ id: row.ismsId }),
      ...contentFields<CriteriaRow>(),
    },
  },
};
