import { notFound } from '@annex/schema';
import { type CallContext, connection, type GraphqlModule, ordering, sdl } from '@annex/service';
import { currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { deleteMappingCollection } from './collection.operations.ts';
import { findCollections, latestCollections, type MappingCollectionRow } from './collection.store.ts';
import { type Relation, relationsBy } from './mapping.ts';
import {
  type CreateOwnMappingInput,
  createOwnMapping,
  type DeleteOwnMappingInput,
  deleteOwnMapping,
  type UpdateOwnMappingInput,
  updateOwnMapping,
} from './own.operations.ts';
import {
  findOwnMappings,
  mappingsOfPlaces,
  type OwnMappingFilter,
  type OwnMappingRow,
  ownMappings,
} from './own.store.ts';
import { relationOf } from './own.ts';
import { placeShown } from './place.loader.ts';

type Context = CallContext<ControlsDatabase>;

const byEnds = ordering({ sourceId: 'asc', targetId: 'asc' });

export const loadOwnMapping = (context: Context, id: string): Promise<OwnMappingRow> =>
  context
    .loader<string, OwnMappingRow>('own mappings', async (tx, ids) => {
      const found = new Map((await findOwnMappings(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? notFound('OwnMapping', one));
    })
    .load(id);

const loadCollection = (context: Context, id: string): Promise<MappingCollectionRow> =>
  context
    .loader<string, MappingCollectionRow>('mapping collections', async (tx, ids) => {
      const found = new Map((await findCollections(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? notFound('MappingCollection', one));
    })
    .load(id);

/** What the tenant says about a place, seen from it. */
export const loadOwnRelations = (context: Context, placeId: string): Promise<readonly Relation[]> =>
  context
    .loader<string, readonly Relation[]>('own relations of places', async (tx, ids) => {
      const found = relationsBy((await mappingsOfPlaces(tx, ids)).map(relationOf));
      return ids.map((id) => found.get(id) ?? []);
    })
    .load(placeId);

type ListArguments = OwnMappingFilter & { first?: number | null; after?: string | null };

export const ownMappingModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./own.graphql', import.meta.url)),
  resolvers: {
    Query: {
      ownMapping: (_, { id }: { id: string }, context) => loadOwnMapping(context, id),
      ownMappings: (_, args: ListArguments, context) =>
        connection(context, args, {
          order: byEnds,
          query: (tx) => ownMappings(tx, { ...args, place: args.place ? currentId(args.place) : null }),
        }),
      mappingCollections: (_, __, context) => context.read((tx) => latestCollections(tx, 200)),
    },
    Mutation: {
      async createOwnMapping(_, { input }: { input: CreateOwnMappingInput }, context) {
        const { id } = await context.write('createOwnMapping', input, (tx) => createOwnMapping(tx, input));
        return { ownMapping: await loadOwnMapping(context, id) };
      },
      async updateOwnMapping(_, { input }: { input: UpdateOwnMappingInput }, context) {
        const { id } = await context.write('updateOwnMapping', input, (tx) => updateOwnMapping(tx, input));
        return { ownMapping: await loadOwnMapping(context, id) };
      },
      deleteOwnMapping: (_, { input }: { input: DeleteOwnMappingInput }, context) =>
        context.write('deleteOwnMapping', input, (tx) => deleteOwnMapping(tx, input)),
      deleteMappingCollection: (_, { input }: { input: Parameters<typeof deleteMappingCollection>[1] }, context) =>
        context.write('deleteMappingCollection', input, (tx) => deleteMappingCollection(tx, input)),
    },
    OwnMapping: {
      source: ({ sourceId }: OwnMappingRow, _: unknown, context: Context) => placeShown(context, sourceId),
      target: ({ targetId }: OwnMappingRow, _: unknown, context: Context) => placeShown(context, targetId),
      collection: ({ collectionId }: OwnMappingRow, _: unknown, context: Context) =>
        collectionId === null ? null : loadCollection(context, collectionId),
    },
    PlaceRelation: {
      ownMapping: ({ mappingId }: Relation, _: unknown, context: Context) =>
        mappingId === undefined ? null : loadOwnMapping(context, mappingId),
    },
  },
};
