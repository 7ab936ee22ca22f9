import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { loadIssue } from '../context/context.resolvers.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { findRequirements } from '../party/party.store.ts';
import { type CreateActionInput, createAction, type UpdateActionInput, updateAction } from './action.operations.ts';
import {
  type CreateOpportunityInput,
  createOpportunity,
  type UpdateOpportunityInput,
  updateOpportunity,
} from './opportunity.operations.ts';
import {
  actionsOf,
  findActions,
  findOpportunities,
  type OpportunityActionRow,
  type OpportunityRow,
  opportunitiesOf,
} from './opportunity.store.ts';
import type { OpportunityKind, OpportunityStatus } from './opportunity.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadOpportunity(context: Context, id: string): Promise<OpportunityRow> {
  return loadEntity(context, 'Opportunity', findOpportunities, id);
}

function loadAction(context: Context, id: string): Promise<OpportunityActionRow> {
  return loadEntity(context, 'OpportunityAction', findActions, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly kind?: OpportunityKind | null;
  readonly status?: OpportunityStatus | null;
  readonly ownerId?: string | null;
}

const owner = (row: { readonly ownerId: string | null }) => (row.ownerId === null ? null : { id: row.ownerId });

export const opportunityModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./opportunity.graphql', import.meta.url)),
  resolvers: {
    Query: {
      opportunity: (_, { id }: { id: string }, context) => loadOpportunity(context, id),
      async opportunities(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => opportunitiesOf(tx, ismsId, args) });
      },
      opportunityAction: (_, { id }: { id: string }, context) => loadAction(context, id),
    },
    Mutation: {
      async createOpportunity(_, { input }: { input: CreateOpportunityInput }, context) {
        const { id } = await context.write('createOpportunity', input, (tx) => createOpportunity(tx, input));
        return { opportunity: await loadOpportunity(context, id) };
      },
      async updateOpportunity(_, { input }: { input: UpdateOpportunityInput }, context) {
        const { id } = await context.write('updateOpportunity', input, (tx) => updateOpportunity(tx, input));
        return { opportunity: await loadOpportunity(context, id) };
      },
      async createOpportunityAction(_, { input }: { input: CreateActionInput }, context) {
        const { id } = await context.write('createOpportunityAction', input, (tx) => createAction(tx, input));
        return { opportunityAction: await loadAction(context, id) };
      },
      async updateOpportunityAction(_, { input }: { input: UpdateActionInput }, context) {
        const { id } = await context.write('updateOpportunityAction', input, (tx) => updateAction(tx, input));
        return { opportunityAction: await loadAction(context, id) };
      },
    },
    Opportunity: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadOpportunity(context, id),
      isms: (row: OpportunityRow, _, context) => loadIsms(context, row.ismsId),
      owner,
      issues: (row: OpportunityRow, _, context) => Promise.all(row.issueIds.map((id) => loadIssue(context, id))),
      async requirements(row: OpportunityRow, _, context) {
        const found = await Promise.all(
          row.requirementIds.map((id) => findEntity(context, 'PartyRequirement', findRequirements, id)),
        );
        return found.filter((one) => one !== null);
      },
      actions: (row: OpportunityRow, _, context) =>
        context.loader<string, OpportunityActionRow[]>('actions of opportunities', actionsOf).load(row.id),
    },
    OpportunityAction: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadAction(context, id),
      opportunity: (row: OpportunityActionRow, _, context) => loadOpportunity(context, row.opportunityId),
      owner,
    },
  },
};
