import { AnnexError, type ErrorCode, type FieldFault, refuseAll } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { settle } from '../strength/strength.operations.ts';
import {
  edited,
  implementationEvent,
  resolverOf,
  scheduleReviews,
  type UpdateImplementationInput,
} from './implementation.operations.ts';
import {
  type ControlsOf,
  controlIdsOf,
  type ImplementationRow,
  lockImplementations,
  setControls,
  updateImplementationRows,
} from './implementation.store.ts';

/** So many implementations in one mutation. */
const mostEdits = 1000;

const kinds = ['NOT_FOUND', 'BAD_INPUT', 'VERSION_CONFLICT'] as const satisfies readonly ErrorCode[];

/** Collects what is wrong with every row before anything is refused. */
function faultCollector() {
  const found: Record<(typeof kinds)[number], FieldFault[]> = { NOT_FOUND: [], BAD_INPUT: [], VERSION_CONFLICT: [] };
  return {
    found,
    /** @throws AnnexError of the first kind there is, with every row's fault of any kind */
    refuse() {
      const code = kinds.find((kind) => found[kind].length > 0);
      const faults = kinds.flatMap((kind) => found[kind]);
      if (code) refuseAll(code, faults);
    },
  };
}

/** Whether a change may move the strength: a new title or owner does not. */
function strengthMoves(before: ImplementationRow | undefined, after: ImplementationRow): boolean {
  const factors = ['status', 'share', 'claimedDesign', 'claimedOperation'] as const;
  return factors.some((factor) => before?.[factor] !== after[factor]);
}

/**
 * Changes up to 1,000 implementations, all or nothing, in a fixed number of statements. Each row at fault is named by its place:
 * `input.edits.17.share`. Rows that change nothing keep their version.
 * @returns the ids in the order given, and how many changed
 * @throws AnnexError NOT_FOUND, BAD_INPUT, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function updateImplementations(
  tx: WriteTx<ControlsDatabase>,
  edits: readonly UpdateImplementationInput[],
): Promise<{ ids: string[]; changed: number }> {
  if (edits.length < 1 || edits.length > mostEdits) {
    throw new AnnexError('BAD_INPUT', `input.edits: must hold 1 to ${mostEdits} implementations`, {
      faults: [{ field: 'input.edits', given: edits.length, allowed: `must hold 1 to ${mostEdits} implementations` }],
    });
  }
  const { found, refuse } = faultCollector();
  const ids = edits.map((edit) => edit.id);
  const seen = new Set<string>();
  ids.forEach((id, index) => {
    if (seen.has(id))
      found.BAD_INPUT.push({ field: `input.edits.${index}.id`, given: id, allowed: 'must be named once' });
    seen.add(id);
  });
  const rows = new Map((await lockImplementations(tx, ids)).map((row) => [row.id, row]));
  const resolve = await resolverOf(tx, [...new Set(edits.flatMap((edit) => edit.controlIds ?? []))]);
  const controls = new Map((await controlIdsOf(tx, ids)).map((list, index) => [ids[index] ?? '', list]));
  const changed: ImplementationRow[] = [];
  const moved: ControlsOf[] = [];
  edits.forEach((edit, index) => {
    const at = `input.edits.${index}`;
    const row = rows.get(edit.id);
    if (!row) {
      found.NOT_FOUND.push({ field: `${at}.id`, given: edit.id, allowed: 'must be an implementation' });
      return;
    }
    const { expectedVersion } = edit;
    if (expectedVersion !== null && expectedVersion !== undefined && expectedVersion !== row.version) {
      const allowed = `is at version ${row.version}`;
      found.VERSION_CONFLICT.push({ field: `${at}.expectedVersion`, given: expectedVersion, allowed });
    }
    try {
      const change = edited(row, controls.get(row.id) ?? [], edit, resolve, at);
      if (!change) return;
      changed.push({ ...change.row, version: row.version + 1 });
      if (change.controlIds) moved.push({ implementation: row, controlIds: change.controlIds });
    } catch (error) {
      if (!(error instanceof AnnexError) || error.faults.length === 0) throw error;
      found.BAD_INPUT.push(...error.faults);
    }
  });
  refuse();
  const ismsIds = [...new Set([...rows.values()].map((row) => row.ismsId))].sort();
  for (const ismsId of ismsIds) checkNotRetired(await holdIsms(tx, ismsId));
  if (changed.length === 0) return { ids, changed: 0 };

  await updateImplementationRows(tx, changed);
  await setControls(tx, moved);
  await scheduleReviews(
    tx,
    changed.filter((row) => row.reviewDate?.getTime() !== rows.get(row.id)?.reviewDate?.getTime()),
  );
  for (const { implementation, controlIds } of moved) controls.set(implementation.id, [...controlIds]);
  tx.record('annex.controls.implementation.changed.v1', {
    rows: changed.map((row) => implementationEvent(row, controls.get(row.id) ?? [])),
  });
  const touching = new Set(moved.map(({ implementation }) => implementation.id));
  for (const row of changed) if (strengthMoves(rows.get(row.id), row)) touching.add(row.id);
  await settle(tx, [...touching], [...new Set(changed.map((row) => row.ismsId))]);
  return { ids, changed: changed.length };
}
