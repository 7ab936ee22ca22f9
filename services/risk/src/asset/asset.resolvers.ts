import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  linkedEntities,
  loadEntity,
  sdl,
} from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { checkFirst } from '../risk/risk.resolvers.ts';
import { type AssetFilter, assetOrder, assetsAbove, assetsNeeded, filteredAssets } from './asset.list.ts';
import {
  type AssetStepInput,
  type CreateAssetInput,
  createAsset,
  stepAsset,
  type UpdateAssetInput,
  updateAsset,
} from './asset.operations.ts';
import { type AssetRow, findAssets, inheritedBy } from './asset.store.ts';
import { type Inherited, sentenceOf, type Worth, worthOf } from './asset.ts';

type Context = CallContext<RiskDatabase>;
type First = { readonly first: number };

/** An asset that must be there. @throws AnnexError NOT_FOUND */
export const assetFor = (context: Context, id: string): Promise<AssetRow> =>
  loadEntity(context, 'Asset', findAssets, id);

const payload = async (context: Context, { id }: { readonly id: string }) => ({ asset: await assetFor(context, id) });

/** What each property of an asset is worth, with what it inherits; those of all assets of a level are read in one statement. */
async function worthFor(context: Context, row: AssetRow): Promise<Worth[]> {
  const inherited = await context
    .loader<string, readonly Inherited[]>('inheritedByAsset', async (tx, ids) => {
      const found = await inheritedBy(tx, ids);
      return ids.map((id) => found.get(id) ?? []);
    })
    .load(row.id);
  return worthOf(row, inherited);
}

const sourceOf = (context: Context, { fromId }: Worth) =>
  fromId === null ? Promise.resolve(null) : findEntity(context, 'Asset', findAssets, fromId);

export const assetModule: GraphqlModule<RiskDatabase> = {
  typeDefs: ['./asset.graphql', './asset.mutations.graphql']
    .map((file) => sdl(new URL(file, import.meta.url)))
    .join('\n'),
  resolvers: {
    Query: {
      asset: (_, { id }: { id: string }, context) => assetFor(context, id),
      assets: (_, args: ConnectionArgs & { filter?: AssetFilter | null }, context) =>
        connection(context, args, { order: assetOrder, query: (tx) => filteredAssets(tx, args.filter ?? {}) }),
    },
    Mutation: {
      createAsset: async (_, { input }: { input: CreateAssetInput }, context) =>
        payload(context, await context.write('createAsset', input, (tx) => createAsset(tx, input))),
      updateAsset: async (_, { input }: { input: UpdateAssetInput }, context) =>
        payload(context, await context.write('updateAsset', input, (tx) => updateAsset(tx, input))),
      retireAsset: async (_, { input }: { input: AssetStepInput }, context) =>
        payload(context, await context.write('retireAsset', input, (tx) => stepAsset(tx, 'retire', input))),
      reinstateAsset: async (_, { input }: { input: AssetStepInput }, context) =>
        payload(context, await context.write('reinstateAsset', input, (tx) => stepAsset(tx, 'reinstate', input))),
    },
    Asset: {
      __resolveReference: ({ id }: { id: string }, context: Context) => findEntity(context, 'Asset', findAssets, id),
      isms: (row: AssetRow) => ({ id: row.ismsId }),
      owner: (row: AssetRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      ownValue: ({ confidentiality, integrity, availability }: AssetRow) => ({
        ...{ confidentiality, integrity, availability },
      }),
      value: async (row: AssetRow, _, context) => {
        const [confidentiality, integrity, availability] = await worthFor(context, row);
        return {
          confidentiality: confidentiality?.value ?? null,
          integrity: integrity?.value ?? null,
          availability: availability?.value ?? null,
        };
      },
      valueExplanation: (row: AssetRow, _, context) => worthFor(context, row),
      dependsOn: ({ id }: AssetRow, { first }: First, context, info) =>
        linkedEntities(context, assetsNeeded, id, checkFirst(first), info),
      neededBy: ({ id }: AssetRow, { first }: First, context, info) =>
        linkedEntities(context, assetsAbove, id, checkFirst(first), info),
    },
    AssetValueExplanation: {
      from: (worth: Worth, _, context) => sourceOf(context, worth),
      sentence: async (worth: Worth, _, context) => sentenceOf(worth, await sourceOf(context, worth)),
    },
  },
};
