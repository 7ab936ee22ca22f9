import { badInput, notFound } from '@annex/schema';
import { type CallContext, type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { ownControl } from './control.loader.ts';
import { deleteCatalogue } from './library.operations.ts';
import {
  type CatalogueItemRow,
  type CatalogueRow,
  cataloguesById,
  itemsFrom,
  latestCatalogues,
} from './library.store.ts';

type Context = CallContext<ControlsDatabase>;

const loadCatalogue = (context: Context, id: string): Promise<CatalogueRow> =>
  context
    .loader<string, CatalogueRow>('catalogue', async (tx, ids) => {
      const found = new Map((await cataloguesById(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? notFound('Catalogue', one));
    })
    .load(id);

export const libraryModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./library.graphql', import.meta.url)),
  resolvers: {
    Query: {
      catalogues: (_, __, context) => context.read((tx) => latestCatalogues(tx, 200)),
      catalogue: (_, { id }: { id: string }, context) => loadCatalogue(context, id),
    },
    Mutation: {
      deleteCatalogue: (_, { input }: { input: Parameters<typeof deleteCatalogue>[1] }, context) =>
        context.write('deleteCatalogue', input, (tx) => deleteCatalogue(tx, input)),
    },
    Catalogue: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadCatalogue(context, id),
      items({ id }: CatalogueRow, args: { first?: number | null; offset?: number | null }, context) {
        const [first, offset] = [args.first ?? 100, args.offset ?? 0];
        if (!(first >= 1 && first <= 500)) throw badInput('first', first, 'must be a whole number from 1 to 500');
        if (!(offset >= 0)) throw badInput('offset', offset, 'must not be negative');
        return context.read((tx) => itemsFrom(tx, id, offset, first));
      },
    },
    CatalogueItem: {
      control: (item: CatalogueItemRow) => (item.kind === 'CONTROL' ? ownControl(item) : null),
    },
  },
};
