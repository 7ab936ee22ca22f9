import { badInput, notFound } from '@annex/schema';
import { type CallContext, type GraphqlModule, ismsOf, sdl, type Tx } from '@annex/service';
import { currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import { catalogueNamed, controlsOfCatalogue } from '../library/library.store.ts';
import type { ImplementationStatus } from '../strength/strength.ts';
import { implementedControls } from './mapping.store.ts';
import {
  byStrength,
  type CoverageStanding,
  type Covered,
  coverageOf,
  type Framework,
  frameworkOf,
  knownFrameworks,
  numberOf,
  publishedRelations,
  type Relation,
  relationsBy,
  suggestionsFor,
} from './mapping.ts';

type Context = CallContext<ControlsDatabase>;

interface Place {
  readonly id: string;
  readonly title: string | null;
}

const relations = relationsBy(publishedRelations);
const places = new Map<string, Place>(
  knownFrameworks.flatMap((framework) => framework.places).map((one) => [one.id, one]),
);

/** A place of a framework. @throws AnnexError NOT_FOUND */
function placeOf(id: string): Place {
  const place = places.get(currentId(id));
  if (!place) throw notFound('FrameworkPlace', id);
  return place;
}

const noFramework = (id: string) =>
  badInput(
    'framework',
    id,
    `must be one of ${knownFrameworks.map((one) => one.id).join(', ')}, or key and edition of an own catalogue`,
  );

/** A framework that comes with Annex. @throws AnnexError BAD_INPUT */
function frameworkFor(id: string): Framework {
  const framework = knownFrameworks.find((one) => one.id === id);
  if (framework) return framework;
  throw noFramework(id);
}

/** A framework as the tenant has it: an own catalogue of its name knows all of its places, and their titles. */
async function frameworkOfTenant(tx: Tx<ControlsDatabase>, id: string): Promise<Framework> {
  const [key = '', ...rest] = id.split(':');
  const own = await catalogueNamed(tx, { key, edition: rest.join(':') });
  if (!own) return frameworkFor(id);
  return { id, title: own.title, places: await controlsOfCatalogue(tx, own.id) };
}

const shownReasons = 20;

interface CoverageView {
  readonly framework: Framework;
  readonly covered: readonly Covered[];
  readonly implementations: ReadonlyMap<string, readonly string[]>;
}

const count = (standing: CoverageStanding) => (view: CoverageView) =>
  view.covered.filter((one) => one.standing === standing).length;

export const mappingModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./mapping.graphql', import.meta.url)),
  resolvers: {
    Query: {
      frameworks: () => knownFrameworks,
      frameworkPlace: (_, { id }: { id: string }) => placeOf(id),
      async coverage(
        _,
        args: { framework: string; ismsId?: string | null; from?: ImplementationStatus | null },
        context,
      ): Promise<CoverageView> {
        const { framework, implementations } = await context.read(async (tx) => ({
          framework: await frameworkOfTenant(tx, args.framework),
          implementations: await implementedControls(tx, await ismsOf(tx, args.ismsId), args.from ?? 'IMPLEMENTED'),
        }));
        const implemented = new Set(implementations.keys());
        const covered = framework.places.map(({ id }) => coverageOf(id, relations, implemented));
        return { framework, covered, implementations };
      },
    },
    Framework: { size: (framework: Framework) => framework.places.length },
    FrameworkPlace: {
      number: ({ id }: Place) => numberOf(id),
      relations(place: Place, { framework, suggestions }: { framework?: string | null; suggestions?: boolean | null }) {
        if (framework) frameworkFor(framework);
        const found = [...(relations.get(place.id) ?? []), ...(suggestions ? suggestionsFor(place.id, relations) : [])];
        return found.filter((one) => !framework || frameworkOf(one.to) === framework).sort(byStrength);
      },
    },
    PlaceRelation: {
      place: ({ to }: Relation) => placeOf(to),
      suggested: ({ through }: Relation) => through !== null,
      through: ({ through }: Relation) => (through === null ? null : placeOf(through)),
    },
    Coverage: {
      equal: count('EQUAL'),
      contained: count('CONTAINED'),
      touched: count('TOUCHED'),
      missing: count('MISSING'),
      requirements(
        { framework, covered, implementations }: CoverageView,
        args: { standing?: CoverageStanding | null; first?: number | null; offset?: number | null },
      ) {
        const [first, offset] = [args.first ?? 100, args.offset ?? 0];
        if (!(first >= 1 && first <= 500)) throw badInput('first', first, 'must be a whole number from 1 to 500');
        if (!(offset >= 0)) throw badInput('offset', offset, 'must not be negative');
        const titles = new Map(framework.places.map((place) => [place.id, place]));
        return covered
          .filter((one) => !args.standing || one.standing === args.standing)
          .slice(offset, offset + first)
          .map((one) => ({ ...one, implementations, places: titles }));
      },
    },
    CoveredRequirement: {
      place: ({ id, places: known }: Covered & { places: ReadonlyMap<string, Place> }) => known.get(id) ?? placeOf(id),
      because: ({ because, implementations }: Covered & Pick<CoverageView, 'implementations'>) =>
        because.slice(0, shownReasons).map((relation) => ({ relation, ids: implementations.get(relation.to) ?? [] })),
    },
    CoverageReason: {
      relationship: ({ relation }: { relation: Relation }) => relation.relationship,
      control: ({ relation }: { relation: Relation }) => places.get(relation.to) ?? { id: relation.to, title: null },
      implementations: ({ ids }: { ids: readonly string[] }, _: unknown, context: Context) =>
        Promise.all(ids.slice(0, shownReasons).map((id) => loadImplementation(context, id))),
    },
  },
};
