import { findTerms, type Term, term, terms } from '@annex/catalogues';
import { badInput } from '@annex/schema';
import { type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

/** Longer texts mean no term, and comparing them costs. */
const longestText = 200;

const byIds = (ids: readonly string[]) => ids.flatMap((id) => term(id) ?? []);

export const vocabularyModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./vocabulary.graphql', import.meta.url)),
  resolvers: {
    Query: {
      term: (_, { name }: { name: string }) => term(name.slice(0, longestText)) ?? null,
      terms: () => terms(),
      findTerms: (_, { text, first }: { text: string; first?: number | null }) => {
        const most = first ?? 10;
        if (!(most >= 1 && most <= 50)) throw badInput('first', first, 'must be a whole number from 1 to 50');
        if (text.length > longestText)
          throw badInput('text', `${text.slice(0, 60)}…`, `must have at most ${longestText} characters`);
        return findTerms(text, most);
      },
    },
    Term: {
      broader: ({ broader }: Term) => byIds(broader),
      narrower: ({ narrower }: Term) => byIds(narrower),
      related: ({ related }: Term) => byIds(related),
    },
  },
};
