import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '@annex/schema';
import {
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
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { resourceRules } from './resource.rules.ts';
import { insertNeed, needsOf, nextNeeded, type ResourceNeedRow, readNeed, updateNeedRow } from './resource.store.ts';
import { checkAnswer, checkTransition, type ResourceKind, type ResourceStatus } from './resource.ts';

interface Changeable {
  readonly purpose?: string | null;
  readonly ownerId?: string | null;
  readonly neededBy?: Date | null;
  readonly status?: ResourceStatus | null;
  readonly answer?: string | null;
}

export interface CreateNeedInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly kind: ResourceKind;
}

export interface UpdateNeedInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly kind?: ResourceKind | null;
}

/** The due kind of an ISMS's needs: something is needed by now. */
export const resourceDue = 'controls.resource-need';

function needEvent(row: ResourceNeedRow): EventRow<'annex.controls.resource-need.changed.v1'> {
  const { id, ismsId, version, reference, title, kind, ownerId, status, decidedBy } = row;
  return {
    ...{ id, ismsId, version, reference, title, kind, ownerId, status, decidedBy },
    neededBy: row.neededBy?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

/** Judges what follows from the needs now, and sees to it that the next date is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextNeeded(tx, ismsId);
  await schedule(tx, resourceDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], resourceRules);
}

/** Something is needed by now. */
export const resourceIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

/** What is said of a need after a change, and who answered it when where the answer is another. */
function contentOf(tx: WriteTx<ControlsDatabase>, input: Changeable, before: ResourceNeedRow) {
  const status = input.status ?? before.status;
  const answer = text('input.answer', input.answer ?? before.answer, 10_000, 'optional');
  checkAnswer({ status, answer });
  const same = status === before.status && answer === before.answer;
  return {
    purpose: text('input.purpose', input.purpose ?? before.purpose, 10_000, 'optional'),
    ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId,
    neededBy: input.neededBy === undefined ? before.neededBy : input.neededBy,
    ...{ status, answer },
    decidedBy: same ? before.decidedBy : status === 'OPEN' ? null : tx.scope.actor,
    decidedAt: same ? before.decidedAt : status === 'OPEN' ? null : tx.now,
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: ResourceNeedRow): Promise<Changed> {
  tx.record('annex.controls.resource-need.changed.v1', { rows: [needEvent(row)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: row.version };
}

/** Records something that the ISMS needs (27001, 7.1). */
export async function createNeed(tx: WriteTx<ControlsDatabase>, input: CreateNeedInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: ResourceNeedRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    kind: input.kind,
    ...{ purpose: '', ownerId: null, neededBy: null, status: 'OPEN', answer: '', decidedBy: null, decidedAt: null },
  };
  const row: ResourceNeedRow = {
    ...empty,
    ...contentOf(tx, input, empty),
    reference: await nextReference(tx, isms.id, 'RN'),
  };
  await insertNeed(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest, or says what came of the need. A change that changes nothing makes no version.
 * @throws AnnexError STATE_CONFLICT, BAD_INPUT where it is provided or refused without a word
 */
export async function updateNeed(tx: WriteTx<ControlsDatabase>, input: UpdateNeedInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readNeed(tx, input.id)).ismsId));
  const row = await readNeed(tx, input.id);
  checkVersion('ResourceNeed', row.id, row.version, input.expectedVersion);
  checkTransition(row.id, row.status, input.status ?? row.status);
  const changed: ResourceNeedRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    kind: input.kind ?? row.kind,
    ...contentOf(tx, input, row),
  };
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateNeedRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the needs of an ISMS as they are now (`annex resync`). */
export async function announceResources(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await needsOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.resource-need.changed.v1', { rows: rows.map(needEvent) });
}
