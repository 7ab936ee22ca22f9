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
import { knownRisk, loadObligation } from '../obligation/obligation.resolvers.ts';
import { findRequirements } from '../party/party.store.ts';
import {
  type CreateObjectiveInput,
  createObjective,
  type UpdateObjectiveInput,
  updateObjective,
} from './objective.operations.ts';
import { findObjectives, type LinkedMeasure, type ObjectiveRow, objectivesOf, readingsOf } from './objective.store.ts';
import { type ObjectiveStatus, progressOf } from './objective.ts';
import { explainProgress } from './progress.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadObjective(context: Context, id: string): Promise<ObjectiveRow> {
  return loadEntity(context, 'Objective', findObjectives, id);
}

/** What the measures of an objective say, batched. */
function readings(context: Context, row: ObjectiveRow): Promise<LinkedMeasure[]> {
  const loader = context.loader<string, LinkedMeasure>('measures of objectives', (tx, ids) => readingsOf(tx, ids));
  return Promise.all(row.measureIds.map((id) => loader.load(id)));
}

const there = <T>(found: readonly (T | null)[]) => found.filter((one) => one !== null);

export const objectiveModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./objective.graphql', import.meta.url)),
  resolvers: {
    Query: {
      objective: (_, { id }: { id: string }, context) => loadObjective(context, id),
      async objectives(
        _,
        args: ConnectionArgs & { ismsId?: string | null; status?: ObjectiveStatus | null; ownerId?: string | null },
        context,
      ) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => objectivesOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async createObjective(_, { input }: { input: CreateObjectiveInput }, context) {
        const { id } = await context.write('createObjective', input, (tx) => createObjective(tx, input));
        return { objective: await loadObjective(context, id) };
      },
      async updateObjective(_, { input }: { input: UpdateObjectiveInput }, context) {
        const { id } = await context.write('updateObjective', input, (tx) => updateObjective(tx, input));
        return { objective: await loadObjective(context, id) };
      },
    },
    Objective: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadObjective(context, id),
      isms: (row: ObjectiveRow, _, context) => loadIsms(context, row.ismsId),
      owner: (row: ObjectiveRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      requirements: async (row: ObjectiveRow, _, context) =>
        there(
          await Promise.all(
            row.requirementIds.map((id) => findEntity(context, 'PartyRequirement', findRequirements, id)),
          ),
        ),
      obligations: (row: ObjectiveRow, _, context) =>
        Promise.all(row.obligationIds.map((id) => loadObligation(context, id))),
      risks: async (row: ObjectiveRow, _, context) =>
        there(await Promise.all(row.riskIds.map((id) => knownRisk(context, id)))),
      measures: (row: ObjectiveRow) => row.measureIds.map((id) => ({ id })),
      progress: async (row: ObjectiveRow, _, context) =>
        progressOf((await readings(context, row)).map((one) => one.reading)),
      progressExplanation: async (row: ObjectiveRow, _, context) => explainProgress(await readings(context, row)),
    },
  },
};
