import { badInput, type EventRow } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  type DueHandler,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  scheduleAll,
  type WriteTx,
} from '@annex/service';
import { controlOf } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { fraction, text } from '../input.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { ownControls } from '../library/library.store.ts';
import { beginStrength, settle } from '../strength/strength.operations.ts';
import type { ImplementationStatus } from '../strength/strength.ts';
import { implementationReviewRules } from './implementation.rules.ts';
import {
  controlIdsOf,
  findImplementations,
  type ImplementationRow,
  insertImplementation,
  lockImplementation,
  setControls,
  updateImplementationRow,
} from './implementation.store.ts';
import { type CostInput, controlIds, cost, hours, noCost, progress } from './implementation.ts';

interface Changeable {
  readonly description?: string | null;
  readonly ownerId?: string | null;
  readonly status?: ImplementationStatus | null;
  readonly share?: number | null;
  readonly claimedDesign?: number | null;
  readonly claimedOperation?: number | null;
  readonly cost?: CostInput | null;
  readonly effortHoursYearly?: number | null;
  readonly reviewDate?: Date | null;
}

export interface CreateImplementationInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly controlIds: readonly string[];
}

export interface UpdateImplementationInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly controlIds?: readonly string[] | null;
}

/** Finds the full ids of controls, of Annex A or of the tenant's own catalogues. */
export async function resolverOf(tx: WriteTx<ControlsDatabase>, given: readonly string[]) {
  const unknown = given.filter((id) => !controlOf(id));
  const own = new Set((await ownControls(tx, unknown)).map((row) => row.id));
  return (id: string) => controlOf(id)?.id ?? (own.has(id) ? id : undefined);
}

export function implementationEvent(
  row: ImplementationRow,
  ids: readonly string[],
): EventRow<'annex.controls.implementation.changed.v1'> {
  const { id, ismsId, version, reference, title, status, ownerId } = row;
  const reviewDate = row.reviewDate?.toISOString() ?? null;
  return { id, ismsId, version, reference, title, status, ownerId, controlIds: [...ids], reviewDate };
}

/** The due kind of one implementation: it is to be looked at again. */
export const implementationReviewDue = 'controls.implementation-review';

/** A review date has come. Where it was moved or taken away since, that is found out by judging. */
export const implementationReviewIsDue: DueHandler<ControlsDatabase> = async (tx, { subjectId }) => {
  const found = await findImplementations(tx, [subjectId]);
  const ismsIds = found.map((row) => row.ismsId);
  await judge(tx, 'controls', ismsIds, implementationReviewRules);
};

/** Sees to it that review dates that were set are not missed; one moment each, so that changes side by side do not meet. */
export async function scheduleReviews(
  tx: WriteTx<ControlsDatabase>,
  rows: readonly Pick<ImplementationRow, 'id' | 'reviewDate'>[],
): Promise<void> {
  const moments = rows.flatMap(({ id, reviewDate }) => (reviewDate ? [{ subjectId: id, dueAt: reviewDate }] : []));
  await scheduleAll(tx, implementationReviewDue, moments);
}

/** Records how one or more controls are implemented in an ISMS (27001, 6.1.3 and 8.1). */
export async function createImplementation(
  tx: WriteTx<ControlsDatabase>,
  input: CreateImplementationInput,
): Promise<Changed> {
  const ids = controlIds(input.controlIds, await resolverOf(tx, input.controlIds));
  const isms = await holdIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const row: ImplementationRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    title: text('input.title', input.title, 300, 'required'),
    description: text('input.description', input.description ?? '', 20_000, 'optional'),
    ownerId: input.ownerId ?? null,
    ...progress(input),
    claimedDesign: fraction('input.claimedDesign', input.claimedDesign ?? 1),
    claimedOperation: fraction('input.claimedOperation', input.claimedOperation ?? 1),
    ...cost(input.cost, noCost),
    effortHoursYearly: hours('input.effortHoursYearly', input.effortHoursYearly ?? null),
    reviewDate: input.reviewDate ?? null,
    reference: await nextReference(tx, isms.id, 'C'),
  };
  await insertImplementation(tx, row);
  await setControls(tx, [{ implementation: row, controlIds: ids }]);
  tx.record('annex.controls.implementation.changed.v1', { rows: [implementationEvent(row, ids)] });
  await scheduleReviews(tx, [row]);
  await beginStrength(tx, row);
  await settle(tx, [row.id], [row.ismsId]);
  return { id: row.id, version: row.version };
}

