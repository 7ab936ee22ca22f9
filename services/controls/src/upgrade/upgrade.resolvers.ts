import { badInput } from '@annex/schema';
import { type CallContext, type ConnectionArgs, type GraphqlModule, ismsOf, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { placeShown } from '../mapping/place.loader.ts';
import { type EditionPair, editionPair } from './pair.ts';
import { implementationsShown, placesShown, tasksOfUpgrade } from './task.resolvers.ts';
import type { TaskFilter } from './task.store.ts';
import { loadEdition, loadPoints, loadTaskCounts, loadUpgrade } from './upgrade.loader.ts';
import { type ApplyUpgradeInput, applyUpgrade, type UndoUpgradeInput, undoUpgrade } from './upgrade.operations.ts';
import { implementing, latestUpgrades, type UpgradeRow } from './upgrade.store.ts';
import { type Move, movesOf, type OpenPoint, type OpenPointKind, openPointsOf, type Pair } from './upgrade.ts';

type Context = CallContext<ControlsDatabase>;

interface Plan {
  readonly pair: EditionPair;
  readonly moves: readonly Move[];
  readonly openPoints: readonly OpenPoint[];
}

interface Page {
  readonly first: number | null;
  readonly offset: number | null;
}

const shownUpgrades = 50;

function page<T>(list: readonly T[], { first, offset }: Page): readonly T[] {
  const [size, start] = [first ?? 100, offset ?? 0];
  if (!(size >= 1 && size <= 500)) throw badInput('first', first, 'must be a whole number from 1 to 500');
  if (!(start >= 0)) throw badInput('offset', offset, 'must not be negative');
  return list.slice(start, start + size);
}

/** A move, with where the points are had that are left to people. */
type ShownMove = Move & { readonly points: (context: Context) => Promise<PointsBy> };
type PointsBy = ReadonlyMap<string, readonly OpenPoint[]>;

const pointsBy = (points: readonly OpenPoint[]): PointsBy => {
  const found = new Map<string, OpenPoint[]>();
  for (const point of points)
    for (const id of point.implementationIds) found.set(id, [...(found.get(id) ?? []), point]);
  return found;
};

function movesShown(
  { moves }: { readonly moves: readonly Move[] },
  args: Page,
  load: (context: Context) => Promise<readonly OpenPoint[]>,
): ShownMove[] {
  let found: Promise<PointsBy> | undefined;
  const points = (context: Context) => {
    found ??= load(context).then(pointsBy);
    return found;
  };
  return page(moves, args).map((move) => ({ ...move, points }));
}

const pairsShown = (context: Context, pairs: readonly Pair[]) =>
  Promise.all(
    pairs.map(async ({ source, target }) => ({
      source: await placeShown(context, source),
      target: await placeShown(context, target),
    })),
  );

export const upgradeModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./upgrade.graphql', import.meta.url)),
  resolvers: {
    Query: {
      upgradePlan: (_, args: ApplyUpgradeInput, context): Promise<Plan> =>
        context.read(async (tx) => {
          const pair = await editionPair(tx, args, '');
          const ismsId = await ismsOf(tx, args.ismsId);
          const found = await implementing(tx, ismsId, [...pair.sources, ...pair.targets]);
          return { pair, moves: movesOf(pair.change, found), openPoints: openPointsOf(pair.change, found) };
        }),
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
      from: ({ pair }: Plan, _, context) => loadEdition(context, pair.from),
      to: ({ pair }: Plan, _, context) => loadEdition(context, pair.to),
      counts: ({ pair: { change } }: Plan) => ({
        ...{ added: change.added.length, removed: change.removed.length, merged: change.merged.length },
        ...{ split: change.split.length, unchanged: change.unchanged.length, changed: change.changed.length },
      }),
      added: ({ pair }: Plan, args: Page, context) => placesShown(context, page(pair.change.added, args)),
      removed: ({ pair }: Plan, args: Page, context) => placesShown(context, page(pair.change.removed, args)),
      merged: ({ pair }: Plan, args: Page) => page(pair.change.merged, args),
      split: ({ pair }: Plan, args: Page) => page(pair.change.split, args),
      unchanged: ({ pair }: Plan, args: Page, context) => pairsShown(context, page(pair.change.unchanged, args)),
      changed: ({ pair }: Plan, args: Page, context) => pairsShown(context, page(pair.change.changed, args)),
      implementationCount: ({ moves }: Plan) => moves.length,
      implementations: (plan: Plan, args: Page) => movesShown(plan, args, async () => plan.openPoints),
      openPointCount: ({ openPoints }: Plan) => openPoints.length,
      openPoints: ({ openPoints }: Plan, args: Page & { readonly kind: OpenPointKind | null }) =>
        page(
          openPoints.filter((point) => !args.kind || point.kind === args.kind),
          args,
        ),
    },
    UpgradeMerge: {
      target: ({ target }: { target: string }, _, context) => placeShown(context, target),
      sources: ({ sources }: { sources: readonly string[] }, _, context) => placesShown(context, sources),
    },
    UpgradeSplit: {
      source: ({ source }: { source: string }, _, context) => placeShown(context, source),
      targets: ({ targets }: { targets: readonly string[] }, _, context) => placesShown(context, targets),
    },
    Upgrade: {
      isms: (row: UpgradeRow, _, context) => loadIsms(context, row.ismsId),
      from: (row: UpgradeRow, _, context) => loadEdition(context, row.fromFramework),
      to: (row: UpgradeRow, _, context) => loadEdition(context, row.toFramework),
      appliedAt: (row: UpgradeRow) => row.createdAt,
      implementationCount: ({ moves }: UpgradeRow) => moves.length,
      implementations: (row: UpgradeRow, args: Page) => movesShown(row, args, (context) => loadPoints(context, row.id)),
      async taskCounts(row: UpgradeRow, _, context) {
        const {
          OPEN: open,
          DONE: done,
          DISMISSED: dismissed,
          WITHDRAWN: withdrawn,
        } = await loadTaskCounts(context, row.id);
        return { total: open + done + dismissed + withdrawn, open, done, dismissed, withdrawn };
      },
      tasks: (row: UpgradeRow, args: ConnectionArgs & TaskFilter, context) => tasksOfUpgrade(context, row.id, args),
    },
    UpgradedImplementation: {
      implementation: ({ implementationId }: ShownMove, _, context) => loadImplementation(context, implementationId),
      before: ({ before }: ShownMove, _, context) => placesShown(context, before),
      after: ({ after }: ShownMove, _, context) => placesShown(context, after),
      carried: ({ before, after }: ShownMove, _, context) =>
        placesShown(
          context,
          after.filter((id) => !before.includes(id)),
        ),
      openPoints: async ({ points, implementationId }: ShownMove, _, context) =>
        (await points(context)).get(implementationId) ?? [],
    },
    UpgradeOpenPoint: {
      sources: ({ sources }: OpenPoint, _, context) => placesShown(context, sources),
      targets: ({ targets }: OpenPoint, _, context) => placesShown(context, targets),
      implementations: ({ implementationIds }: OpenPoint, _, context) =>
        implementationsShown(context, implementationIds),
    },
  },
};
