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
import { loadChange } from './change.resolvers.ts';
import { findUnintended, type UnintendedChangeRow, unintendedOf } from './change.store.ts';
import type { UnintendedStatus } from './change.ts';
import {
  type RecordUnintendedInput,
  recordUnintended,
  type UpdateUnintendedInput,
  updateUnintended,
} from './unintended.operations.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadUnintended(context: Context, id: string): Promise<UnintendedChangeRow> {
  return loadEntity(context, 'UnintendedChange', findUnintended, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly status?: UnintendedStatus | null;
}

export const unintendedModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./unintended.graphql', import.meta.url)),
  resolvers: {
    Query: {
      unintendedChange: (_, { id }: { id: string }, context) => loadUnintended(context, id),
      async unintendedChanges(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => unintendedOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async recordUnintendedChange(_, { input }: { input: RecordUnintendedInput }, context) {
        const { id } = await context.write('recordUnintendedChange', input, (tx) => recordUnintended(tx, input));
        return { unintendedChange: await loadUnintended(context, id) };
      },
      async updateUnintendedChange(_, { input }: { input: UpdateUnintendedInput }, context) {
        const { id } = await context.write('updateUnintendedChange', input, (tx) => updateUnintended(tx, input));
        return { unintendedChange: await loadUnintended(context, id) };
      },
    },
    UnintendedChange: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadUnintended(context, id),
      isms: (row: UnintendedChangeRow, _, context) => loadIsms(context, row.ismsId),
      change: (row: UnintendedChangeRow, _, context) =>
        row.changeId === null ? null : loadChange(context, row.changeId),
    },
  },
};
