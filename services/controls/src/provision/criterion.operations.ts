import type { EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, judge, newId, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { readProcess } from '../process/process.store.ts';
import {
  type CriterionRow,
  criteriaOf,
  deleteCriterionRows,
  insertCriterion,
  readCriterion,
  updateCriterionRow,
} from './criterion.store.ts';
import { criterionRules } from './provision.rules.ts';

interface Changeable {
  readonly control?: string | null;
  readonly evidence?: string | null;
  readonly ownerId?: string | null;
}

export interface CreateCriterionInput extends Changeable {
  readonly processId: string;
  readonly criterion: string;
}

interface VersionInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

export interface UpdateCriterionInput extends Changeable, VersionInput {
  readonly criterion?: string | null;
}

export type DeleteCriterionInput = VersionInput;

function criterionEvent(row: CriterionRow): EventRow<'annex.controls.process-criterion.changed.v1'> {
  const { id, ismsId, version, processId, control, ownerId } = row;
  return { id, ismsId, version, processId, ownerId, controlled: control !== '' };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: CriterionRow): Promise<Changed> {
  tx.record('annex.controls.process-criterion.changed.v1', { rows: [criterionEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], criterionRules);
  return { id: row.id, version: row.version };
}

/** Sets what a process must keep to (27001, 8.1). */
export async function createCriterion(tx: WriteTx<ControlsDatabase>, input: CreateCriterionInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readProcess(tx, input.processId)).ismsId));
  // Again, now that nobody can take it away.
  const process = await readProcess(tx, input.processId);
  const row: CriterionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: process.ismsId,
    version: 1,
    processId: process.id,
    criterion: text('input.criterion', input.criterion, 5000, 'required'),
    control: text('input.control', input.control ?? '', 5000, 'optional'),
    evidence: text('input.evidence', input.evidence ?? '', 5000, 'optional'),
    ownerId: input.ownerId ?? null,
  };
  await insertCriterion(tx, row);
  return keep(tx, row);
}

async function take(tx: WriteTx<ControlsDatabase>, { id, expectedVersion }: VersionInput): Promise<CriterionRow> {
  checkNotRetired(await lockIsms(tx, (await readCriterion(tx, id)).ismsId));
  const row = await readCriterion(tx, id);
  checkVersion('ProcessCriterion', row.id, row.version, expectedVersion);
  return row;
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. */
export async function updateCriterion(tx: WriteTx<ControlsDatabase>, input: UpdateCriterionInput): Promise<Changed> {
  const row = await take(tx, input);
  const changed: CriterionRow = {
    ...row,
    criterion: text('input.criterion', input.criterion ?? row.criterion, 5000, 'required'),
    control: text('input.control', input.control ?? row.control, 5000, 'optional'),
    evidence: text('input.evidence', input.evidence ?? row.evidence, 5000, 'optional'),
    ownerId: input.ownerId === undefined ? row.ownerId : input.ownerId,
    version: row.version + 1,
  };
  const fields = ['criterion', 'control', 'evidence', 'ownerId'] as const;
  if (fields.every((field) => row[field] === changed[field])) return { id: row.id, version: row.version };
  await updateCriterionRow(tx, changed);
  return keep(tx, changed);
}

async function forget(tx: WriteTx<ControlsDatabase>, rows: readonly CriterionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await deleteCriterionRows(
    tx,
    rows.map((row) => row.id),
  );
  tx.record('annex.controls.process-criterion.changed.v1', {
    rows: rows.map((row) => ({ ...criterionEvent(row), version: row.version + 1, deleted: true as const })),
  });
}

/** Takes a criterion away. @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function deleteCriterion(tx: WriteTx<ControlsDatabase>, input: DeleteCriterionInput): Promise<Changed> {
  const row = await take(tx, input);
  await forget(tx, [row]);
  await judge(tx, 'controls', [row.ismsId], criterionRules);
  return { id: row.id, version: row.version + 1 };
}

/** Takes the criteria of a process away, which goes itself. Whoever calls has locked the ISMS and judges after. */
export async function deleteCriteriaOf(
  tx: WriteTx<ControlsDatabase>,
  process: { readonly id: string; readonly ismsId: string },
): Promise<void> {
  await forget(tx, await criteriaOf(tx, process.ismsId, process.id).orderBy('id').execute());
}

/** Announces the criteria of an ISMS's processes as they are now (`annex resync`). */
export async function announceCriteria(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await criteriaOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.process-criterion.changed.v1', { rows: rows.map(criterionEvent) });
}
