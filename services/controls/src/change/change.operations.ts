import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '@annex/schema';
import {
  type Caller,
  type Changed,
  checkVersion,
  type DueHandler,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  schedule,
  type WriteTx,
} from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { changeRules } from './change.rules.ts';
import {
  changesOf,
  type IsmsChangeRow,
  insertChange,
  nextPlanned,
  readChange,
  updateChangeRow,
} from './change.store.ts';
import { type Consideration, checkDecider, checkProposed, checkTransition, refuseUnconsidered } from './change.ts';

interface Changeable extends Partial<Readonly<Record<Consideration, string | null>>> {
  readonly ownerId?: string | null;
  readonly plannedFor?: Date | null;
}

export interface ProposeChangeInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
}

interface VersionInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

export interface UpdateChangeInput extends Changeable, VersionInput {
  readonly title?: string | null;
}

export interface JudgeChangeInput extends VersionInput {
  readonly decision: 'APPROVED' | 'REJECTED';
  readonly note?: string | null;
}

export interface CompleteChangeInput extends VersionInput {
  readonly result: string;
}

/** The due kind of an ISMS's changes: the date of one of them has come. */
export const changeDue = 'controls.isms-change';

function changeEvent(row: IsmsChangeRow): EventRow<'annex.controls.isms-change.changed.v1'> {
  const { id, ismsId, version, reference, title, ownerId, status, decidedBy } = row;
  return {
    ...{ id, ismsId, version, reference, title, ownerId, status, decidedBy },
    plannedFor: row.plannedFor?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    doneAt: row.doneAt?.toISOString() ?? null,
  };
}

/** What a proposal says after a change; null takes an owner or a date away. */
function contentOf(input: Changeable, before: IsmsChangeRow) {
  const said = (field: Consideration) => text(`input.${field}`, input[field] ?? before[field], 10_000, 'optional');
  return {
    purpose: said('purpose'),
    consequences: said('consequences'),
    integrity: said('integrity'),
    resources: said('resources'),
    responsibilities: said('responsibilities'),
    ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId,
    plannedFor: input.plannedFor === undefined ? before.plannedFor : input.plannedFor,
  };
}

/** Judges what follows from the changes now, and sees to it that the next of their dates is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextPlanned(tx, ismsId);
  await schedule(tx, changeDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], changeRules);
}

/** The date of a change has come. */
export const changeIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

/** Proposes to change the ISMS (27001, 6.3). */
export async function proposeChange(tx: WriteTx<ControlsDatabase>, input: ProposeChangeInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: IsmsChangeRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    ...{ purpose: '', consequences: '', integrity: '', resources: '', responsibilities: '' },
    ...{ ownerId: null, plannedFor: null, status: 'PROPOSED' },
    authors: [actingPerson(tx.scope)],
    ...{ decisionNote: '', decidedBy: null, decidedAt: null, result: '', doneAt: null },
  };
  const row: IsmsChangeRow = {
    ...empty,
    ...contentOf(input, empty),
    reference: await nextReference(tx, isms.id, 'CH'),
  };
  await insertChange(tx, row);
  tx.record('annex.controls.isms-change.changed.v1', { rows: [changeEvent(row)] });
  await settle(tx, isms.id);
  return { id: row.id, version: row.version };
}

/** The change with its ISMS locked: changes come one after the other. */
async function take(tx: WriteTx<ControlsDatabase>, { id, expectedVersion }: VersionInput): Promise<IsmsChangeRow> {
  checkNotRetired(await lockIsms(tx, (await readChange(tx, id)).ismsId));
  const row = await readChange(tx, id);
  checkVersion('IsmsChange', row.id, row.version, expectedVersion);
  return row;
}

async function keep(tx: WriteTx<ControlsDatabase>, row: IsmsChangeRow): Promise<Changed> {
  const next = { ...row, version: row.version + 1 };
  await updateChangeRow(tx, next);
  tx.record('annex.controls.isms-change.changed.v1', { rows: [changeEvent(next)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: next.version };
}

/** Changes what is given of a proposal and leaves the rest. A change that changes nothing makes no version. */
export async function updateChange(tx: WriteTx<ControlsDatabase>, input: UpdateChangeInput): Promise<Changed> {
  const row = await take(tx, input);
  checkProposed(row);
  const changed: IsmsChangeRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    ...contentOf(input, row),
  };
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  return keep(tx, { ...changed, authors: [...new Set([...row.authors, actingPerson(tx.scope)])] });
}

/**
 * A person who neither proposed a change nor wrote a part of it approves or rejects it, or calls off what was approved (four eyes).
 * @throws AnnexError FORBIDDEN, STATE_CONFLICT listing what was not considered, VERSION_CONFLICT
 */
export async function judgeChange(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: JudgeChangeInput,
): Promise<Changed> {
  const row = await take(tx, input);
  const decidedBy = checkDecider(caller.personId, row.authors);
  checkTransition(row.id, row.status, input.decision);
  const approves = input.decision === 'APPROVED';
  if (approves) refuseUnconsidered(row);
  return keep(tx, {
    ...row,
    status: input.decision,
    decisionNote: text('input.note', input.note ?? '', 5000, approves ? 'optional' : 'required'),
    decidedBy,
    decidedAt: tx.now,
  });
}

/** Says what came of an approved change (27001, 6.3). @throws AnnexError STATE_CONFLICT unless it is approved */
export async function completeChange(tx: WriteTx<ControlsDatabase>, input: CompleteChangeInput): Promise<Changed> {
  const row = await take(tx, input);
  checkTransition(row.id, row.status, 'DONE');
  return keep(tx, {
    ...row,
    status: 'DONE',
    result: text('input.result', input.result, 10_000, 'required'),
    doneAt: tx.now,
  });
}

/** Announces the planned changes of an ISMS as they are now (`annex resync`). */
export async function announceChanges(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await changesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.isms-change.changed.v1', { rows: rows.map(changeEvent) });
}
