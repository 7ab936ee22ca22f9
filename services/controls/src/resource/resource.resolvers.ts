import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { type CreateNeedInput, createNeed, type UpdateNeedInput, updateNeed } from './resource.operations.ts';
import { findNeeds, needsOf, type ResourceNeedRow } from './resource.store.ts';
import type { ResourceKind, ResourceStatus } from './resource.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadNeed(context: Context, id: string): Promise<ResourceNeedRow> {
  return loadEntity(context, 'ResourceNeed', findNeeds, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly kind?: ResourceKind | null;
  readonly status?: ResourceStatus | null;
}

export const resourceModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./resource.graphql', import.meta.url)),
  resolvers: {
    Query: {
      resourceNeed: (_, { id }: { id: string }, context) => loadNeed(context, id),
      async resourceNeeds(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => needsOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async createResourceNeed(_, { input }: { input: CreateNeedInput }, context) {
        const { id } = await context.write('createResourceNeed', input, (tx) => createNeed(tx, input));
        return { resourceNeed: await loadNeed(context, id) };
      },
      async updateResourceNeed(_, { input }: { input: UpdateNeedInput }, context) {
        const { id } = await context.write('updateResourceNeed', input, (tx) => updateNeed(tx, input));
        return { resourceNeed: await loadNeed(context, id) };
      },
    },
    ResourceNeed: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadNeed(context, id),
      isms: (row: ResourceNeedRow, _, context) => loadIsms(context, row.ismsId),
      owner: (row: ResourceNeedRow) => (row.ownerId === null ? null : { id: row.ownerId }),
    },
  },
};
