import { badInput, notFound } from '@annex/schema';
import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  linkedEntities,
  sdl,
} from '@annex/service';
import { criteriaFor } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { consequencesView } from '../level/consequence.ts';
import { explain } from '../level/level.explanation.ts';
import type { Factor } from '../level/level.ts';
import { explanationView, ratingView } from '../level/level.view.ts';
import { factorsOf } from './link.store.ts';
import type { LinkInput } from './link.ts';
import { maxLinks } from './link.ts';
import { filteredRisks, type RiskFilter, riskOrders, risksOfImplementation } from './risk.list.ts';
import {
  type CreateRiskInput,
  createRisk,
  linkImplementation,
  type RiskStepInput,
  stepRisk,
  type UpdateRiskInput,
  unlinkImplementation,
  updateRisk,
} from './risk.operations.ts';
import { currentRating, inherentRating } from './risk.rating.ts';
import { type RiskRow, risksById } from './risk.store.ts';

type Context = CallContext<RiskDatabase>;
type First = { readonly first: number };

/** @throws AnnexError BAD_INPUT unless 1 to 100 are asked for */
export function checkFirst(first: number): number {
  if (first < 1 || first > maxLinks) throw badInput('first', first, `a whole number from 1 to ${maxLinks}`);
  return first;
}

/** A risk by its id, once a request; null where there is none. */
export const loadRisk = (context: Context, id: string): Promise<RiskRow | null> =>
  context
    .loader<string, RiskRow | null>('risk', async (tx, ids) => {
      const found = await risksById(tx, ids);
      return ids.map((asked) => found.get(asked) ?? null);
    })
    .load(id);

/** A risk that must be there. @throws AnnexError NOT_FOUND */
export async function riskFor(context: Context, id: string): Promise<RiskRow> {
  const risk = await loadRisk(context, id);
  if (!risk) throw notFound('Risk', id);
  return risk;
}

/** The links of a risk with the strengths that they rest on, once a request. */
export const factorsFor = (context: Context, riskId: string): Promise<readonly Factor[]> =>
  context
    .loader<string, readonly Factor[]>('factorsOfRisk', async (tx, ids) => {
      const found = await factorsOf(tx, ids);
      return ids.map((id) => found.get(id) ?? []);
    })
    .load(riskId);

/** The current level of a risk by its criteria. Its links are read only where a category beside money rests on them. */
async function currentFor(context: Context, row: RiskRow) {
  const criteria = await criteriaFor(context, row.ismsId);
  const links = row.consequences === null ? [] : await factorsFor(context, row.id);
  return { criteria, current: currentRating(criteria, row, links) };
}

const payload = async (context: Context, saved: { readonly id: string }) => ({
  risk: await riskFor(context, saved.id),
});

export const riskModule: GraphqlModule<RiskDatabase> = {
  typeDefs: ['../level/level.graphql', './risk.graphql', './risk.mutations.graphql']
    .map((file) => sdl(new URL(file, import.meta.url)))
    .join('\n'),
  resolvers: {
    Query: {
      risk: (_, { id }: { id: string }, context) => riskFor(context, id),
      risks: (
        _,
        args: ConnectionArgs & { filter?: RiskFilter | null; orderBy?: keyof typeof riskOrders | null },
        context,
      ) =>
        connection(context, args, {
          order: riskOrders[args.orderBy ?? 'LEVEL'],
          query: (tx) => filteredRisks(tx, args.filter ?? {}),
        }),
    },
    Mutation: {
      createRisk: async (_, { input }: { input: CreateRiskInput }, context) =>
        payload(context, await context.write('createRisk', input, (tx) => createRisk(tx, input))),
      updateRisk: async (_, { input }: { input: UpdateRiskInput }, context) =>
        payload(context, await context.write('updateRisk', input, (tx) => updateRisk(tx, input))),
      linkImplementation: async (_, { input }: { input: RiskStepInput & LinkInput }, context) =>
        payload(context, await context.write('linkImplementation', input, (tx) => linkImplementation(tx, input))),
      unlinkImplementation: async (_, { input }: { input: RiskStepInput & { implementationId: string } }, context) =>
        payload(context, await context.write('unlinkImplementation', input, (tx) => unlinkImplementation(tx, input))),
      closeRisk: async (_, { input }: { input: RiskStepInput }, context) =>
        payload(context, await context.write('closeRisk', input, (tx) => stepRisk(tx, 'close', input))),
      reopenRisk: async (_, { input }: { input: RiskStepInput }, context) =>
        payload(context, await context.write('reopenRisk', input, (tx) => stepRisk(tx, 'reopen', input))),
    },
    Risk: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadRisk(context, id),
      isms: (row: RiskRow) => ({ id: row.ismsId }),
      owner: (row: RiskRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      inherent: async (row: RiskRow, _, context) => {
        const criteria = await criteriaFor(context, row.ismsId);
        return ratingView(criteria, inherentRating(criteria, row));
      },
      async current(row: RiskRow, _, context) {
        const { criteria, current } = await currentFor(context, row);
        return ratingView(criteria, current);
      },
      async consequences(row: RiskRow, _, context) {
        const { criteria, current } = await currentFor(context, row);
        return consequencesView(criteria, inherentRating(criteria, row), current);
      },
      currentExplanation: async (row: RiskRow, _, context) => {
        const criteria = await criteriaFor(context, row.ismsId);
        return explanationView(criteria, explain(criteria, row, await factorsFor(context, row.id)));
      },
      rule: (row: RiskRow) => row.currentRule,
      links: async (row: RiskRow, { first }: First, context) =>
        (await factorsFor(context, row.id))
          .slice(0, checkFirst(first))
          .map((factor) => ({ ...factor, implementation: { id: factor.implementationId } })),
    },
    CurrentLevelExplanation: {
      factors: ({ factors }: ReturnType<typeof explanationView>, { first }: First) =>
        factors.slice(0, checkFirst(first)),
    },
    Implementation: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      risks: ({ id }: { id: string }, { first }: First, context, info) =>
        linkedEntities(context, risksOfImplementation, id, checkFirst(first), info),
    },
  },
};
