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
import {
  type CompleteChangeInput,
  completeChange,
  type JudgeChangeInput,
  judgeChange,
  type ProposeChangeInput,
  proposeChange,
  type UpdateChangeInput,
  updateChange,
} from './change.operations.ts';
import { changesOf, findChanges, type IsmsChangeRow } from './change.store.ts';
import type { ChangeStatus } from './change.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

/** The planned change of an id, batched; NOT_FOUND where the tenant has none. */
export function loadChange(context: Context, id: string): Promise<IsmsChangeRow> {
  return loadEntity(context, 'IsmsChange', findChanges, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly status?: ChangeStatus | null;
}

export const changeModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./change.graphql', import.meta.url)),
  resolvers: {
    Query: {
      ismsChange: (_, { id }: { id: string }, context) => loadChange(context, id),
      async ismsChanges(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => changesOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async proposeIsmsChange(_, { input }: { input: ProposeChangeInput }, context) {
        const { id } = await context.write('proposeIsmsChange', input, (tx) => proposeChange(tx, input));
        return { ismsChange: await loadChange(context, id) };
      },
      async updateIsmsChange(_, { input }: { input: UpdateChangeInput }, context) {
        const { id } = await context.write('updateIsmsChange', input, (tx) => updateChange(tx, input));
        return { ismsChange: await loadChange(context, id) };
      },
      async judgeIsmsChange(_, { input }: { input: JudgeChangeInput }, context) {
        const { id } = await context.write('judgeIsmsChange', input, (tx) => judgeChange(tx, context.caller, input));
        return { ismsChange: await loadChange(context, id) };
      },
      async completeIsmsChange(_, { input }: { input: CompleteChangeInput }, context) {
        const { id } = await context.write('completeIsmsChange', input, (tx) => completeChange(tx, input));
        return { ismsChange: await loadChange(context, id) };
      },
    },
    IsmsChange: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadChange(context, id),
      isms: (row: IsmsChangeRow, _, context) => loadIsms(context, row.ismsId),
      owner: (row: IsmsChangeRow) => (row.ownerId === null ? null : { id: row.ownerId }),
    },
  },
};
