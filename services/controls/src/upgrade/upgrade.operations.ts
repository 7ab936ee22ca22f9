import { AnnexError, type EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, ismsOf, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import { controlOf } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { implementationEvent } from '../implementation/implementation.operations.ts';
import { controlIdsOf, type ImplementationRow } from '../implementation/implementation.store.ts';
import { maxControls } from '../implementation/implementation.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { holdCataloguesOf } from '../library/library.store.ts';
import { settle } from '../strength/strength.operations.ts';
import { type EditionPair, holdEditionPair } from './pair.ts';
import { taskEvent } from './task.operations.ts';
import { insertTasks, type TaskCounts, taskCounts, withdrawTasks } from './task.store.ts';
import {
  type ControlLink,
  implementing,
  insertUpgrade,
  lockImplementations,
  lockUpgrade,
  raiseVersions,
  replaceLinks,
  type UpgradeRow,
  updateUpgrade,
} from './upgrade.store.ts';
import { type Move, moves, movesOf, openPointsOf, sameControls } from './upgrade.ts';

export interface ApplyUpgradeInput {
  readonly ismsId?: string | null;
  readonly from: string;
  readonly to: string;
}

export interface UndoUpgradeInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/**
 * Carries the implementations of an ISMS over to another edition, along the mappings, and keeps what was done and what is left to people.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, STATE_CONFLICT where nothing can be carried or the ISMS is retired
 */
export async function applyUpgrade(tx: WriteTx<ControlsDatabase>, input: ApplyUpgradeInput): Promise<Changed> {
  const ismsId = await ismsOf(tx, input.ismsId);
  const pair = await holdEditionPair(tx, input);
  const leaving = await implementing(tx, ismsId, pair.sources);
  const locked = await lockImplementations(
    tx,
    leaving.map((one) => one.id),
  );
  checkNotRetired(await holdIsms(tx, ismsId));
  // Read anew, in a new statement: what was waited for has changed the links, and what has come since is not held.
  const held = new Set(locked.map((row) => row.id));
  const found = (await implementing(tx, ismsId, [...pair.sources, ...pair.targets])).filter(
    ({ id, controlIds }) => held.has(id) || !controlIds.some((one) => pair.change.successors.has(one)),
  );
  const moved = movesOf(pair.change, found).filter(moves);
  checkMoves(moved, pair);
  await makeMoves(tx, ismsId, locked, moved);
  const upgrade: Omit<UpgradeRow, 'moves'> = {
    ...entityFields(tx),
    ...{ id: newId(), ismsId, version: 1, fromFramework: pair.from, toFramework: pair.to, status: 'APPLIED' },
    ...{ appliedBy: actingPerson(tx.scope), undoneAt: null, undoneBy: null },
  };
  await insertUpgrade(tx, { ...upgrade, moves: JSON.stringify(moved) });
  const tasks = await insertTasks(tx, upgrade, openPointsOf(pair.change, found));
  tx.record('annex.controls.upgrade.changed.v1', {
    rows: [upgradeEvent({ ...upgrade, moves: moved }, { OPEN: tasks.length })],
  });
  if (tasks.length > 0) tx.record('annex.controls.upgrade-task.changed.v1', { rows: tasks.map(taskEvent) });
  return { id: upgrade.id, version: 1 };
}

/** @param counts where the tasks stand that the upgrade left to people */
export function upgradeEvent(
  row: UpgradeRow,
  counts: Partial<TaskCounts> | undefined,
): EventRow<'annex.controls.upgrade.changed.v1'> {
  const { id, ismsId, version, status, appliedBy, undoneBy } = row;
  const tasks = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
  return {
    ...{ id, ismsId, version, from: row.fromFramework, to: row.toFramework, status, appliedBy, undoneBy, tasks },
    implementations: row.moves.length,
    appliedAt: row.createdAt.toISOString(),
    undoneAt: row.undoneAt?.toISOString() ?? null,
  };
}

function checkMoves(moved: readonly Move[], { from, to }: EditionPair): void {
  if (moved.length === 0) {
    throw new AnnexError('STATE_CONFLICT', `No implementation of the ISMS can be carried over from ${from} to ${to}`, {
      details: { from, to },
    });
  }
  const wide = moved.filter(({ after }) => after.length > maxControls).map((one) => one.reference);
  if (wide.length === 0) return;
  throw new AnnexError(
    'STATE_CONFLICT',
    `Implementations would have more than ${maxControls} controls; divide them first`,
    { details: { references: shown(wide), count: wide.length } },
  );
}

/**
 * Puts the links back as they were before the upgrade. All or none: where one was changed since, nothing is.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT naming the implementations that were changed
 */
export async function undoUpgrade(tx: WriteTx<ControlsDatabase>, input: UndoUpgradeInput): Promise<Changed> {
  const upgrade = await lockUpgrade(tx, input.id);
  checkVersion('Upgrade', upgrade.id, upgrade.version, input.expectedVersion);
  if (upgrade.status !== 'APPLIED') {
    throw new AnnexError('STATE_CONFLICT', 'The upgrade is undone already', {
      details: { kind: 'Upgrade', id: upgrade.id, present: upgrade.status, allowed: [] },
    });
  }
  const ids = upgrade.moves.map((move) => move.implementationId);
  const locked = await lockImplementations(tx, ids);
  checkNotRetired(await holdIsms(tx, upgrade.ismsId));
  const links = await controlIdsOf(tx, ids);
  const changed = upgrade.moves.filter((move, index) => !sameControls(links[index] ?? [], move.after));
  if (changed.length > 0) {
    const references = shown(changed.map((one) => one.reference));
    throw new AnnexError(
      'STATE_CONFLICT',
      `The controls of ${changed.length === 1 ? references[0] : `${changed.length} implementations`} were changed since the upgrade, which undoing it would overwrite`,
      { details: { kind: 'Upgrade', id: upgrade.id, present: upgrade.status, references, count: changed.length } },
    );
  }
  await checkStillThere(tx, upgrade.moves);
  const back = upgrade.moves.map((move) => ({ ...move, before: move.after, after: move.before }));
  await makeMoves(tx, upgrade.ismsId, locked, back);
  const version = upgrade.version + 1;
  const undone = { status: 'UNDONE', undoneAt: tx.now, undoneBy: actingPerson(tx.scope) } as const;
  await updateUpgrade(tx, { id: upgrade.id, version, ...undone });
  const withdrawn = await withdrawTasks(tx, upgrade.id);
  const [counts] = await taskCounts(tx, [upgrade.id]);
  tx.record('annex.controls.upgrade.changed.v1', { rows: [upgradeEvent({ ...upgrade, version, ...undone }, counts)] });
  if (withdrawn.length > 0) tx.record('annex.controls.upgrade-task.changed.v1', { rows: withdrawn.map(taskEvent) });
  return { id: upgrade.id, version };
}

/** An own edition may have been taken away since nothing implemented it any more. @throws AnnexError STATE_CONFLICT */
async function checkStillThere(tx: WriteTx<ControlsDatabase>, moved: readonly Move[]): Promise<void> {
  const returning = linksOnlyIn(moved, 'before', 'after').map((link) => link.controlId);
  const own = [...new Set(returning)].filter((id) => !controlOf(id));
  const held = own.length > 0 ? await holdCataloguesOf(tx, own) : [];
  const there = new Set(held.flatMap((one) => (one.kind === 'CONTROL' ? [one.id] : [])));
  const gone = own.filter((id) => !there.has(id));
  if (gone.length === 0) return;
  throw new AnnexError(
    'STATE_CONFLICT',
    `Controls that implementations had before the upgrade are in no catalogue any more, such as ${gone[0]}`,
    { details: { controls: shown(gone), count: gone.length } },
  );
}

/** An error names so many; the count tells of the rest. */
const shown = (references: readonly string[]) => references.slice(0, 100);

const linksOnlyIn = (moved: readonly Move[], here: 'before' | 'after', there: 'before' | 'after'): ControlLink[] =>
  moved.flatMap((move) =>
    move[here]
      .filter((controlId) => !move[there].includes(controlId))
      .map((controlId) => ({ implementationId: move.implementationId, controlId })),
  );

/** Makes the controls of locked implementations those of `after`, announces them, and lets strength and conformity follow. */
async function makeMoves(
  tx: WriteTx<ControlsDatabase>,
  ismsId: string,
  locked: readonly ImplementationRow[],
  moved: readonly Move[],
): Promise<void> {
  const ids = new Set(moved.map((move) => move.implementationId));
  await replaceLinks(tx, ismsId, {
    gone: linksOnlyIn(moved, 'before', 'after'),
    fresh: linksOnlyIn(moved, 'after', 'before'),
  });
  const rows = await raiseVersions(
    tx,
    locked.filter((row) => ids.has(row.id)),
  );
  const controls = await controlIdsOf(
    tx,
    rows.map((row) => row.id),
  );
  tx.record('annex.controls.implementation.changed.v1', {
    rows: rows.map((row, index) => implementationEvent(row, controls[index] ?? [])),
  });
  await settle(tx, [...ids], [ismsId]);
}
