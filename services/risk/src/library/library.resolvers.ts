import { notFound } from '@annex/schema';
import { type CallContext, type ConnectionArgs, connection, type GraphqlModule, ordering, sdl } from '@annex/service';
import {
  type ScenarioTemplate,
  scenarioTemplates,
  type Threat,
  threats,
  type Weakness,
  weaknesses,
} from '@annex/threats';
import { sql } from 'kysely';
import type { RiskDatabase } from '../database.ts';
import {
  type LibraryFilter,
  type ScenarioTemplateFilter,
  type ThreatFilter,
  templatesBy,
  threatsBy,
  weaknessesBy,
} from './library.ts';

type Context = CallContext<RiskDatabase>;
type Filtered<F> = ConnectionArgs & { readonly filter?: F | null };

const order = ordering({ place: 'asc' });

/** A page of entries that come with Annex, in their own order and with cursors like those of every list. */
const page = <E extends { readonly id: string }>(
  context: Context,
  args: ConnectionArgs,
  entries: readonly E[],
  all: ReadonlyMap<string, E>,
) =>
  connection<RiskDatabase, { id: string; place: number }, E | undefined>(context, args, {
    order,
    query: () =>
      sql<{
        id: string;
        place: number;
      }>`select id, place::int from unnest(${entries.map((entry) => entry.id)}::text[]) with ordinality as entry(id, place)`,
    node: (row) => all.get(row.id),
  });

/** @throws AnnexError NOT_FOUND */
function entryOf<E>(kind: string, all: ReadonlyMap<string, E>, id: string): E {
  const entry = all.get(id);
  if (!entry) throw notFound(kind, id);
  return entry;
}

const controlsOf = ({ controlIds }: { readonly controlIds: readonly string[] }) => controlIds.map((id) => ({ id }));

export const libraryModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./library.graphql', import.meta.url)),
  resolvers: {
    Query: {
      threat: (_, { id }: { id: string }) => entryOf('Threat', threats, id),
      threats: (_, args: Filtered<ThreatFilter>, context) => page(context, args, threatsBy(args.filter ?? {}), threats),
      weakness: (_, { id }: { id: string }) => entryOf('Weakness', weaknesses, id),
      weaknesses: (_, args: Filtered<LibraryFilter>, context) =>
        page(context, args, weaknessesBy(args.filter ?? {}), weaknesses),
      scenarioTemplate: (_, { id }: { id: string }) => entryOf('ScenarioTemplate', scenarioTemplates, id),
      scenarioTemplates: (_, args: Filtered<ScenarioTemplateFilter>, context) =>
        page(context, args, templatesBy(args.filter ?? {}), scenarioTemplates),
    },
    Threat: {
      controls: controlsOf,
      templates: ({ id }: Threat) => templatesBy({ threatId: id }),
    },
    Weakness: {
      controls: controlsOf,
      templates: ({ id }: Weakness) => templatesBy({ weaknessId: id }),
    },
    ScenarioTemplate: {
      threat: ({ threatId }: ScenarioTemplate) => threats.get(threatId),
      weaknesses: ({ weaknessIds }: ScenarioTemplate) => weaknessIds.map((id) => weaknesses.get(id)),
      controls: controlsOf,
    },
  },
};
