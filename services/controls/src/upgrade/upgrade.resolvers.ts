import { badInput, notFound } from '@annex/schema';
import { type CallContext, type GraphqlModule, ismsOf, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { type EditionPair, editionPair, frameworkShown, placeShown } from './edition.ts';
import { type ApplyUpgradeInput, applyUpgrade, type UndoUpgradeInput, undoUpgrade } from './upgrade.operations.ts';
import { findUpgrades, implementing, latestUpgrades, type UpgradeRow } from './upgrade.store.ts';
import { type Move, movesOf, type OpenPoint, type OpenPointKind, openPointsOf } from './upgrade.ts';

type Context = CallContext<ControlsDatabase>;

/** What a plan and a kept upgrade show in the same way. */
interface Shown {
  readonly moves: readonly Move[];
  readonly openPoints: readonly OpenPoint[];
}

interface Plan extends Shown {
  readonly pair: EditionPair;
}

interface Page {
  readonly first: number | null;
  readonly offset: number | null;
}

const shownUpgrades = 50;
const shownImplementations = 20;

function loadUpgrade(context: Context, id: string): Promise<UpgradeRow> {
  const loader = context.loader<string, UpgradeRow>('upgrade', async (tx, ids) => {
    const rows = new Map((await findUpgrades(tx, ids)).map((row) => [row.id, row]));
    return ids.map((one) => rows.get(one) ?? notFound('Upgrade', one));
  });
  return loader.load(id);
}

function page<T>(list: readonly T[], { first, offset }: Page): readonly T[] {
  const [size, start] = [first ?? 100, offset ?? 0];
  if (!(size >= 1 && size <= 500)) throw badInput('first', first, 'must be a whole number from 1 to 500');
  if (!(start >= 0)) throw badInput('offset', offset, 'must not be negative');
  return list.slice(start, start + size);
}

const shownPlaces = (ids: readonly string[]) => ids.map(placeShown);

/** The moves with the points that concern them. */
function movesShown({ moves, openPoints }: Shown, args: Page) {
  const points = Map.groupBy(
    openPoints.flatMap((point) => point.implementationIds.map((id) => ({ id, point }))),
    ({ id }) => id,
  );
  return page(moves, args).map((move) => ({
    ...move,
    openPoints: (points.get(move.implementationId) ?? []).map(({ point }) => point),
  }));
}

const openPointsShown = ({ openPoints }: Shown, args: Page & { readonly kind: OpenPointKind | null }) =>
  page(
    openPoints.filter((point) => !args.kind || point.kind === args.kind),
    args,
  );

export const upgradeModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./upgrade.graphql', import.meta.url)),
  resolvers: {
    Query: {
      async upgradePlan(_, args: ApplyUpgradeInput, context): Promise<Plan> {
        const pair = editionPair(args.from, args.to, '');
        const found = await context.read(async (tx) =>
          implementing(tx, await ismsOf(tx, args.ismsId), [...pair.sources, ...pair.targets]),
        );
        return { pair, moves: movesOf(pair.change, found), openPoints: openPointsOf(pair.change, found) };
      },
      upgrade: (_, { id }: { id: string }, context) => loadUpgrade(context, id),
      upgrades: (_, { ismsId }: { ismsId?: string | null }, context) =>
        context.read(async (tx) => latestUpgrades(tx, await ismsOf(tx, ismsId), shownUpgrades)),
    },
    Mutation: {
      async applyUpgrade(_, { input }: { input: ApplyUpgradeInput }, context) {
        const { id } = await context.write('applyUpgrade', input, (tx) => applyUpgrade(tx, input));
        return { upgrade: await loadUpgrade(context, id) };
      },
      async undoUpgrade(_, { input }: { input: UndoUpgradeInput }, context) {
        const { id } = await context.write('undoUpgrade', input, (tx) => undoUpgrade(tx, input));
        return { upgrade: await loadUpgrade(context, id) };
      },
    },
    UpgradePlan: {
      from: ({ pair }: Plan) => pair.from,
      to: ({ pair }: Plan) => pair.to,
      added: ({ pair }: Plan) => shownPlaces(pair.change.added),
      removed: ({ pair }: Plan) => shownPlaces(pair.change.removed),
      merged: ({ pair }: Plan) =>
        pair.change.merged.map(({ target, sources }) => ({
          target: placeShown(target),
          sources: shownPlaces(sources),
        })),
      split: ({ pair }: Plan) =>
        pair.change.split.map(({ source, targets }) => ({ source: placeShown(source), targets: shownPlaces(targets) })),
      unchanged: ({ pair }: Plan) =>
        pair.change.unchanged.map(({ source, target }) => ({ source: placeShown(source), target: placeShown(target) })),
      implementationCount: ({ moves }: Plan) => moves.length,
      implementations: movesShown,
      openPointCount: ({ openPoints }: Plan) => openPoints.length,
      openPoints: openPointsShown,
    },
    Upgrade: {
      isms: (row: UpgradeRow, _, context) => loadIsms(context, row.ismsId),
      from: (row: UpgradeRow) => frameworkShown(row.fromFramework),
      to: (row: UpgradeRow) => frameworkShown(row.toFramework),
      appliedAt: (row: UpgradeRow) => row.createdAt,
      implementationCount: ({ moves }: UpgradeRow) => moves.length,
      implementations: movesShown,
      openPointCount: ({ openPoints }: UpgradeRow) => openPoints.length,
      openPoints: openPointsShown,
    },
    UpgradedImplementation: {
      implementation: ({ implementationId }: Move, _, context) => loadImplementation(context, implementationId),
      before: ({ before }: Move) => shownPlaces(before),
      after: ({ after }: Move) => shownPlaces(after),
      carried: ({ before, after }: Move) => shownPlaces(after.filter((id) => !before.includes(id))),
    },
    UpgradeOpenPoint: {
      sources: ({ sources }: OpenPoint) => shownPlaces(sources),
      targets: ({ targets }: OpenPoint) => shownPlaces(targets),
      implementations: ({ implementationIds }: OpenPoint, _, context) =>
        Promise.all(implementationIds.slice(0, shownImplementations).map((id) => loadImplementation(context, id))),
    },
  },
};
