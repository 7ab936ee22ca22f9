import { notFound } from '@annex/schema';
import { type CallContext, connection, type GraphqlModule, ordering, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import {
  type RemoveLicensedTextInput,
  removeLicensedText,
  type SetLicensedTextInput,
  setLicensedText,
} from './licensed.operations.ts';
import {
  contentsById,
  findLicensedTexts,
  type LicensedTextRow,
  licensedTexts,
  textsOfPlaces,
} from './licensed.store.ts';
import { inLanguage, isLicensed, languageTag } from './licensed.ts';

type Context = CallContext<ControlsDatabase>;

const byPlace = ordering({ placeId: 'asc', language: 'asc' });

/** The words; null where they were taken away since, or the licence has ended. */
const loadWords = (context: Context, contentId: string): Promise<string | null> =>
  context
    .loader<string, string | null>('licensed words', async (tx, ids) => {
      // The past may be looked at, but the right to show a text is that of today, as permissions are.
      const at = tx.scope.asOf ? new Date() : tx.now;
      const found = new Map((await contentsById(tx, ids)).map((row) => [row.id, row]));
      return ids.map((id) => {
        const content = found.get(id);
        return content && isLicensed(content, at) ? content.text : null;
      });
    })
    .load(contentId);

const loadText = (context: Context, id: string): Promise<LicensedTextRow> =>
  context
    .loader<string, LicensedTextRow>('licensed texts', async (tx, ids) => {
      const found = new Map((await findLicensedTexts(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? notFound('LicensedText', one));
    })
    .load(id);

const loadTexts = (context: Context, placeId: string): Promise<readonly LicensedTextRow[]> =>
  context
    .loader<string, readonly LicensedTextRow[]>('licensed texts of places', async (tx, ids) => {
      const found = Map.groupBy(await textsOfPlaces(tx, ids), (row) => row.placeId);
      return ids.map((id) => found.get(id) ?? []);
    })
    .load(placeId);

/** The text of a place that may be shown. */
async function licensedText({ id }: { readonly id: string }, args: { language?: string | null }, context: Context) {
  const language = args.language ? languageTag('language', args.language) : null;
  const texts = await loadTexts(context, id);
  const words = await Promise.all(texts.map((one) => loadWords(context, one.contentId)));
  return (
    inLanguage(
      texts.filter((_, index) => words[index] !== null),
      language,
    ) ?? null
  );
}

export const licensedModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./licensed.graphql', import.meta.url)),
  resolvers: {
    Query: {
      licensedTexts: (_, args, context) =>
        connection(context, args, { order: byPlace, query: (tx) => licensedTexts(tx, args.framework) }),
    },
    Mutation: {
      async setLicensedText(_, { input }: { input: SetLicensedTextInput }, context) {
        const { id } = await context.write('setLicensedText', input, (tx) => setLicensedText(tx, input));
        return { licensedText: await loadText(context, id) };
      },
      removeLicensedText: (_, { input }: { input: RemoveLicensedTextInput }, context) =>
        context.write('removeLicensedText', input, (tx) => removeLicensedText(tx, input)),
    },
    LicensedText: {
      text: ({ contentId }: LicensedTextRow, _: unknown, context: Context) => loadWords(context, contentId),
    },
    Control: { licensedText },
    Clause: { licensedText },
    Requirement: { licensedText },
    CatalogueItem: { licensedText },
  },
};
