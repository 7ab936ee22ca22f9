import { controlGuidance } from '@annex/catalogues';
import { badInput, type EventRow } from '@annex/schema';
import { checkVersion, entityFields, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import { inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { takeImplementation } from '../implementation/implementation.operations.ts';
import { controlIdsOf } from '../implementation/implementation.store.ts';
import { text } from '../input.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import {
  filteredImplementationTasks,
  type ImplementationTaskRow,
  insertImplementationTasks,
  lockImplementationTask,
  updateImplementationTaskRow,
} from './task.store.ts';
import { checkTransition, stepsWithoutTask, type TaskStatus } from './task.ts';

export interface GenerateImplementationTasksInput {
  readonly implementationId: string;
}

export interface UpdateImplementationTaskInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly status?: TaskStatus | null;
  readonly assigneeId?: string | null;
  readonly due?: Date | null;
  readonly note?: string | null;
}

export function implementationTaskEvent(
  row: ImplementationTaskRow,
): EventRow<'annex.controls.implementation-task.changed.v1'> {
  const { id, ismsId, version, implementationId, controlId, title, status, assigneeId, settledBy } = row;
  return {
    ...{ id, ismsId, version, implementationId, controlId, title, status, assigneeId, settledBy },
    due: row.due?.toISOString() ?? null,
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

/**
 * Makes a task of each step of guidance on the implementation's controls of Annex A that has none yet. Asked for again, it makes those that
 * came with new controls or new guidance.
 * @returns how many it made
 * @throws AnnexError NOT_FOUND, STATE_CONFLICT
 */
export async function generateImplementationTasks(
  tx: WriteTx<ControlsDatabase>,
  input: GenerateImplementationTasksInput,
): Promise<{ id: string; created: number }> {
  // Locked, so that two who ask at once do not both make them.
  const implementation = await takeImplementation(tx, input.implementationId, undefined);
  const [controls = []] = await controlIdsOf(tx, [implementation.id]);
  const tasks = await filteredImplementationTasks(tx, { implementationId: implementation.id }).execute();
  const rows = stepsWithoutTask(inCatalogueOrder(controls), tasks, controlGuidance).map(
    (step): ImplementationTaskRow => ({
      ...entityFields(tx),
      ...{ id: newId(), ismsId: implementation.ismsId, version: 1, implementationId: implementation.id, ...step },
      ...{ status: 'OPEN', assigneeId: null, due: null, note: '', settledBy: null, settledAt: null },
    }),
  );
  if (rows.length > 0) {
    await insertImplementationTasks(tx, implementation, rows);
    tx.record('annex.controls.implementation-task.changed.v1', { rows: rows.map(implementationTaskEvent) });
  }
  return { id: implementation.id, created: rows.length };
}

const changeable = ['status', 'assigneeId', 'due', 'note'] as const satisfies readonly (keyof ImplementationTaskRow)[];

/**
 * Settles a task, opens it again, or says who does it by when. A change that changes nothing makes no version.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT, BAD_INPUT where one is found not applicable without saying why
 */
export async function updateImplementationTask(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateImplementationTaskInput,
): Promise<{ id: string; version: number }> {
  const row = await lockImplementationTask(tx, input.id);
  checkVersion('ImplementationTask', row.id, row.version, input.expectedVersion);
  checkNotRetired(await holdIsms(tx, row.ismsId));
  const status = input.status ?? row.status;
  checkTransition(row.id, row.status, status);
  const note = text('input.note', input.note ?? row.note, 5000, 'optional');
  if (status === 'NOT_APPLICABLE' && note === '') throw badInput('input.note', '', 'must say why it does not apply');
  const settled =
    status === row.status
      ? {}
      : status === 'OPEN'
        ? { settledBy: null, settledAt: null }
        : { settledBy: actingPerson(tx.scope), settledAt: tx.now };
  const changed: ImplementationTaskRow = {
    ...row,
    ...settled,
    status,
    note,
    assigneeId: input.assigneeId === undefined ? row.assigneeId : input.assigneeId,
    due: input.due === undefined ? row.due : input.due,
  };
  // Dates are the same when their moments are.
  if (changeable.every((field) => row[field]?.valueOf() === changed[field]?.valueOf()))
    return { id: row.id, version: row.version };
  changed.version++;
  await updateImplementationTaskRow(tx, changed);
  tx.record('annex.controls.implementation-task.changed.v1', { rows: [implementationTaskEvent(changed)] });
  return { id: row.id, version: changed.version };
}
