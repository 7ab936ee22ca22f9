import { type CallContext, loadEntity } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { knownFrameworks } from '../mapping/mapping.ts';
import { editionsNamed } from './edition.store.ts';
import { type TaskCounts, taskCounts, tasksOf } from './task.store.ts';
import { findUpgrades, type UpgradeRow } from './upgrade.store.ts';
import type { OpenPoint } from './upgrade.ts';

type Context = CallContext<ControlsDatabase>;

/** The upgrade of an id, batched; NOT_FOUND where the tenant has none. */
export function loadUpgrade(context: Context, id: string): Promise<UpgradeRow> {
  return loadEntity(context, 'Upgrade', findUpgrades, id);
}

interface Edition {
  readonly id: string;
  readonly title: string;
  readonly size: number;
}

/** An edition as it is shown; one that is in no catalogue any more is still told by its id. */
export async function loadEdition(context: Context, id: string): Promise<Edition> {
  const known = knownFrameworks.find((framework) => framework.id === id);
  if (known) return { id, title: known.title, size: known.places.length };
  const loader = context.loader<string, Edition>('editions', async (tx, ids) => {
    const own = new Map((await editionsNamed(tx, ids)).map((row) => [row.id, row]));
    return ids.map((one) => own.get(one) ?? { id: one, title: one, size: 0 });
  });
  return loader.load(id);
}

/** What an upgrade left to people, as points: as they were that day. */
export function loadPoints(context: Context, upgradeId: string): Promise<OpenPoint[]> {
  const loader = context.loader<string, OpenPoint[]>('points of upgrades', async (tx, ids) => {
    const tasks = Map.groupBy(await tasksOf(tx, ids), (task) => task.upgradeId);
    return ids.map((id) =>
      (tasks.get(id) ?? []).map(({ kind, sentence, sourceIds, targetIds, implementationIds }) => ({
        ...{ kind, sentence, implementationIds, sources: sourceIds, targets: targetIds },
      })),
    );
  });
  return loader.load(upgradeId);
}

export const loadTaskCounts = (context: Context, upgradeId: string): Promise<TaskCounts> =>
  context.loader<string, TaskCounts>('task counts', taskCounts).load(upgradeId);
