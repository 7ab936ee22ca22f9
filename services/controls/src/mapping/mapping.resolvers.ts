import { badInput } from '@annex/schema';
import { type CallContext, type GraphqlModule, ismsOf, sdl, type Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
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
  type Relations,
  relationsBy,
  suggestionsFor,
} from './mapping.ts';
import { loadOwnRelations } from './own.resolvers.ts';
import { mappingsOfFramework } from './own.store.ts';
import { relationOf } from './own.ts';
import { checkFramework, frameworkOfTenant, type Place, placeOf, placeShown } from './place.loader.ts';

type Context = CallContext<ControlsDatabase>;

const published = relationsBy(publishedRelations);

/** What Annex and the tenant say about a place, seen from it. */
async function relationsFrom(context: Context, id: string): Promise<readonly Relation[]> {
  return [...(published.get(id) ?? []), ...(await loadOwnRelations(context, id))];
}

/** The relations of a place and of all that it leads to: as far as two in a row reach. */
async function relationsAround(context: Context, id: string, direct: readonly Relation[]): Promise<Relations> {
  const next = [...new Set(direct.map((one) => one.to))];
  const found = await Promise.all(next.map((one) => relationsFrom(context, one)));
  return new Map([[id, direct], ...next.map((one, index) => [one, found[index] ?? []] as const)]);
}

/** What Annex says, and what the tenant says about places of a framework. */
async function relationsOfFramework(tx: Tx<ControlsDatabase>, framework: string): Promise<Relations> {
  const own = relationsBy((await mappingsOfFramework(tx, framework).execute()).map(relationOf));
  if (own.size === 0) return published;
  const both = [...own].map(([id, relations]) => [id, [...(published.get(id) ?? []), ...relations]] as const);
  return new Map([...published, ...both]);
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
      frameworkPlace: (_, { id }: { id: string }, context) => placeOf(context, id),
      async coverage(
        _,
        args: { framework: string; ismsId?: string | null; from?: ImplementationStatus | null },
        context,
      ): Promise<CoverageView> {
        const { framework, implementations, relations } = await context.read(async (tx) => ({
          framework: await frameworkOfTenant(tx, args.framework),
          implementations: await implementedControls(tx, await ismsOf(tx, args.ismsId), args.from ?? 'IMPLEMENTED'),
          relations: await relationsOfFramework(tx, args.framework),
        }));
        const implemented = new Set(implementations.keys());
        const covered = framework.places.map(({ id }) => coverageOf(id, relations, implemented));
        return { framework, covered, implementations };
      },
    },
    Framework: { size: (one: Framework | { readonly size: number }) => ('size' in one ? one.size : one.places.length) },
    FrameworkPlace: {
      number: ({ id }: Place) => numberOf(id),
      async relations(
        { id }: Place,
        { framework, suggestions }: { framework?: string | null; suggestions?: boolean | null },
        context: Context,
      ) {
        if (framework) await checkFramework(context, framework);
        const direct = await relationsFrom(context, id);
        const suggested = suggestions ? suggestionsFor(id, await relationsAround(context, id, direct)) : [];
        return [...direct, ...suggested]
          .filter((one) => !framework || frameworkOf(one.to) === framework)
          .sort(byStrength);
      },
    },
    PlaceRelation: {
      place: ({ to }: Relation, _: unknown, context: Context) => placeShown(context, to),
      suggested: ({ through }: Relation) => through !== null,
      through: ({ through }: Relation, _: unknown, context: Context) =>
        through === null ? null : placeShown(context, through),
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
      place: ({ id, places: known }: Covered & { places: ReadonlyMap<string, Place> }) => known.get(id),
      because: ({ because, implementations }: Covered & Pick<CoverageView, 'implementations'>) =>
        because.slice(0, shownReasons).map((relation) => ({ relation, ids: implementations.get(relation.to) ?? [] })),
    },
    CoverageReason: {
      relationship: ({ relation }: { relation: Relation }) => relation.relationship,
      control: ({ relation }: { relation: Relation }, _: unknown, context: Context) => placeShown(context, relation.to),
      implementations: ({ ids }: { ids: readonly string[] }, _: unknown, context: Context) =>
        Promise.all(ids.slice(0, shownReasons).map((id) => loadImplementation(context, id))),
    },
  },
};
