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
import { loadResponsibility } from '../responsibility/responsibility.resolvers.ts';
import { type CreateActionInput, createAction, type UpdateActionInput, updateAction } from './action.operations.ts';
import {
  type CreateCompetenceInput,
  createCompetence,
  type UpdateCompetenceInput,
  updateCompetence,
} from './competence.operations.ts';
import {
  actionsOf,
  type CompetenceActionRow,
  type CompetenceRow,
  competencesOf,
  findActions,
  findCompetences,
} from './competence.store.ts';
import type { CompetenceStatus, Holding } from './competence.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadCompetence(context: Context, id: string): Promise<CompetenceRow> {
  return loadEntity(context, 'Competence', findCompetences, id);
}

function loadAction(context: Context, id: string): Promise<CompetenceActionRow> {
  return loadEntity(context, 'CompetenceAction', findActions, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly personId?: string | null;
  readonly responsibilityId?: string | null;
  readonly holding?: Holding | null;
  readonly status?: CompetenceStatus | null;
}

export const competenceModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./competence.graphql', import.meta.url)),
  resolvers: {
    Query: {
      competence: (_, { id }: { id: string }, context) => loadCompetence(context, id),
      async competences(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => competencesOf(tx, ismsId, args) });
      },
      competenceAction: (_, { id }: { id: string }, context) => loadAction(context, id),
    },
    Mutation: {
      async createCompetence(_, { input }: { input: CreateCompetenceInput }, context) {
        const { id } = await context.write('createCompetence', input, (tx) => createCompetence(tx, input));
        return { competence: await loadCompetence(context, id) };
      },
      async updateCompetence(_, { input }: { input: UpdateCompetenceInput }, context) {
        const { id } = await context.write('updateCompetence', input, (tx) => updateCompetence(tx, input));
        return { competence: await loadCompetence(context, id) };
      },
      async createCompetenceAction(_, { input }: { input: CreateActionInput }, context) {
        const { id } = await context.write('createCompetenceAction', input, (tx) => createAction(tx, input));
        return { competenceAction: await loadAction(context, id) };
      },
      async updateCompetenceAction(_, { input }: { input: UpdateActionInput }, context) {
        const { id } = await context.write('updateCompetenceAction', input, (tx) => updateAction(tx, input));
        return { competenceAction: await loadAction(context, id) };
      },
    },
    Competence: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadCompetence(context, id),
      isms: (row: CompetenceRow, _, context) => loadIsms(context, row.ismsId),
      responsibility: (row: CompetenceRow, _, context) =>
        row.responsibilityId === null ? null : loadResponsibility(context, row.responsibilityId),
      person: (row: CompetenceRow) => (row.personId === null ? null : { id: row.personId }),
      evidenceFile: (row: CompetenceRow) => (row.evidenceId === null ? null : { id: row.evidenceId }),
      actions: (row: CompetenceRow, _, context) =>
        context.loader<string, CompetenceActionRow[]>('actions of competences', actionsOf).load(row.id),
    },
    CompetenceAction: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadAction(context, id),
      competence: (row: CompetenceActionRow, _, context) => loadCompetence(context, row.competenceId),
    },
  },
};
