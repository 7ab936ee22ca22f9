import { AnnexError, badInput, type EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, ismsOf, judge, newId, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { deleteCriteriaOf } from '../provision/criterion.operations.ts';
import { criterionRules } from '../provision/provision.rules.ts';
import { versionsNaming } from '../scope/scope.store.ts';
import { refuseNamed } from '../scope/scope.ts';
import { processRules } from './process.rules.ts';
import {
  deleteProcessRow,
  type IsmsProcessRow,
  insertProcess,
  neededBy,
  processesOf,
  readProcess,
  updateProcessRow,
} from './process.store.ts';
import { checkDependencies } from './process.ts';

interface Changeable {
  readonly description?: string | null;
  readonly ownerId?: string | null;
  readonly inputs?: string | null;
  readonly outputs?: string | null;
  readonly dependsOn?: readonly string[] | null;
}

export interface CreateProcessInput extends Changeable {
  readonly ismsId?: string | null;
  readonly name: string;
}

export interface UpdateProcessInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
}

export interface DeleteProcessInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

function processEvent(row: IsmsProcessRow): EventRow<'annex.controls.process.changed.v1'> {
  const { id, ismsId, version, name, ownerId, dependsOn } = row;
  return { id, ismsId, version, name, ownerId, dependsOn };
}

/** Checks name and dependencies against the other processes of the ISMS, which is locked: two changes at once cannot close a circle. */
async function checked(tx: WriteTx<ControlsDatabase>, row: IsmsProcessRow): Promise<IsmsProcessRow> {
  const others = (await processesOf(tx, row.ismsId).execute()).filter((one) => one.id !== row.id);
  if (others.some((one) => one.name === row.name)) {
    throw new AnnexError('ALREADY_EXISTS', `There is a process named ${row.name} already`, {
      faults: [{ field: 'input.name', given: row.name, allowed: 'a name that no other process of the ISMS has' }],
    });
  }
  return { ...row, dependsOn: checkDependencies(row, others) };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: IsmsProcessRow): Promise<Changed> {
  tx.record('annex.controls.process.changed.v1', { rows: [processEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], [...processRules, ...criterionRules]);
  return { id: row.id, version: row.version };
}

/** Records a process and what it depends on (27001, 4.4). */
export async function createProcess(tx: WriteTx<ControlsDatabase>, input: CreateProcessInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const row = await checked(tx, {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    name: text('input.name', input.name, 200, 'required'),
    description: text('input.description', input.description ?? '', 5000, 'optional'),
    ownerId: input.ownerId ?? null,
    inputs: text('input.inputs', input.inputs ?? '', 2000, 'optional'),
    outputs: text('input.outputs', input.outputs ?? '', 2000, 'optional'),
    dependsOn: [...(input.dependsOn ?? [])],
  });
  await insertProcess(tx, row);
  return keep(tx, row);
}

/** The process with its ISMS locked: dependencies are checked against processes that stand still. */
async function take(
  tx: WriteTx<ControlsDatabase>,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<IsmsProcessRow> {
  checkNotRetired(await lockIsms(tx, (await readProcess(tx, id)).ismsId));
  const row = await readProcess(tx, id);
  checkVersion('IsmsProcess', row.id, row.version, expectedVersion);
  return row;
}

/** Changes what is given and leaves the rest; `ownerId: null` takes the owner away. A change that changes nothing makes no version. */
export async function updateProcess(tx: WriteTx<ControlsDatabase>, input: UpdateProcessInput): Promise<Changed> {
  const row = await take(tx, input);
  if (input.dependsOn === null) throw badInput('input.dependsOn', null, 'must name processes, or none, or be left out');
  const changed = await checked(tx, {
    ...row,
    name: text('input.name', input.name ?? row.name, 200, 'required'),
    description: text('input.description', input.description ?? row.description, 5000, 'optional'),
    ownerId: input.ownerId === undefined ? row.ownerId : input.ownerId,
    inputs: text('input.inputs', input.inputs ?? row.inputs, 2000, 'optional'),
    outputs: text('input.outputs', input.outputs ?? row.outputs, 2000, 'optional'),
    dependsOn: [...(input.dependsOn ?? row.dependsOn)],
    version: row.version + 1,
  });
  const fields = ['name', 'description', 'ownerId', 'inputs', 'outputs'] as const;
  const sameNeeds = [...row.dependsOn].sort().join() === [...changed.dependsOn].sort().join();
  if (sameNeeds && fields.every((field) => row[field] === changed[field])) return { id: row.id, version: row.version };
  await updateProcessRow(tx, changed);
  return keep(tx, changed);
}

/** Takes a process away with its criteria. @throws AnnexError STATE_CONFLICT while another process depends on it or a scope names it */
export async function deleteProcess(tx: WriteTx<ControlsDatabase>, input: DeleteProcessInput): Promise<Changed> {
  const row = await take(tx, input);
  const [dependants = []] = await neededBy(tx, [row.id]);
  if (dependants.length > 0) {
    const names = dependants.map((one) => one.name).join(', ');
    throw new AnnexError('STATE_CONFLICT', `${row.name} stays while others depend on it: ${names}`, {
      details: { kind: 'IsmsProcess', id: row.id, neededBy: dependants.map((one) => one.id) },
    });
  }
  refuseNamed('IsmsProcess', row, await versionsNaming(tx, row.ismsId, 'processIds', row.id));
  await deleteCriteriaOf(tx, row);
  await deleteProcessRow(tx, row.id);
  const version = row.version + 1;
  tx.record('annex.controls.process.changed.v1', { rows: [{ ...processEvent(row), version, deleted: true }] });
  await judge(tx, 'controls', [row.ismsId], [...processRules, ...criterionRules]);
  return { id: row.id, version };
}

/** Announces the processes of an ISMS as they are now (`annex resync`). */
export async function announceProcesses(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await processesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.process.changed.v1', { rows: rows.map(processEvent) });
}
