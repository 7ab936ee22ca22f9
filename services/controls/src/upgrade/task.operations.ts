import { AnnexError, badInput, type EventRow, notFound } from '@annex/schema';
import { checkVersion, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { findTasks, lockTask, type UpgradeTaskRow, updateTaskRow } from './task.store.ts';
import { checkTaskTransition, type TaskStatus } from './task.ts';
import { holdUpgrade } from './upgrade.store.ts';

export interface UpdateUpgradeTaskInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly status?: TaskStatus | null;
  readonly note?: string | null;
}

/** An event names so many implementations; a merge may be of thousands, and the task itself has all of them. */
const namedImplementations = 100;

export function taskEvent(row: UpgradeTaskRow): EventRow<'annex.controls.upgrade-task.changed.v1'> {
  const { id, ismsId, version, upgradeId, kind, sentence, sourceIds, targetIds, implementationIds, status } = row;
  return {
    ...{ id, ismsId, version, upgradeId, kind, sentence, sourceIds, targetIds, status, settledBy: row.settledBy },
    implementationIds: implementationIds.slice(0, namedImplementations),
    implementationCount: implementationIds.length,
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

/**
 * Settles a task that an upgrade left to people, opens it again, or notes something about it.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, BAD_INPUT where one is dismissed without saying why, STATE_CONFLICT
 */
export async function updateUpgradeTask(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateUpgradeTaskInput,
): Promise<{ id: string; version: number }> {
  const [found] = await findTasks(tx, [input.id]);
  if (!found) throw notFound('UpgradeTask', input.id);
  // Held first, as undoing holds it: the upgrade is not undone under a task that is being settled.
  const upgrade = await holdUpgrade(tx, found.upgradeId);
  checkNotRetired(await holdIsms(tx, found.ismsId));
  const row = await lockTask(tx, input.id);
  checkVersion('UpgradeTask', row.id, row.version, input.expectedVersion);
  if (upgrade.status === 'UNDONE') {
    throw new AnnexError('STATE_CONFLICT', 'The upgrade was undone; its tasks are kept and no longer changed', {
      details: { kind: 'UpgradeTask', id: row.id, present: row.status, allowed: [] },
    });
  }
  const status = input.status ?? row.status;
  checkTaskTransition(row.id, row.status, status);
  const note = text('input.note', input.note ?? row.note, 5000, 'optional');
  if (status === 'DISMISSED' && note === '') throw badInput('input.note', '', 'must say why there is nothing to do');
  if (status === row.status && note === row.note) return { id: row.id, version: row.version };
  const settled =
    status === row.status
      ? { settledBy: row.settledBy, settledAt: row.settledAt }
      : status === 'OPEN'
        ? { settledBy: null, settledAt: null }
        : { settledBy: actingPerson(tx.scope), settledAt: tx.now };
  const changed: UpgradeTaskRow = { ...row, ...settled, status, note, version: row.version + 1 };
  await updateTaskRow(tx, changed);
  tx.record('annex.controls.upgrade-task.changed.v1', { rows: [taskEvent(changed)] });
  return { id: row.id, version: changed.version };
}
