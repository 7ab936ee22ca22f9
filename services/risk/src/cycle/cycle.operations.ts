import { AnnexError, badInput, isUuid, notFound, personActing } from '@annex/schema';
import {
  type Caller,
  type Changed,
  checkVersion,
  type DueHandler,
  everyRow,
  ismsOf,
  newId,
  nextReference,
  type Tx,
  type WriteTx,
} from '@annex/service';
import { holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { judgeRisk } from '../level/relevel.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { planAssessments } from './cycle.due.ts';
import {
  type CyclePatch,
  type CycleRow,
  cycleEvent,
  cycleInProgress,
  findCycles,
  holdCycles,
  insertCycle,
  updateCycleRow,
} from './cycle.store.ts';
import { type CycleReason, checkNotOver, checkPlan, checkStep, comparabilityOf } from './cycle.ts';
import { criteriaNow, freezeRegister, type Pair } from './frozen.store.ts';

interface PlanInput {
  readonly scope?: string | null;
  readonly leadId?: string | null;
}

export interface PlanCycleInput extends PlanInput {
  readonly ismsId?: string | null;
  readonly name: string;
  readonly reason?: CycleReason | null;
  readonly plannedStart: Date | string;
  readonly plannedEnd: Date | string;
}

export interface CycleStepInput {
  readonly id: string;
  readonly expectedVersion: number;
}

export type UpdateCycleInput = CycleStepInput & { readonly [K in keyof PlanCycleInput]?: PlanCycleInput[K] | null };

export interface CompleteCycleInput extends CycleStepInput {
  readonly incompleteReason?: string | null;
  readonly comparability?: string | null;
}

export interface CancelCycleInput extends CycleStepInput {
  readonly note: string;
}

function leadOf(given: string | null | undefined): string | null {
  if (given && !isUuid(given)) throw badInput('input.leadId', given, 'must be the id of a person, or null');
  return given ?? null;
}

/** Tells of a cycle as it is now and judges its ISMS. */
async function settle(tx: WriteTx<RiskDatabase>, row: CycleRow): Promise<Changed> {
  tx.record('annex.risk.cycle.changed.v1', { rows: [cycleEvent(row)] });
  await judgeRisk(tx, [row.ismsId]);
  return { id: row.id, version: row.version };
}

/**
 * Plans an assessment of the whole register (27001, 8.2).
 * @throws AnnexError BAD_INPUT, STATE_CONFLICT in a retired ISMS
 */
export async function planCycle(tx: WriteTx<RiskDatabase>, input: PlanCycleInput): Promise<Changed> {
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const [plannedStart, plannedEnd] = [new Date(input.plannedStart), new Date(input.plannedEnd)];
  checkPlan(plannedStart, plannedEnd);
  const name = text('input.name', input.name, 200, 'required');
  const scope = text('input.scope', input.scope ?? '', 5000, 'optional');
  const leadId = leadOf(input.leadId);
  const reference = await nextReference(tx, ismsId, 'AC');
  const reason = input.reason ?? 'PLANNED';
  return settle(
    tx,
    await insertCycle(tx, { id: newId(), ismsId, reference, name, reason, scope, leadId, plannedStart, plannedEnd }),
  );
}

/** A cycle in the version that the caller read; nobody else moves one of its ISMS meanwhile. */
async function take(tx: WriteTx<RiskDatabase>, { id, expectedVersion }: CycleStepInput): Promise<CycleRow> {
  const [seen] = await findCycles(tx, [id]);
  if (!seen) throw notFound('AssessmentCycle', id);
  await holdActiveIsms(tx, seen.ismsId);
  await holdCycles(tx, seen.ismsId);
  const [row] = await findCycles(tx, [id]);
  if (!row) throw notFound('AssessmentCycle', id);
  checkVersion('AssessmentCycle', id, row.version, expectedVersion);
  return row;
}

const save = async (tx: WriteTx<RiskDatabase>, row: CycleRow, patch: CyclePatch): Promise<Changed> =>
  settle(tx, await updateCycleRow(tx, row, patch));

/**
 * Changes what is given of a cycle that is not over, and leaves the rest.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function updateCycle(tx: WriteTx<RiskDatabase>, input: UpdateCycleInput): Promise<Changed> {
  const row = await take(tx, input);
  checkNotOver(row);
  const plannedStart = input.plannedStart ? new Date(input.plannedStart) : row.plannedStart;
  const plannedEnd = input.plannedEnd ? new Date(input.plannedEnd) : row.plannedEnd;
  checkPlan(plannedStart, plannedEnd);
  return save(tx, row, {
    name: text('input.name', input.name ?? row.name, 200, 'required'),
    reason: input.reason ?? row.reason,
    scope: text('input.scope', input.scope === undefined ? row.scope : (input.scope ?? ''), 5000, 'optional'),
    leadId: input.leadId === undefined ? row.leadId : leadOf(input.leadId),
    plannedStart,
    plannedEnd,
  });
}

/**
 * Begins a cycle: what is assessed from now on counts as assessed in it. An ISMS has one in progress at a time.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function startCycle(tx: WriteTx<RiskDatabase>, input: CycleStepInput): Promise<Changed> {
  const row = await take(tx, input);
  checkStep(row, 'IN_PROGRESS');
  const running = await cycleInProgress(tx, row.ismsId);
  if (running) {
    throw new AnnexError('STATE_CONFLICT', `${running.reference} is in progress; complete or cancel it first`, {
      details: {
        kind: 'AssessmentCycle',
        id: running.id,
        present: running.status,
        allowed: ['COMPLETED', 'CANCELLED'],
      },
    });
  }
  return save(tx, row, { status: 'IN_PROGRESS', startedAt: tx.now });
}

/**
 * Completes a cycle: the register is frozen with its criteria and a hash over all of it (27001, 8.2: results are kept). Open risks that
 * were not assessed in it need a reason.
 * @throws AnnexError FORBIDDEN for a machine, BAD_INPUT without the reason, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function completeCycle(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: CompleteCycleInput,
): Promise<Changed> {
  personActing(caller.personId, 'An assessment is completed');
  const row = await take(tx, input);
  checkStep(row, 'COMPLETED');
  const note = text('input.incompleteReason', input.incompleteReason ?? '', 5000, 'optional');
  const comparability = text('input.comparability', input.comparability ?? '', 5000, 'optional');
  await holdCriteria(tx, row.ismsId, 'share');
  const frozen = await freezeRegister(tx, row);
  const left = frozen.open - frozen.assessed;
  if (left > 0 && note === '') {
    const allowed = `must say why ${left} of ${frozen.open} open risk${frozen.open === 1 ? '' : 's'} ${left === 1 ? 'was' : 'were'} not assessed in it`;
    throw badInput('input.incompleteReason', '', allowed);
  }
  const saved = await updateCycleRow(tx, row, {
    ...frozen,
    ...{ status: 'COMPLETED', endedAt: tx.now, endedBy: tx.scope.actor, note: left > 0 ? note : '', comparability },
  });
  await planAssessments(tx, [row.ismsId]);
  return settle(tx, saved);
}

/** Gives a cycle up, with the reason; nothing is frozen. @throws AnnexError BAD_INPUT, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT */
export async function cancelCycle(tx: WriteTx<RiskDatabase>, input: CancelCycleInput): Promise<Changed> {
  const row = await take(tx, input);
  checkStep(row, 'CANCELLED');
  const note = text('input.note', input.note, 5000, 'required');
  return save(tx, row, { status: 'CANCELLED', endedAt: tx.now, endedBy: tx.scope.actor, note });
}

/** An assessment is due, or not yet, where the period was made longer since; the ISMS is judged. */
export const assessmentIsDue: DueHandler<RiskDatabase> = async (tx, { subjectId }) => {
  await planAssessments(tx, [subjectId]);
  await judgeRisk(tx, [subjectId]);
};

/** Two registers of one ISMS, the later one frozen or as it is now, with whether they can be compared. */
export interface Compared extends Pair, ReturnType<typeof comparabilityOf> {
  readonly from: CycleRow;
  readonly to: CycleRow | null;
}

/** Two completed cycles of one ISMS with whether they can be compared. @throws AnnexError BAD_INPUT, STATE_CONFLICT */
export function compared(from: CycleRow, to: CycleRow): Compared {
  checkFrozen('from', from);
  checkFrozen('to', to);
  if (from.ismsId !== to.ismsId) throw badInput('to', to.id, 'must be an assessment of the same ISMS as from');
  return { from, to, ...comparabilityOf(from, to) };
}

/** A completed cycle and the register at the moment that is read, with whether they can be compared. @throws AnnexError STATE_CONFLICT */
export async function comparedWithNow(tx: Tx<RiskDatabase>, from: CycleRow): Promise<Compared> {
  checkFrozen('from', from);
  const { criteriaVersion, criteria } = await criteriaNow(tx, from.ismsId);
  const now = { reference: 'the register as it is now', criteriaVersion, criteria: JSON.parse(criteria) };
  return { from, to: null, ...comparabilityOf(from, now) };
}

function checkFrozen(field: string, row: CycleRow): void {
  if (row.status !== 'COMPLETED') {
    throw new AnnexError(
      'STATE_CONFLICT',
      `${field}: ${row.reference} is ${row.status}; only completed ones are frozen`,
      {
        details: { kind: 'AssessmentCycle', id: row.id, present: row.status, allowed: ['COMPLETED'] },
      },
    );
  }
}

/** Tells every cycle again. */
export async function announceCycles(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'assessmentCycle')) {
    tx.record('annex.risk.cycle.changed.v1', { rows: rows.map(cycleEvent) });
  }
}
