import { isDeepStrictEqual } from 'node:util';
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
  schedule,
  type WriteTx,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { linked } from '../linked.ts';
import { findMeasures, holdAttainment } from '../measure/measure.store.ts';
import { findObligations } from '../obligation/obligation.store.ts';
import { findRequirements } from '../party/party.store.ts';
import { monitoringRules, objectiveRules } from './objective.rules.ts';
import {
  insertObjective,
  ismsMeasuredBy,
  nextMoment,
  type ObjectiveRow,
  objectivesOf,
  readObjective,
  updateObjectiveRow,
} from './objective.store.ts';
import { checkOpen, checkTransition, type Measurability, type ObjectiveStatus, refuseIncomplete } from './objective.ts';

interface Links {
  readonly requirementIds?: readonly string[] | null;
  readonly obligationIds?: readonly string[] | null;
  readonly riskIds?: readonly string[] | null;
  readonly measureIds?: readonly string[] | null;
}

interface Changeable extends Links {
  readonly statement?: string | null;
  readonly policyBasis?: string | null;
  readonly measurability?: Measurability | null;
  readonly measurabilityReason?: string | null;
  readonly basis?: string | null;
  readonly actions?: string | null;
  readonly resources?: string | null;
  readonly ownerId?: string | null;
  readonly due?: Date | null;
  readonly evaluation?: string | null;
  readonly reviewDate?: Date | null;
  readonly communication?: string | null;
  readonly communicatedAt?: Date | null;
}

export interface CreateObjectiveInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
}

export interface UpdateObjectiveInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly status?: ObjectiveStatus | null;
  readonly result?: string | null;
}

/** The due kind of an ISMS's objectives: a date of one of them has come. */
export const objectiveDue = 'controls.objective';

