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
import { processOrNull } from '../process/process.resolvers.ts';
import type { IsmsProcessRow } from '../process/process.store.ts';
import {
  type CreateCriterionInput,
  createCriterion,
  type DeleteCriterionInput,
  deleteCriterion,
  type UpdateCriterionInput,
  updateCriterion,
} from './criterion.operations.ts';
import { type CriterionRow, criteriaOf, criteriaOfProcesses, findCriteria } from './criterion.store.ts';

type Context = CallContext<ControlsDatabase>;

const oldestFirst = ordering({ createdAt: 'asc' });

function loadCriterion(context: Context, id: string): Promise<CriterionRow> {
  return loadEntity(context, 'ProcessCriterion', findCriteria, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly processId?: string | null;
}

export const criterionModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./criterion.graphql', import.meta.url)),
  resolvers: {
    Query: {
      processCriterion: (_, { id }: { id: string }, context) => loadCriterion(context, id),
      async processCriteria(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, {
          order: oldestFirst,
          query: (tx) => criteriaOf(tx, ismsId, args.processId),
        });
      },
    },
    Mutation: {
      async createProcessCriterion(_, { input }: { input: CreateCriterionInput }, context) {
        const { id } = await context.write('createProcessCriterion', input, (tx) => createCriterion(tx, input));
        return { processCriterion: await loadCriterion(context, id) };
      },
      async updateProcessCriterion(_, { input }: { input: UpdateCriterionInput }, context) {
        const { id } = await context.write('updateProcessCriterion', input, (tx) => updateCriterion(tx, input));
        return { processCriterion: await loadCriterion(context, id) };
      },
      async deleteProcessCriterion(_, { input }: { input: DeleteCriterionInput }, context) {
        const { id } = await context.write('deleteProcessCriterion', input, (tx) => deleteCriterion(tx, input));
        return { id };
      },
    },
    IsmsProcess: {
      criteria: (row: IsmsProcessRow, _, context) =>
        context.loader<string, CriterionRow[]>('criteria of processes', criteriaOfProcesses).load(row.id),
    },
    ProcessCriterion: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadCriterion(context, id),
      isms: (row: CriterionRow, _, context) => loadIsms(context, row.ismsId),
      process: (row: CriterionRow, _, context) => processOrNull(context, row.processId),
      owner: (row: CriterionRow) => (row.ownerId === null ? null : { id: row.ownerId }),
    },
  },
};
