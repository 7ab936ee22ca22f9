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
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import {
  type CreateProcessInput,
  createProcess,
  type DeleteProcessInput,
  deleteProcess,
  type UpdateProcessInput,
  updateProcess,
} from './process.operations.ts';
import { byName, findProcesses, type IsmsProcessRow, neededBy, processesOf } from './process.store.ts';

type Context = CallContext<ControlsDatabase>;

const inOrder = ordering({ name: 'asc' });

/** The process of an id, batched; null where it is gone. */
export function processOrNull(context: Context, id: string): Promise<IsmsProcessRow | null> {
  return findEntity(context, 'IsmsProcess', findProcesses, id);
}

function loadProcess(context: Context, id: string): Promise<IsmsProcessRow> {
  return loadEntity(context, 'IsmsProcess', findProcesses, id);
}

export const processModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./process.graphql', import.meta.url)),
  resolvers: {
    Query: {
      ismsProcess: (_, { id }: { id: string }, context) => loadProcess(context, id),
      async ismsProcesses(_, args: ConnectionArgs & { ismsId?: string | null; ownerId?: string | null }, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: inOrder, query: (tx) => processesOf(tx, ismsId, args.ownerId) });
      },
    },
    Mutation: {
      async createIsmsProcess(_, { input }: { input: CreateProcessInput }, context) {
        const { id } = await context.write('createIsmsProcess', input, (tx) => createProcess(tx, input));
        return { ismsProcess: await loadProcess(context, id) };
      },
      async updateIsmsProcess(_, { input }: { input: UpdateProcessInput }, context) {
        const { id } = await context.write('updateIsmsProcess', input, (tx) => updateProcess(tx, input));
        return { ismsProcess: await loadProcess(context, id) };
      },
      async deleteIsmsProcess(_, { input }: { input: DeleteProcessInput }, context) {
        const { id } = await context.write('deleteIsmsProcess', input, (tx) => deleteProcess(tx, input));
        return { id };
      },
    },
    IsmsProcess: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadProcess(context, id),
      isms: (row: IsmsProcessRow, _, context) => loadIsms(context, row.ismsId),
      owner: (row: IsmsProcessRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      async dependsOn(row: IsmsProcessRow, _, context) {
        const found = await Promise.all(row.dependsOn.map((id) => processOrNull(context, id)));
        return byName(found.filter((one) => one !== null));
      },
      neededBy: (row: IsmsProcessRow, _, context) =>
        context.loader<string, IsmsProcessRow[]>('processes that need', neededBy).load(row.id),
    },
  },
};