function objectiveEvent(row: ObjectiveRow): EventRow<'annex.controls.objective.changed.v1'> {
  const { id, ismsId, version, reference, title, status, measurability, ownerId, measureIds, riskIds } = row;
  return {
    ...{ id, ismsId, version, reference, title, status, measurability, ownerId, measureIds, riskIds },
    due: row.due?.toISOString() ?? null,
    reviewDate: row.reviewDate?.toISOString() ?? null,
    communicatedAt: row.communicatedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

type Named = Pick<ObjectiveRow, 'requirementIds' | 'obligationIds' | 'riskIds' | 'measureIds'>;

/** The measures that tell of the objective; one that evidence has not told of yet may be named, news of it may be under way. */
async function measuresOf(
  tx: WriteTx<ControlsDatabase>,
  ismsId: string,
  given: readonly string[],
  before: readonly string[],
): Promise<string[]> {
  const ids = linked('input.measureIds', given, (id) => id, 'must be the id of a measure');
  const added = ids.filter((id) => !before.includes(id)).sort();
  // News of a measure waits here until this is done, and then sees the objective.
  for (const id of added) await holdAttainment(tx, id, ismsId);
  const elsewhere = new Set(
    (added.length > 0 ? await findMeasures(tx, added) : []).flatMap((row) =>
      row.deleted || row.ismsId !== ismsId ? row.id : [],
    ),
  );
  return linked(
    'input.measureIds',
    given,
    (id) => (elsewhere.has(id) ? undefined : id),
    'must be a measure of the same ISMS',
  );
}

/** What an objective names after a change: what is given is looked up, what is left out is known. */
async function linksOf(tx: WriteTx<ControlsDatabase>, ismsId: string, input: Links, before: Named): Promise<Named> {
  const { requirementIds, obligationIds, riskIds, measureIds } = input;
  const ours = (rows: readonly { readonly id: string; readonly ismsId: string }[]) =>
    new Set(rows.flatMap((row) => (row.ismsId === ismsId ? row.id : [])));
  const required = ours(requirementIds?.length ? await findRequirements(tx, requirementIds) : []);
  const binding = ours(obligationIds?.length ? await findObligations(tx, obligationIds) : []);
  const known = (ids: ReadonlySet<string>) => (id: string) => (ids.has(id) ? id : undefined);
  return {
    requirementIds: requirementIds
      ? linked(
          'input.requirementIds',
          requirementIds,
          known(required),
          'must be a requirement of an interested party of the same ISMS',
        )
      : before.requirementIds,
    obligationIds: obligationIds
      ? linked('input.obligationIds', obligationIds, known(binding), 'must be an obligation of the same ISMS')
      : before.obligationIds,
    riskIds: riskIds ? linked('input.riskIds', riskIds, (id) => id, 'must be the id of a risk') : before.riskIds,
    measureIds: measureIds ? await measuresOf(tx, ismsId, measureIds, before.measureIds) : before.measureIds,
  };
}

/** What an objective says after a change; null takes an owner or a date away. */
function contentOf(input: Changeable, before: ObjectiveRow) {
  const said = (
    field:
      | 'statement'
      | 'policyBasis'
      | 'measurabilityReason'
      | 'basis'
      | 'actions'
      | 'resources'
      | 'evaluation'
      | 'communication',
  ) => text(`input.${field}`, input[field] ?? before[field], 10_000, 'optional');
  return {
    statement: said('statement'),
    policyBasis: said('policyBasis'),
    measurability: input.measurability ?? before.measurability,
    measurabilityReason: said('measurabilityReason'),
    basis: said('basis'),
    actions: said('actions'),
    resources: said('resources'),
    ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId,
    due: input.due === undefined ? before.due : input.due,
    evaluation: said('evaluation'),
    reviewDate: input.reviewDate === undefined ? before.reviewDate : input.reviewDate,
    communication: said('communication'),
    communicatedAt: input.communicatedAt === undefined ? before.communicatedAt : input.communicatedAt,
  };
}

/** @throws AnnexError BAD_INPUT: what was communicated was so before now, and to somebody */
function checkCommunicated(tx: WriteTx<ControlsDatabase>, row: ObjectiveRow): void {
  if (!row.communicatedAt) return;
  if (row.communicatedAt > tx.now)
    throw badInput('input.communicatedAt', row.communicatedAt.toISOString(), 'must not lie in the future');
  text('input.communication', row.communication, 10_000, 'required');
}

/** Judges what follows from the objectives now, and sees to it that the next of their dates is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextMoment(tx, ismsId);
  await schedule(tx, objectiveDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], objectiveRules);
}

/** A date of an objective has come. */
export const objectiveIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

/** Measures say something else now: whether the objectives are monitored is judged again. */
export async function objectivesMeasured(tx: WriteTx<ControlsDatabase>, measureIds: readonly string[]): Promise<void> {
  const ismsIds = await ismsMeasuredBy(tx, measureIds);
  if (ismsIds.length > 0) await judge(tx, 'controls', ismsIds, monitoringRules);
}

/** Drafts an objective (27001, 6.2). */
export async function createObjective(tx: WriteTx<ControlsDatabase>, input: CreateObjectiveInput): Promise<Changed> {
  // Locked, so that what it names is not taken away meanwhile, and the next date is that of all.
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: ObjectiveRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    ...{ statement: '', policyBasis: '', measurability: 'MEASURABLE', measurabilityReason: '', basis: '' },
    ...{ requirementIds: [], obligationIds: [], riskIds: [], measureIds: [] },
    ...{ actions: '', resources: '', ownerId: null, due: null, evaluation: '', reviewDate: null },
    ...{ communication: '', communicatedAt: null, status: 'DRAFT', result: '', closedAt: null },
  };
  const row: ObjectiveRow = {
    ...empty,
    ...contentOf(input, empty),
    ...(await linksOf(tx, isms.id, input, empty)),
    reference: await nextReference(tx, isms.id, 'OBJ'),
  };
  checkCommunicated(tx, row);
  await insertObjective(tx, row);
  tx.record('annex.controls.objective.changed.v1', { rows: [objectiveEvent(row)] });
  await settle(tx, isms.id);
  return { id: row.id, version: row.version };
}

/**
 * Changes what is given and leaves the rest, or moves the objective on. One whose title or statement changes is to be communicated anew, unless
 * the change says when that was done. A change that changes nothing makes no version.
 * @throws AnnexError STATE_CONFLICT listing what it lacks to be pursued, or where it has ended
 */
export async function updateObjective(tx: WriteTx<ControlsDatabase>, input: UpdateObjectiveInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readObjective(tx, input.id)).ismsId));
  const row = await readObjective(tx, input.id);
  checkVersion('Objective', row.id, row.version, input.expectedVersion);
  checkOpen(row);
  const status = input.status ?? row.status;
  checkTransition(row.id, row.status, status);
  const ends = status === 'ACHIEVED' || status === 'DROPPED';
  const changed: ObjectiveRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    ...contentOf(input, row),
    ...(await linksOf(tx, row.ismsId, input, row)),
    status,
    result: text('input.result', input.result ?? row.result, 10_000, ends ? 'required' : 'optional'),
    closedAt: ends ? tx.now : null,
  };
  const otherAim = changed.title !== row.title || changed.statement !== row.statement;
  if (otherAim && input.communicatedAt === undefined) changed.communicatedAt = null;
  checkCommunicated(tx, changed);
  if (status === 'ACTIVE' || status === 'ACHIEVED') refuseIncomplete(changed);
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateObjectiveRow(tx, changed);
  tx.record('annex.controls.objective.changed.v1', { rows: [objectiveEvent(changed)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: changed.version };
}

/** Announces the objectives of an ISMS as they are now (`annex resync`). */
export async function announceObjectives(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await objectivesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.objective.changed.v1', { rows: rows.map(objectiveEvent) });
}
