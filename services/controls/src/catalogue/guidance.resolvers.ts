import {
  type CatalogueControl,
  type Clause,
  type ControlGuidance,
  controlGuidance,
  type Locale,
  type Requirement,
  requirement,
  requirements,
} from '@annex/catalogues';
import { notFound } from '@annex/schema';
import { type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { clauseOf, currentId } from './catalogue.ts';

interface Asked {
  readonly language?: 'EN' | null;
}

const localeOf = ({ language }: Asked): Locale => (language ?? 'EN').toLowerCase() as Locale;

const letterOf = ({ id }: Requirement): string | null => /\.([a-z])$/.exec(id)?.[1] ?? null;

/** `6.1.3 d)` and `6.1.3.d` are ways to write the same place. */
const placeOf = (id: string) =>
  currentId(id.trim().replace(/[\s.]*([a-z])\)?$/i, (_, letter: string) => `.${letter.toLowerCase()}`));

export const guidanceModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./guidance.graphql', import.meta.url)),
  resolvers: {
    Query: {
      requirements: (_, args: Asked & { documented?: boolean | null }) =>
        requirements(localeOf(args)).filter((one) => !args.documented || one.documentedInformation.length > 0),
      requirement: (_, args: Asked & { id: string }) => {
        const found = requirement(placeOf(args.id), localeOf(args));
        if (!found) throw notFound('Requirement', args.id);
        return found;
      },
    },
    Requirement: {
      letter: letterOf,
      clause: (one: Requirement) => clauseOf(letterOf(one) === null ? one.id : one.id.slice(0, -2)),
    },
    Clause: {
      requirement: ({ id }: Clause, args: Asked) => requirement(id, localeOf(args)) ?? null,
      items: ({ id }: Clause, args: Asked) =>
        requirements(localeOf(args)).filter((one) => letterOf(one) !== null && one.id.slice(0, -2) === id),
    },
    Control: {
      practice: ({ id }: CatalogueControl, args: Asked) => controlGuidance(id, localeOf(args)) ?? null,
    },
    ControlGuidance: {
      smallTeam: ({ scaling }: ControlGuidance) => scaling.smallTeam,
      enterprise: ({ scaling }: ControlGuidance) => scaling.enterprise,
    },
  },
};
