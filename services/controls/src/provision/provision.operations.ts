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
import { namedOf } from '../linked.ts';
import { provisionRules } from './provision.rules.ts';
import {
  insertProvision,
  nextReview,
  type ProvisionRow,
  provisionsOf,
  readProvision,
  updateProvisionRow,
} from './provision.store.ts';
import { checkInUse, type ProvisionKind, type ProvisionStatus } from './provision.ts';

interface Links {
  readonly partyId?: string | null;
  readonly controlIds?: readonly string[] | null;
  readonly implementationIds?: readonly string[] | null;
}

interface Changeable extends Links {
  readonly description?: string | null;
  readonly ownerId?: string | null;
  readonly criteria?: string | null;
  readonly reviewDate?: Date | null;
}

export interface CreateProvisionInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly kind: ProvisionKind;
  readonly provider: string;
}

export interface UpdateProvisionInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly kind?: ProvisionKind | null;
  readonly provider?: string | null;
  readonly status?: ProvisionStatus | null;
}

/** The due kind of what an ISMS uses from outside: something is to be looked at again. */
export const provisionReviewDue = 'controls.external-provision-review';

function provisionEvent(row: ProvisionRow): EventRow<'annex.controls.external-provision.changed.v1'> {
  const { id, ismsId, version, reference, title, kind, partyId, ownerId, controlIds, implementationIds, status } = row;
  return {
    ...{ id, ismsId, version, reference, title, kind, partyId, ownerId, controlIds, implementationIds, status },
    reviewDate: row.reviewDate?.toISOString() ?? null,
  };
}

/** What is said of it after a change; null takes an owner or a date away. */
function contentOf(input: Changeable, before: ProvisionRow) {
  return {
    description: text('input.description', input.description ?? before.description, 10_000, 'optional'),
    ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId,
    criteria: text('input.criteria', input.criteria ?? before.criteria, 10_000, 'optional'),
    reviewDate: input.reviewDate === undefined ? before.reviewDate : input.reviewDate,
  };
}

/** Judges what follows now, and sees to it that the next review date is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextReview(tx, ismsId);
  await schedule(tx, provisionReviewDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], provisionRules);
}

/** A review date has come. */
export const provisionReviewIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

async function keep(tx: WriteTx<ControlsDatabase>, row: ProvisionRow): Promise<Changed> {
  tx.record('annex.controls.external-provision.changed.v1', { rows: [provisionEvent(row)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: row.version };
}

/** Records a process, product or service that comes from outside (27001, 8.1). */
export async function createProvision(tx: WriteTx<ControlsDatabase>, input: CreateProvisionInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: ProvisionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    kind: input.kind,
    provider: text('input.provider', input.provider, 300, 'required'),
    ...{ partyId: null, description: '', ownerId: null, criteria: '', controlIds: [], implementationIds: [] },
    ...{ reviewDate: null, status: 'IN_USE' },
  };
  const row: ProvisionRow = {
    ...empty,
    ...contentOf(input, empty),
    ...(await namedOf(tx, input, empty, 'A.5.19')),
    reference: await nextReference(tx, isms.id, 'EP'),
  };
  await insertProvision(tx, row);
  return keep(tx, row);
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. @throws AnnexError STATE_CONFLICT where it is used no longer */
export async function updateProvision(tx: WriteTx<ControlsDatabase>, input: UpdateProvisionInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readProvision(tx, input.id)).ismsId));
  const row = await readProvision(tx, input.id);
  checkVersion('ExternalProvision', row.id, row.version, input.expectedVersion);
  checkInUse(row);
  const changed: ProvisionRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    kind: input.kind ?? row.kind,
    provider: text('input.provider', input.provider ?? row.provider, 300, 'required'),
    ...contentOf(input, row),
    ...(await namedOf(tx, input, row, 'A.5.19')),
    status: input.status ?? row.status,
  };
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateProvisionRow(tx, changed);
  return keep(tx, changed);
}

/** Announces what an ISMS uses from outside as it is now (`annex resync`). */
export async function announceProvisions(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await provisionsOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.external-provision.changed.v1', { rows: rows.map(provisionEvent) });
}
