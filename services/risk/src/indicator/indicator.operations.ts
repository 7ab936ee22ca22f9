import { isDeepStrictEqual } from 'node:util';
import { badInput, isUuid, notFound, refuseAll } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  entityFields,
  ismsOf,
  newId,
  nextReference,
  numberOf,
  type WriteTx,
} from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { faultsOfNamed } from '../linked.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { planDaily, raiseAlarm, settleIndicators, takeTurn } from './indicator.settle.ts';
import {
  findIndicators,
  type IndicatorRow,
  indicatorEvent,
  insertIndicator,
  risksOfIndicators,
  setRisks,
  updateIndicatorRow,
} from './indicator.store.ts';
import { checkActive, type Direction, type Figure, faultsOfLimits } from './indicator.ts';
import { holdMeasure } from './measure.store.ts';

interface Changeable {
  readonly description?: string | null;
  readonly ownerId?: string | null;
  readonly riskIds?: readonly string[] | null;
}

export interface CreateIndicatorInput extends Changeable {
  readonly ismsId?: string | null;
  readonly name: string;
  readonly measureId?: string | null;
  readonly figure?: Figure | null;
  readonly direction?: Direction | null;
  readonly warning: number;
  readonly critical: number;
}

export interface IndicatorStepInput {
  readonly id: string;
  readonly expectedVersion: number;
}

export interface UpdateIndicatorInput extends Changeable, IndicatorStepInput {
  readonly name?: string | null;
  readonly direction?: Direction | null;
  readonly warning?: number | null;
  readonly critical?: number | null;
}

const risksNamed = { field: 'input.riskIds', table: 'risk', allowed: 'must be a risk of the same ISMS' } as const;

/** What is given of an indicator in place of what it says; null takes away what may be absent. @throws AnnexError BAD_INPUT */
function contentOf(input: Changeable & Partial<UpdateIndicatorInput>, before: IndicatorRow) {
  const ownerId = input.ownerId === undefined ? before.ownerId : input.ownerId;
  if (ownerId !== null && !isUuid(ownerId))
    throw badInput('input.ownerId', ownerId, 'must be the id of a person, or null');
  const description = input.description === undefined ? before.description : (input.description ?? '');
  return {
    name: text('input.name', input.name ?? before.name, 200, 'required'),
    description: text('input.description', description, 5000, 'optional'),
    ownerId,
    direction: input.direction ?? before.direction,
    warning: input.warning ?? before.warning,
    critical: input.critical ?? before.critical,
  };
}

/**
 * What an indicator is to read: one measure of its ISMS, which is then held, or one figure of the register.
 * @throws AnnexError BAD_INPUT
 */
async function sourceOf(tx: WriteTx<RiskDatabase>, ismsId: string, input: CreateIndicatorInput) {
  const [measureId, figure] = [input.measureId ?? null, input.figure ?? null];
  if ((measureId === null) === (figure === null))
    throw badInput(
      'input.measureId',
      measureId,
      'must name either a measure or, in `figure`, a figure of the register',
    );
  if (measureId !== null) {
    const measure = isUuid(measureId) ? await holdMeasure(tx, measureId) : undefined;
    if (measure?.ismsId !== ismsId || measure.deleted)
      throw badInput('input.measureId', measureId, 'must be a measure of the same ISMS that evidence has told of');
  }
  return { measureId, figure };
}

/**
 * Sets a key risk indicator up and reads it (27005, 10.5).
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, STATE_CONFLICT in a retired ISMS
 */
