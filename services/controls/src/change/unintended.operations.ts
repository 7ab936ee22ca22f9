import { isDeepStrictEqual } from 'node:util';
import { badInput, type EventRow } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  type WriteTx,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { unintendedRules } from './change.rules.ts';
import {
  findChanges,
  insertUnintended,
  readUnintended,
  type UnintendedChangeRow,
  unintendedOf,
  updateUnintendedRow,
} from './change.store.ts';
import { checkOpen, type UnintendedStatus } from './change.ts';

interface Changeable {
  readonly description?: string | null;
  readonly changeId?: string | null;
  readonly consequences?: string | null;
  readonly mitigation?: string | null;
}

export interface RecordUnintendedInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly noticedAt?: Date | null;
}

export interface UpdateUnintendedInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly noticedAt?: Date | null;
  readonly status?: UnintendedStatus | null;
}

function unintendedEvent(row: UnintendedChangeRow): EventRow<'annex.controls.unintended-change.changed.v1'> {
  const { id, ismsId, version, reference, title, changeId, status, reviewedBy } = row;
  return {
    ...{ id, ismsId, version, reference, title, changeId, status, reviewedBy },
    noticedAt: row.noticedAt.toISOString(),
    reviewedAt: row.reviewedAt?.toISOString() ?? null,
  };
}

/** What is said of it after a change; the planned change that it came from is looked up. */
async function contentOf(
  tx: WriteTx<ControlsDatabase>,
  input: Changeable & { readonly noticedAt?: Date | null },
  before: UnintendedChangeRow,
) {
  if (input.changeId) {
    const [change] = await findChanges(tx, [input.changeId]);
    if (change?.ismsId !== before.ismsId)
      throw badInput('input.changeId', input.changeId, 'must be a planned change of the same ISMS');
  }
  const noticedAt = input.noticedAt ?? before.noticedAt;
  if (noticedAt > tx.now) throw badInput('input.noticedAt', noticedAt.toISOString(), 'must not lie in the future');
  return {
    description: text('input.description', input.description ?? before.description, 10_000, 'optional'),
    noticedAt,
    changeId: input.changeId === undefined ? before.changeId : input.changeId,
    consequences: text('input.consequences', input.consequences ?? before.consequences, 10_000, 'optional'),
    mitigation: text('input.mitigation', input.mitigation ?? before.mitigation, 10_000, 'optional'),
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: UnintendedChangeRow): Promise<Changed> {
  tx.record('annex.controls.unintended-change.changed.v1', { rows: [unintendedEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], unintendedRules);
  return { id: row.id, version: row.version };
}

/** Records a change that nobody meant (27001, 8.1). */
export async function recordUnintended(tx: WriteTx<ControlsDatabase>, input: RecordUnintendedInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: UnintendedChangeRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    ...{ description: '', noticedAt: tx.now, changeId: null, consequences: '', mitigation: '' },
    ...{ status: 'OPEN', reviewedBy: null, reviewedAt: null },
  };
  const row: UnintendedChangeRow = {
    ...empty,
    ...(await contentOf(tx, input, empty)),
    reference: await nextReference(tx, isms.id, 'UC'),
  };
  await insertUnintended(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest, or says that the consequences were reviewed (27001, 8.1). A change that changes nothing makes no
 * version.
 * @throws AnnexError BAD_INPUT where it is reviewed and nothing says what follows or what is done about it, STATE_CONFLICT
 */
export async function updateUnintended(tx: WriteTx<ControlsDatabase>, input: UpdateUnintendedInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readUnintended(tx, input.id)).ismsId));
  const row = await readUnintended(tx, input.id);
  checkVersion('UnintendedChange', row.id, row.version, input.expectedVersion);
  checkOpen(row);
  const reviewed = input.status === 'REVIEWED';
  const changed: UnintendedChangeRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    ...(await contentOf(tx, input, row)),
    status: input.status ?? row.status,
    reviewedBy: reviewed ? tx.scope.actor : null,
    reviewedAt: reviewed ? tx.now : null,
  };
  if (reviewed) {
    text('input.consequences', changed.consequences, 10_000, 'required');
    text('input.mitigation', changed.mitigation, 10_000, 'required');
  }
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateUnintendedRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the unintended changes of an ISMS as they are now (`annex resync`). */
export async function announceUnintended(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await unintendedOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.unintended-change.changed.v1', { rows: rows.map(unintendedEvent) });
}
