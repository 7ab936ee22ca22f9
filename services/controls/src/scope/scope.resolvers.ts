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
import { byName } from '../process/process.store.ts';
import { siteOrNull } from '../site/site.resolvers.ts';
import {
  type DraftScopeInput,
  draftScope,
  type JudgeScopeInput,
  judgeScope,
  type SubmitScopeInput,
  submitScope,
  type UpdateScopeInput,
  updateScope,
  type WithdrawScopeInput,
  withdrawScope,
} from './scope.operations.ts';
import { approvedScope, findScopeVersions, openScope, type ScopeVersionRow, scopeVersionsOf } from './scope.store.ts';
import type { Dependency } from './scope.ts';

type Context = CallContext<ControlsDatabase>;

const newestFirst = ordering({ number: 'desc' });

/** The scope of an ISMS as it stands. */
interface Scope {
  readonly ismsId: string;
}

function loadScopeVersion(context: Context, id: string): Promise<ScopeVersionRow> {
  return loadEntity(context, 'ScopeVersion', findScopeVersions, id);
}

/** Those of the ids that are still there, by name. */
async function named<R extends { readonly name: string }>(
  ids: readonly string[],
  load: (id: string) => Promise<R | null>,
): Promise<R[]> {
  const found = await Promise.all(ids.map(load));
  return byName(found.filter((one) => one !== null));
}

export const scopeModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./scope.graphql', import.meta.url)),
  resolvers: {
    Query: {
      async ismsScope(_, { ismsId }: { ismsId?: string | null }, context): Promise<Scope> {
        const id = await context.read((tx) => ismsOf(tx, ismsId));
        return { ismsId: id };
      },
      scopeVersion: (_, { id }: { id: string }, context) => loadScopeVersion(context, id),
      async scopeVersions(_, args: ConnectionArgs & { ismsId?: string | null }, context) {
        const id = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: newestFirst, query: (tx) => scopeVersionsOf(tx, id) });
      },
    },
    Mutation: {
      async draftScope(_, { input }: { input: DraftScopeInput }, context) {
        const { id } = await context.write('draftScope', input, (tx) => draftScope(tx, input));
        return { scopeVersion: await loadScopeVersion(context, id) };
      },
      async updateScope(_, { input }: { input: UpdateScopeInput }, context) {
        const { id } = await context.write('updateScope', input, (tx) => updateScope(tx, input));
        return { scopeVersion: await loadScopeVersion(context, id) };
      },
      async submitScope(_, { input }: { input: SubmitScopeInput }, context) {
        const { id } = await context.write('submitScope', input, (tx) => submitScope(tx, input));
        return { scopeVersion: await loadScopeVersion(context, id) };
      },
      async judgeScope(_, { input }: { input: JudgeScopeInput }, context) {
        const { id } = await context.write('judgeScope', input, (tx) => judgeScope(tx, context.caller, input));
        return { scopeVersion: await loadScopeVersion(context, id) };
      },
      async withdrawScope(_, { input }: { input: WithdrawScopeInput }, context) {
        const { id } = await context.write('withdrawScope', input, (tx) => withdrawScope(tx, input));
        return { scopeVersion: await loadScopeVersion(context, id) };
      },
    },
    IsmsScope: {
      isms: ({ ismsId }: Scope, _, context) => loadIsms(context, ismsId),
      statement: async ({ ismsId }: Scope, _, context) => (await loadIsms(context, ismsId)).scope,
      approved: ({ ismsId }: Scope, _, context) => context.read((tx) => approvedScope(tx, ismsId)),
      open: ({ ismsId }: Scope, _, context) => context.read((tx) => openScope(tx, ismsId)),
    },
    ScopeVersion: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadScopeVersion(context, id),
      isms: (row: ScopeVersionRow, _, context) => loadIsms(context, row.ismsId),
      sites: (row: ScopeVersionRow, _, context) =>
        row.frozen?.sites ?? named(row.siteIds, (id) => siteOrNull(context, id)),
      processes: (row: ScopeVersionRow, _, context) =>
        row.frozen?.processes ?? named(row.processIds, (id) => processOrNull(context, id)),
    },
    ScopeDependency: {
      process: ({ processId }: Dependency, _, context) =>
        processId === null ? null : processOrNull(context, processId),
    },
    ScopeSite: {
      site: ({ id }: { id: string }, _, context) => siteOrNull(context, id),
    },
    ScopeProcess: {
      process: ({ id }: { id: string }, _, context) => processOrNull(context, id),
    },
  },
};