/**
 * Takes an implementation for a change: locked, at the expected version, in an ISMS that still runs. All changes to it and to what
 * hangs on it (links, assessments) go through here, one after the other.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function takeImplementation(
  tx: WriteTx<ControlsDatabase>,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<ImplementationRow> {
  const row = await lockImplementation(tx, id);
  checkVersion('Implementation', row.id, row.version, expectedVersion);
  checkNotRetired(await holdIsms(tx, row.ismsId));
  return row;
}

/** Keeps the next version of an implementation, announces it, and lets strength and conformity follow. */
export async function keepImplementation(tx: WriteTx<ControlsDatabase>, row: ImplementationRow): Promise<Changed> {
  const next = { ...row, version: row.version + 1 };
  await updateImplementationRow(tx, next);
  const [ids = []] = await controlIdsOf(tx, [row.id]);
  tx.record('annex.controls.implementation.changed.v1', { rows: [implementationEvent(next, ids)] });
  await settle(tx, [row.id], [row.ismsId]);
  return { id: row.id, version: next.version };
}

const changeable = [
  'title',
  'description',
  'ownerId',
  'status',
  'share',
  'claimedDesign',
  'claimedOperation',
  'costCurrency',
  'costOnce',
  'costYearly',
  'effortHoursYearly',
  'reviewDate',
] as const satisfies readonly (keyof ImplementationRow)[];

/** What a change makes of an implementation. */
interface Edit {
  readonly row: ImplementationRow;
  /** The controls after it, where it changes them. */
  readonly controlIds: readonly string[] | undefined;
}

/**
 * What a change makes of an implementation; undefined where it changes nothing. Null takes owner, cost, effort or review date away.
 * @param at where the change stands in the input: `input`, `input.edits.17`
 * @throws AnnexError BAD_INPUT
 */
export function edited(
  row: ImplementationRow,
  before: readonly string[],
  input: UpdateImplementationInput,
  resolve: (id: string) => string | undefined,
  at: string,
): Edit | undefined {
  if (input.controlIds === null) throw badInput(`${at}.controlIds`, null, 'must name controls or be left out');
  const changed: ImplementationRow = {
    ...row,
    title: text(`${at}.title`, input.title ?? row.title, 300, 'required'),
    description: text(`${at}.description`, input.description ?? row.description, 20_000, 'optional'),
    ownerId: input.ownerId === undefined ? row.ownerId : input.ownerId,
    ...progress(input, row, at),
    claimedDesign: fraction(`${at}.claimedDesign`, input.claimedDesign ?? row.claimedDesign),
    claimedOperation: fraction(`${at}.claimedOperation`, input.claimedOperation ?? row.claimedOperation),
    ...cost(input.cost, row, at),
    effortHoursYearly:
      input.effortHoursYearly === undefined
        ? row.effortHoursYearly
        : hours(`${at}.effortHoursYearly`, input.effortHoursYearly),
    reviewDate: input.reviewDate === undefined ? row.reviewDate : input.reviewDate,
  };
  const ids = input.controlIds ? controlIds(input.controlIds, resolve, at) : before;
  const sameControls = ids.length === before.length && ids.every((id) => before.includes(id));
  // Dates are the same when their moments are.
  const same = changeable.every((field) => row[field]?.valueOf() === changed[field]?.valueOf());
  if (sameControls && same) return undefined;
  return { row: changed, controlIds: sameControls ? undefined : ids };
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. */
export async function updateImplementation(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateImplementationInput,
): Promise<Changed> {
  const row = await takeImplementation(tx, input.id, input.expectedVersion);
  const [before = []] = await controlIdsOf(tx, [row.id]);
  const edit = edited(row, before, input, await resolverOf(tx, input.controlIds ?? []), 'input');
  if (!edit) return { id: row.id, version: row.version };
  if (edit.controlIds) await setControls(tx, [{ implementation: row, controlIds: edit.controlIds }]);
  await scheduleReviews(tx, [edit.row]);
  return keepImplementation(tx, edit.row);
}
