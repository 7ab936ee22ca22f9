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
import { loadIsms } from '../isms/isms.resolvers.ts';
import { placeShown } from '../mapping/place.loader.ts';
import { type UpdateUpgradeTaskInput, updateUpgradeTask } from './task.operations.ts';
import { filteredTasks, findTasks, type TaskFilter, type UpgradeTaskRow } from './task.store.ts';
import { loadUpgrade } from './upgrade.loader.ts';

type Context = CallContext<ControlsDatabase>;

const byAge = ordering({ id: 'asc' });

/** So many implementations of a point or task are shown; a merge may be of thousands. */
const shownImplementations = 20;

export const implementationsShown = (context: Context, ids: readonly string[]) =>
  Promise.all(ids.slice(0, shownImplementations).map((id) => loadImplementation(context, id)));

export const placesShown = (context: Context, ids: readonly string[]) =>
  Promise.all(ids.map((id) => placeShown(context, id)));

function loadTask(context: Context, id: string): Promise<UpgradeTaskRow> {
  return loadEntity(context, 'UpgradeTask', findTasks, id);
}

/** The tasks of an upgrade; pages of all upgrades of an answer are read in one statement. */
export const tasksOfUpgrade = (
  context: Context,
  upgradeId: string,
  args: ConnectionArgs & Pick<TaskFilter, 'status' | 'kind'>,
) =>
  connection(context, args, {
    order: byAge,
    query: (tx) => filteredTasks(tx, { status: args.status, kind: args.kind }),
    parent: { field: 'Upgrade.tasks', column: 'upgradeId', id: upgradeId },
  });

export const upgradeTaskModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./task.graphql', import.meta.url)),
  resolvers: {
    Query: {
      upgradeTask: (_, { id }: { id: string }, context) => loadTask(context, id),
      upgradeTasks: (_, args: ConnectionArgs & TaskFilter, context) =>
        connection(context, args, { order: byAge, query: (tx) => filteredTasks(tx, args) }),
    },
    Mutation: {
      async updateUpgradeTask(_, { input }: { input: UpdateUpgradeTaskInput }, context) {
        const { id } = await context.write('updateUpgradeTask', input, (tx) => updateUpgradeTask(tx, input));
        return { upgradeTask: await loadTask(context, id) };
      },
    },
    UpgradeTask: {
      upgrade: (row: UpgradeTaskRow, _, context) => loadUpgrade(context, row.upgradeId),
      isms: (row: UpgradeTaskRow, _, context) => loadIsms(context, row.ismsId),
      sources: (row: UpgradeTaskRow, _, context) => placesShown(context, row.sourceIds),
      targets: (row: UpgradeTaskRow, _, context) => placesShown(context, row.targetIds),
      implementations: (row: UpgradeTaskRow, _, context) => implementationsShown(context, row.implementationIds),
      implementationCount: (row: UpgradeTaskRow) => row.implementationIds.length,
    },
  },
};
