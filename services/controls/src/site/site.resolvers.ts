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
  type CreateSiteInput,
  createSite,
  type DeleteSiteInput,
  deleteSite,
  type UpdateSiteInput,
  updateSite,
} from './site.operations.ts';
import { findSites, type SiteRow, sitesOf } from './site.store.ts';
import type { SiteKind } from './site.ts';

type Context = CallContext<ControlsDatabase>;

const byName = ordering({ name: 'asc' });

/** The site of an id, batched; null where it is gone. */
export function siteOrNull(context: Context, id: string): Promise<SiteRow | null> {
  return findEntity(context, 'Site', findSites, id);
}

function loadSite(context: Context, id: string): Promise<SiteRow> {
  return loadEntity(context, 'Site', findSites, id);
}

export const siteModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./site.graphql', import.meta.url)),
  resolvers: {
    Query: {
      site: (_, { id }: { id: string }, context) => loadSite(context, id),
      async sites(_, args: ConnectionArgs & { ismsId?: string | null; kind?: SiteKind | null }, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byName, query: (tx) => sitesOf(tx, ismsId, args.kind) });
      },
    },
    Mutation: {
      async createSite(_, { input }: { input: CreateSiteInput }, context) {
        const { id } = await context.write('createSite', input, (tx) => createSite(tx, input));
        return { site: await loadSite(context, id) };
      },
      async updateSite(_, { input }: { input: UpdateSiteInput }, context) {
        const { id } = await context.write('updateSite', input, (tx) => updateSite(tx, input));
        return { site: await loadSite(context, id) };
      },
      async deleteSite(_, { input }: { input: DeleteSiteInput }, context) {
        const { id } = await context.write('deleteSite', input, (tx) => deleteSite(tx, input));
        return { id };
      },
    },
    Site: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadSite(context, id),
      isms: (row: SiteRow, _, context) => loadIsms(context, row.ismsId),
    },
  },
};
