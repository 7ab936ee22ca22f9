import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import {
  type GenerateImplementationTasksInput,
  generateImplementationTasks,
  type UpdateImplementationTaskInput,
  updateImplementationTask,
} from './task.operations.ts';
import {
  filteredImplementationTasks,
  findImplementationTasks,
  type ImplementationTaskCounts,
  type ImplementationTaskFilter,
  type ImplementationTaskRow,
  implementationTaskCounts,
} from './task.store.ts';

type Context = CallContext<ControlsDatabase>;

const byAge = ordering({ id: 'asc' });

/** The task of an id, batched; NOT_FOUND where the tenant has none. */
function loadTask(context: Context, id: string): Promise<ImplementationTaskRow> {
  return loadEntity(context, 'ImplementationTask', findImplementationTasks, id);
}

export const implementationTaskModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./task.graphql', import.meta.url)),
  resolvers: {
    Query: {
      implementationTask: (_, { id }: { id: string }, context) => loadTask(context, id),
      implementationTasks: (_, args: ConnectionArgs & ImplementationTaskFilter, context) =>
        connection(context, args, { order: byAge, query: (tx) => filteredImplementationTasks(tx, args) }),
    },
    Mutation: {
      async generateImplementationTasks(_, { input }: { input: GenerateImplementationTasksInput }, context) {
        const { id, created } = await context.write('generateImplementationTasks', input, (tx) =>
          generateImplementationTasks(tx, input),
        );
        return { created, implementation: await loadImplementation(context, id) };
      },
      async updateImplementationTask(_, { input }: { input: UpdateImplementationTaskInput }, context) {
        const { id } = await context.write('updateImplementationTask', input, (tx) =>
          updateImplementationTask(tx, input),
        );
        return { implementationTask: await loadTask(context, id) };
      },
    },
    Implementation: {
      tasks: (row: ImplementationRow, args: ConnectionArgs & Pick<ImplementationTaskFilter, 'status'>, context) =>
        connection(context, args, {
          order: byAge,
          query: (tx) => filteredImplementationTasks(tx, { status: args.status }),
          parent: { field: 'Implementation.tasks', column: 'implementationId', id: row.id },
        }),
      async taskProgress(row: ImplementationRow, _, context) {
        const loader = context.loader<string, ImplementationTaskCounts>(
          'task counts of implementations',
          implementationTaskCounts,
        );
        const { OPEN: open, DONE: done, NOT_APPLICABLE: notApplicable, overdue } = await loader.load(row.id);
        return { total: open + done + notApplicable, open, overdue, done, notApplicable };
      },
    },
    ImplementationTask: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadTask(context, id),
      implementation: (row: ImplementationTaskRow, _, context) => loadImplementation(context, row.implementationId),
      isms: (row: ImplementationTaskRow, _, context) => loadIsms(context, row.ismsId),
      control: (row: ImplementationTaskRow, _, context) => loadControl(context, row.controlId),
      assignee: (row: ImplementationTaskRow) => (row.assigneeId === null ? null : { id: row.assigneeId }),
    },
  },
};
