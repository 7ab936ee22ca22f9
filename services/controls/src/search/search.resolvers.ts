import { standard, term } from '@annex/catalogues';
import { AnnexError } from '@annex/schema';
import { askedFields, type CallContext, type GraphqlModule, sdl } from '@annex/service';
import { clauseOf, controlOf } from '../catalogue/catalogue.ts';
import { findComponent } from '../component/component.loader.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadControl } from '../library/control.loader.ts';
import { extractOf } from './extract.ts';
import { type LibraryAnswer, type LibraryHit, searchStatement } from './search.store.ts';
import { facetsByName, type SearchArguments, searched } from './search.ts';

type Context = CallContext<ControlsDatabase>;
/** An item of an own catalogue is a control where it is one there; as of a moment before it was, it is none. */
async function ownControl(context: Context, id: string) {
  try {
    return await loadControl(context, id);
  } catch (error) {
    if (error instanceof AnnexError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

export const searchModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./search.graphql', import.meta.url)),
  resolvers: {
    Query: {
      async searchLibrary(_, args: SearchArguments, context, info): Promise<LibraryAnswer> {
        const asked = askedFields(info, 'all levels');
        const query = { ...searched(args), extracts: asked.has('snippet'), counts: asked.has('facets') };
        const [found] = await context.ask<Omit<LibraryAnswer, 'asked'>>(searchStatement(context.caller.tenant, query));
        return { ...(found ?? { total: 0, hits: [], facets: [] }), asked: query.text };
      },
    },
    LibrarySearch: {
      hits: ({ hits, asked }: LibraryAnswer) => hits.map((hit) => ({ ...hit, asked })),
      facets: ({ facets }: LibraryAnswer) => facetsByName(facets),
    },
    LibraryHit: {
      snippet: ({ body, asked }: LibraryHit & Pick<LibraryAnswer, 'asked'>) => extractOf(body ?? '', asked),
      control: ({ kind, id }: LibraryHit, _: unknown, context: Context) => {
        if (kind === 'CATALOGUE_ITEM') return ownControl(context, id);
        return kind === 'CONTROL' ? (controlOf(id) ?? null) : null;
      },
      clause: ({ kind, id }: LibraryHit) => (kind === 'CLAUSE' ? (clauseOf(id) ?? null) : null),
      standard: ({ kind, id }: LibraryHit) => (kind === 'STANDARD' ? (standard(id) ?? null) : null),
      component: ({ kind, id }: LibraryHit, _: unknown, context: Context) =>
        kind === 'COMPONENT' ? findComponent(context, id.replace(/^component:/, '')) : null,
      term: ({ kind, id }: LibraryHit) => (kind === 'TERM' ? (term(id.replace(/^term:/, '')) ?? null) : null),
    },
  },
};