export async function createIndicator(tx: WriteTx<RiskDatabase>, input: CreateIndicatorInput): Promise<Changed> {
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const source = await sourceOf(tx, ismsId, input);
  const empty: IndicatorRow = {
    ...entityFields(tx),
    ...{ id: newId(), ismsId, version: 1, reference: '', number: 0, name: input.name, description: '', ownerId: null },
    ...{ ...source, direction: 'HIGHER_IS_WORSE', warning: input.warning, critical: input.critical },
    ...{ status: 'ACTIVE', retiredAt: null, state: 'UNKNOWN', stateSince: tx.now },
    ...{ value: null, valuedAt: null, unit: '', explanation: '' },
  };
  const row: IndicatorRow = { ...empty, ...contentOf(input, empty) };
  const riskIds = [...new Set(input.riskIds ?? [])];
  refuseAll('BAD_INPUT', [...faultsOfLimits(row), ...(await faultsOfNamed(tx, ismsId, risksNamed, riskIds))]);
  row.reference = await nextReference(tx, ismsId, 'KRI');
  row.number = numberOf(row.reference);
  await takeTurn(tx, [ismsId]);
  await insertIndicator(tx, row);
  await setRisks(tx, row, riskIds);
  await settleIndicators(tx, [row], 'NEW');
  await planDaily(tx, ismsId);
  return { id: row.id, version: row.version };
}

/** An active indicator in the version that the caller read; nobody else reads or changes it meanwhile. */
async function take(tx: WriteTx<RiskDatabase>, { id, expectedVersion }: IndicatorStepInput): Promise<IndicatorRow> {
  const [seen] = await findIndicators(tx, [id]);
  if (!seen) throw notFound('RiskIndicator', id);
  await holdActiveIsms(tx, seen.ismsId);
  // What it reads never changes, so the measure may be held before the turn, as news of it does.
  if (seen.measureId !== null) await holdMeasure(tx, seen.measureId);
  await takeTurn(tx, [seen.ismsId]);
  const [row] = await findIndicators(tx, [id]);
  if (!row) throw notFound('RiskIndicator', id);
  checkVersion('RiskIndicator', id, row.version, expectedVersion);
  checkActive(row);
  return row;
}

/**
 * Changes what is given of an indicator and leaves the rest, then reads it by its limits of now. What it reads never changes: that would be
 * another indicator. A change that changes nothing makes no version.
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT for a retired one or in a retired ISMS
 */
export async function updateIndicator(tx: WriteTx<RiskDatabase>, input: UpdateIndicatorInput): Promise<Changed> {
  const present = await take(tx, input);
  const before = (await risksOfIndicators(tx, [present.id])).get(present.id) ?? [];
  const row: IndicatorRow = { ...present, ...contentOf(input, present) };
  const riskIds = input.riskIds ? [...new Set(input.riskIds)].sort() : before;
  refuseAll('BAD_INPUT', [
    ...faultsOfLimits(row),
    ...(input.riskIds ? await faultsOfNamed(tx, row.ismsId, risksNamed, riskIds) : []),
  ]);
  if (isDeepStrictEqual(row, present) && isDeepStrictEqual(riskIds, before))
    return { id: row.id, version: row.version };
  row.version++;
  await setRisks(tx, row, riskIds);
  const [settled = row] = await settleIndicators(tx, [row], 'EDITED');
  // Of the others that was asked for when it turned red, and may have been answered since.
  if (settled.state === 'RED' && present.state === 'RED')
    await raiseAlarm(
      tx,
      settled,
      riskIds.filter((id) => !before.includes(id)),
    );
  return { id: row.id, version: row.version };
}

/**
 * Retires an indicator for good: it keeps what it said last and is read no more.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT for one that is retired already or in a retired ISMS
 */
export async function retireIndicator(tx: WriteTx<RiskDatabase>, input: IndicatorStepInput): Promise<Changed> {
  const present = await take(tx, input);
  const [read = present] = await settleIndicators(tx, [present], 'SEEN');
  const row: IndicatorRow = { ...read, status: 'RETIRED', retiredAt: tx.now, version: read.version + 1 };
  await updateIndicatorRow(tx, row);
  const riskIds = (await risksOfIndicators(tx, [row.id])).get(row.id) ?? [];
  tx.record('annex.risk.indicator.changed.v1', { rows: [indicatorEvent(row, riskIds)] });
  await planDaily(tx, row.ismsId);
  return { id: row.id, version: row.version };
}
