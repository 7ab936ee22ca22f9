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
  type CreateIssueInput,
  createIssue,
  type DetermineInput,
  determineClimate,
  type UpdateIssueInput,
  updateIssue,
} from './context.operations.ts';
import { type ContextIssueRow, determinationsOf, findIssues, issuesOf } from './context.store.ts';
import type { IssueKind, IssueStatus } from './context.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

/** The context of an ISMS as it stands. */
export interface IsmsContext {
  readonly ismsId: string;
}

/** The issue of an id, batched; NOT_FOUND where the tenant has none. */
export function loadIssue(context: Context, id: string): Promise<ContextIssueRow> {
  return loadEntity(context, 'ContextIssue', findIssues, id);
}

export const contextModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./context.graphql', import.meta.url)),
  resolvers: {
    Query: {
      async ismsContext(_, { ismsId }: { ismsId?: string | null }, context): Promise<IsmsContext> {
        return { ismsId: await context.read((tx) => ismsOf(tx, ismsId)) };
      },
      contextIssue: (_, { id }: { id: string }, context) => loadIssue(context, id),
    },
    Mutation: {
      async createContextIssue(_, { input }: { input: CreateIssueInput }, context) {
        const { id } = await context.write('createContextIssue', input, (tx) => createIssue(tx, input));
        return { contextIssue: await loadIssue(context, id) };
      },
      async updateContextIssue(_, { input }: { input: UpdateIssueInput }, context) {
        const { id } = await context.write('updateContextIssue', input, (tx) => updateIssue(tx, input));
        return { contextIssue: await loadIssue(context, id) };
      },
      async determineClimateRelevance(_, { input }: { input: DetermineInput }, context) {
        const { id } = await context.write('determineClimateRelevance', input, (tx) => determineClimate(tx, input));
        return { ismsContext: { ismsId: id } };
      },
    },
    IsmsContext: {
      isms: ({ ismsId }: IsmsContext, _, context) => loadIsms(context, ismsId),
      climate: async ({ ismsId }: IsmsContext, _, context) =>
        (await context.read((tx) => determinationsOf(tx, ismsId, 1)))[0] ?? null,
      climateHistory: ({ ismsId }: IsmsContext, _, context) => context.read((tx) => determinationsOf(tx, ismsId, 100)),
      issues: (
        { ismsId }: IsmsContext,
        args: ConnectionArgs & { kind?: IssueKind | null; status?: IssueStatus | null },
        context,
      ) => connection(context, args, { order: byReference, query: (tx) => issuesOf(tx, ismsId, args) }),
    },
    ContextIssue: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadIssue(context, id),
      isms: (row: ContextIssueRow, _, context) => loadIsms(context, row.ismsId),
    },
  },
};
