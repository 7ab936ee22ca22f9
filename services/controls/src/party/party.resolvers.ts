import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import type { IsmsContext } from '../context/context.resolvers.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import {
  type CreatePartyInput,
  createParty,
  type DeletePartyInput,
  deleteParty,
  type UpdatePartyInput,
  updateParty,
} from './party.operations.ts';
import {
  findParties,
  findRequirements,
  type PartyRequirementRow,
  type PartyRow,
  partiesOf,
  requirementsOf,
} from './party.store.ts';
import type { PartyKind, RequirementDecision } from './party.ts';
import {
  type CreateRequirementInput,
  createRequirement,
  type DeleteRequirementInput,
  deleteRequirement,
  type UpdateRequirementInput,
  updateRequirement,
} from './requirement.operations.ts';

type Context = CallContext<ControlsDatabase>;

const byName = ordering({ name: 'asc' });

/** The interested party of an id, batched; NOT_FOUND where the tenant has none. */
export function loadParty(context: Context, id: string): Promise<PartyRow> {
  return loadEntity(context, 'InterestedParty', findParties, id);
}

function loadRequirement(context: Context, id: string): Promise<PartyRequirementRow> {
  return loadEntity(context, 'PartyRequirement', findRequirements, id);
}

export const partyModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./party.graphql', import.meta.url)),
  resolvers: {
    Query: {
      interestedParty: (_, { id }: { id: string }, context) => loadParty(context, id),
      partyRequirement: (_, { id }: { id: string }, context) => loadRequirement(context, id),
    },
    Mutation: {
      async createInterestedParty(_, { input }: { input: CreatePartyInput }, context) {
        const { id } = await context.write('createInterestedParty', input, (tx) => createParty(tx, input));
        return { interestedParty: await loadParty(context, id) };
      },
      async updateInterestedParty(_, { input }: { input: UpdatePartyInput }, context) {
        const { id } = await context.write('updateInterestedParty', input, (tx) => updateParty(tx, input));
        return { interestedParty: await loadParty(context, id) };
      },
      async deleteInterestedParty(_, { input }: { input: DeletePartyInput }, context) {
        const { id } = await context.write('deleteInterestedParty', input, (tx) => deleteParty(tx, input));
        return { id };
      },
      async createPartyRequirement(_, { input }: { input: CreateRequirementInput }, context) {
        const { id } = await context.write('createPartyRequirement', input, (tx) => createRequirement(tx, input));
        return { partyRequirement: await loadRequirement(context, id) };
      },
      async updatePartyRequirement(_, { input }: { input: UpdateRequirementInput }, context) {
        const { id } = await context.write('updatePartyRequirement', input, (tx) => updateRequirement(tx, input));
        return { partyRequirement: await loadRequirement(context, id) };
      },
      async deletePartyRequirement(_, { input }: { input: DeleteRequirementInput }, context) {
        const { id } = await context.write('deletePartyRequirement', input, (tx) => deleteRequirement(tx, input));
        return { id };
      },
    },
    IsmsContext: {
      interestedParties: (
        { ismsId }: IsmsContext,
        args: ConnectionArgs & { kind?: PartyKind | null },
        context: Context,
      ) => connection(context, args, { order: byName, query: (tx) => partiesOf(tx, ismsId, args.kind) }),
    },
    InterestedParty: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadParty(context, id),
      isms: (row: PartyRow, _, context) => loadIsms(context, row.ismsId),
      async requirements(row: PartyRow, { decision }: { decision?: RequirementDecision | null }, context) {
        const all = await context
          .loader<string, PartyRequirementRow[]>('requirements of parties', requirementsOf)
          .load(row.id);
        return decision ? all.filter((one) => one.decision === decision) : all;
      },
    },
    PartyRequirement: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadRequirement(context, id),
      party: (row: PartyRequirementRow, _, context) => loadParty(context, row.partyId),
    },
  },
};
