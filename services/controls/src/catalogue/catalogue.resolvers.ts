import {
  type CatalogueControl,
  type Clause,
  clauses,
  type Edition,
  guidanceFor,
  type Standard,
  standard,
} from '@annex/catalogues';
import { notFound } from '@annex/schema';
import { type CallContext, type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { implementationsOfControl } from '../implementation/implementation.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import {
  type ControlFilter,
  certifiableStandard,
  clauseOf,
  filterControls,
  filterStandards,
  guidedBy,
  pageOf,
  type StandardFilter,
  whyNotCertifiable,
} from './catalogue.ts';

type Context = CallContext<ControlsDatabase>;
type AskedEdition = 'EDITION_2022' | 'EDITION_2013';

const edition = (asked: AskedEdition | null | undefined): Edition => (asked === 'EDITION_2013' ? '2013' : '2022');
const isCurrent = (id: string) => id.startsWith('iso27001:2022:');

function found<T>(kind: string, id: string, entry: T | undefined): T {
  if (entry === undefined) throw notFound(kind, id);
  return entry;
}

/** An entity for the federated graph, which writes the type's name on what it is given; the catalogue's entries are frozen. */
const entity = <T>(kind: string, id: string, entry: T | undefined): T => ({ ...found(kind, id, entry) });

/** Whatever guides a clause or a control of the current edition; older numbers mean other things. */
const guidance = (place: { id: string; number: string }) => (isCurrent(place.id) ? guidanceFor(place.number) : []);

export const catalogueModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./catalogue.graphql', import.meta.url)),
  resolvers: {
    Query: {
      standards: (_, filter: StandardFilter) => filterStandards(filter),
      standard: (_, { id }: { id: string }) => found('Standard', id, standard(id)),
      certificationCheck: (_, { standardId }: { standardId: string }) => {
        const one = certifiableStandard(standardId);
        return {
          standard: one,
          certifiable: one.certifiable,
          reason: one.certifiableReason,
          useInstead: useInstead(one),
        };
      },
      clauses: (_, args: { edition?: AskedEdition | null }) => clauses(edition(args.edition)),
      clause: (_, { id }: { id: string }) => found('Clause', id, clauseOf(id)),
      controls: (
        _,
        args: ControlFilter & { edition?: AskedEdition | null; first?: number | null; after?: string | null },
      ) => pageOf(filterControls(edition(args.edition), args), args.first, args.after),
      control: (_, { id }: { id: string }, context) => loadControl(context, id),
    },
    Standard: {
      __resolveReference: ({ id }: { id: string }) => entity('Standard', id, standard(id)),
      whyNotCertifiable,
      useInstead,
      guides: guidedBy,
      predecessor: (one: Standard) => (one.predecessorId ? standard(one.predecessorId) : null),
    },
    Clause: {
      __resolveReference: ({ id }: { id: string }) => entity('Clause', id, clauseOf(id)),
      parent: (clause: Clause) => (clause.parentId ? clauseOf(clause.parentId) : null),
      guidance,
    },
    Control: {
      __resolveReference: async ({ id }: { id: string }, context: Context) => ({ ...(await loadControl(context, id)) }),
      guidance,
      implementations: (control: CatalogueControl, { first }: { first: number }, context: Context) =>
        implementationsOfControl(context, control.id, first),
    },
  },
};

function useInstead(one: Standard): Standard | null {
  return one.useInsteadId ? (standard(one.useInsteadId) ?? null) : null;
}
