import { type CallContext, connection, type GraphqlModule, ismsOf, loadEntity, ordering, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { type CreateIsmsInput, createIsms, type UpdateIsmsInput, updateIsms } from './isms.operations.ts';
import { allIsms, findIsms, type IsmsRow } from './isms.store.ts';

type Context = CallContext<ControlsDatabase>;

const byName = ordering({ name: 'asc' });

/** The ISMS of an id, batched; NOT_FOUND as a value where there is none. */
export function loadIsms(context: Context, id: string): Promise<IsmsRow> {
  return loadEntity(context, 'Isms', findIsms, id);
}

export const ismsModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./isms.graphql', import.meta.url)),
  resolvers: {
    Query: {
      isms: async (_, { id }: { id?: string | null }, context) =>
        loadIsms(context, id ?? (await context.read((tx) => ismsOf(tx)))),
      ismsList: (_, args, context) => connection(context, args, { order: byName, query: allIsms }),
    },
    Mutation: {
      async createIsms(_, { input }: { input: CreateIsmsInput }, context) {
        const { id } = await context.write('createIsms', input, (tx) => createIsms(tx, input));
        return { isms: await loadIsms(context, id) };
      },
      async updateIsms(_, { input }: { input: UpdateIsmsInput }, context) {
        const { id } = await context.write('updateIsms', input, (tx) => updateIsms(tx, input));
        return { isms: await loadIsms(context, id) };
      },
    },
    Isms: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadIsms(context, id),
    },
  },
};
