import { AnnexError } from '@annex/schema';
import { checkVersion, entityFields, ismsOf, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { implementationEvent } from '../implementation/implementation.operations.ts';
import { controlIdsOf, type ImplementationRow } from '../implementation/implementation.store.ts';
import { maxControls } from '../implementation/implementation.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { settle } from '../strength/strength.operations.ts';
import { type EditionPair, editionPair } from './edition.ts';
import {
  type ControlLink,
  implementing,
  insertUpgrade,
  lockImplementations,
  lockUpgrade,
  raiseVersions,
  replaceLinks,
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

/** What a change answers with; the idempotency key remembers it. */
interface Changed {
  readonly id: string;
  readonly version: number;
}

/**
 * Carries the implementations of an ISMS over to another edition, along the mappings, and keeps what was done and what is left to people.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, STATE_CONFLICT where nothing can be carried or the ISMS is retired
 */
export async function applyUpgrade(tx: WriteTx<ControlsDatabase>, input: ApplyUpgradeInput): Promise<Changed> {
  const pair = editionPair(input.from, input.to, 'input.');
  const ismsId = await ismsOf(tx, input.ismsId);
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
  const id = newId();
  await insertUpgrade(tx, {
    ...entityFields(tx),
    ...{ id, ismsId, version: 1, fromFramework: pair.from.id, toFramework: pair.to.id, status: 'APPLIED' },
    moves: JSON.stringify(moved),
    openPoints: JSON.stringify(openPointsOf(pair.change, found)),
    appliedBy: actingPerson(tx.scope),
    undoneAt: null,
    undoneBy: null,
  });
  return { id, version: 1 };
}

function checkMoves(moved: readonly Move[], { from, to }: EditionPair): void {
  if (moved.length === 0) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `No implementation of the ISMS can be carried over from ${from.id} to ${to.id}`,
      { details: { from: from.id, to: to.id } },
    );
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
  const back = upgrade.moves.map((move) => ({ ...move, before: move.after, after: move.before }));
  await makeMoves(tx, upgrade.ismsId, locked, back);
  const version = upgrade.version + 1;
  const undone = { status: 'UNDONE', undoneAt: tx.now, undoneBy: actingPerson(tx.scope) } as const;
  await updateUpgrade(tx, { id: upgrade.id, version, ...undone });
  return { id: upgrade.id, version };
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
