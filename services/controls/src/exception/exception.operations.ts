import { badInput, type EventRow } from '@annex/schema';
import {
  type Caller,
  type Changed,
  checkVersion,
  type DueHandler,
  entityFields,
  judge,
  newId,
  nextReference,
  schedule,
  type WriteTx,
} from '@annex/service';
import { actingPerson } from '../acting.ts';
import { controlOf } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { controlIdsOf, findImplementations, lockImplementation } from '../implementation/implementation.store.ts';
import { fraction, text } from '../input.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { linked } from '../linked.ts';
import { settle } from '../strength/strength.operations.ts';
import { exceptionRules } from './exception.rules.ts';
import {
  type ExceptionRow,
  filteredExceptions,
  insertException,
  lockException,
  updateExceptionRow,
} from './exception.store.ts';
import { checkDecider, checkEnd, checkTransition, mayBecome } from './exception.ts';

export interface RequestExceptionInput {
  readonly implementationId: string;
  readonly title: string;
  readonly reason: string;
  readonly controlIds?: readonly string[] | null;
  readonly compensation?: string | null;
  readonly compensatingImplementationIds?: readonly string[] | null;
  readonly cap?: number | null;
  readonly endsAt: Date;
}

interface VersionInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

export interface JudgeExceptionInput extends VersionInput {
  readonly decision: 'APPROVED' | 'REJECTED';
  readonly note?: string | null;
}

export interface EndExceptionInput extends VersionInput {
  readonly note: string;
}

export type WithdrawExceptionInput = VersionInput;

/** The due kind of one exception: its end has come. */
export const exceptionEndDue = 'controls.exception-end';

function exceptionEvent(row: ExceptionRow): EventRow<'annex.controls.exception.changed.v1'> {
  const { id, ismsId, version, reference, title, status, implementationId, controlIds, cap } = row;
  return {
    ...{ id, ismsId, version, reference, title, status, implementationId, controlIds, cap },
    compensatingImplementationIds: row.compensatingImplementationIds,
    endsAt: row.endsAt.toISOString(),
    requestedBy: row.requestedBy,
    requestedAt: row.requestedAt.toISOString(),
    decidedBy: row.decidedBy,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    endedBy: row.endedBy,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

/**
 * Asks that a control need not be met in full until an end (27001, 6.1.3 and 8.1). It changes nothing until another person approves it.
 * @throws AnnexError NOT_FOUND, BAD_INPUT, STATE_CONFLICT
 */
export async function requestException(tx: WriteTx<ControlsDatabase>, input: RequestExceptionInput): Promise<Changed> {
  // Locked, so that it keeps the controls that the exception names.
  const implementation = await lockImplementation(tx, input.implementationId);
  const isms = await holdIsms(tx, implementation.ismsId);
  checkNotRetired(isms);
  const [controls = []] = await controlIdsOf(tx, [implementation.id]);
  const others = input.compensatingImplementationIds ?? [];
  const found = others.length > 0 ? await findImplementations(tx, others) : [];
  const compensating = linked(
    'input.compensatingImplementationIds',
    others,
    (id) => found.find((row) => row.id === id && row.ismsId === isms.id && id !== implementation.id)?.id,
    'must be another implementation of the same ISMS',
  );
  const compensation = text('input.compensation', input.compensation ?? '', 10_000, 'optional');
  if (compensation === '' && compensating.length === 0)
    throw badInput('input.compensation', '', 'must say what stands in meanwhile, or name implementations that do');
  const row: ExceptionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    title: text('input.title', input.title, 300, 'required'),
    reason: text('input.reason', input.reason, 5000, 'required'),
    implementationId: implementation.id,
    controlIds: input.controlIds?.length
      ? linked(
          'input.controlIds',
          input.controlIds,
          (id) => [controlOf(id)?.id ?? id].find((full) => controls.includes(full)),
          'must be a control that the implementation implements',
        )
      : controls,
    compensation,
    compensatingImplementationIds: compensating,
    cap: fraction('input.cap', input.cap ?? 0),
    endsAt: checkEnd('input.endsAt', input.endsAt, tx.now),
    status: 'REQUESTED',
    requestedBy: actingPerson(tx.scope),
    requestedAt: tx.now,
    ...{ decidedBy: null, decidedAt: null, decisionNote: '', endedBy: null, endedAt: null, endNote: '' },
    reference: await nextReference(tx, isms.id, 'EX'),
  };
  await insertException(tx, row);
  tx.record('annex.controls.exception.changed.v1', { rows: [exceptionEvent(row)] });
  await schedule(tx, exceptionEndDue, row.id, row.endsAt);
  await judge(tx, 'controls', [row.ismsId], exceptionRules);
  return { id: row.id, version: row.version };
}

/** The exception, locked, at the expected version, in an ISMS that still runs. */
async function take(tx: WriteTx<ControlsDatabase>, { id, expectedVersion }: VersionInput): Promise<ExceptionRow> {
  const row = await lockException(tx, id);
  checkVersion('Exception', row.id, row.version, expectedVersion);
  checkNotRetired(await holdIsms(tx, row.ismsId));
  return row;
}

/** Keeps the next version, announces it, and lets strength and conformity follow. */
async function keep(tx: WriteTx<ControlsDatabase>, row: ExceptionRow): Promise<Changed> {
  const next = { ...row, version: row.version + 1 };
  await updateExceptionRow(tx, next);
  tx.record('annex.controls.exception.changed.v1', { rows: [exceptionEvent(next)] });
  await settle(tx, [row.implementationId]);
  await judge(tx, 'controls', [row.ismsId], exceptionRules);
  return { id: row.id, version: next.version };
}

/**
 * Another person than the one who asked approves an exception, which puts it in force until its end, or rejects it (four eyes).
 * @throws AnnexError FORBIDDEN, STATE_CONFLICT, VERSION_CONFLICT, BAD_INPUT where it is rejected without saying why
 */
export async function judgeException(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: JudgeExceptionInput,
): Promise<Changed> {
  const row = await take(tx, input);
  const decidedBy = checkDecider(caller.personId, row);
  // The moment may have come before anybody was told of it.
  if (row.endsAt <= tx.now && row.status === 'REQUESTED')
    checkTransition({ ...row, status: 'EXPIRED' }, input.decision);
  checkTransition(row, input.decision);
  const approves = input.decision === 'APPROVED';
  const decisionNote = text('input.note', input.note ?? '', 2000, approves ? 'optional' : 'required');
  return keep(tx, { ...row, status: input.decision, decidedBy, decidedAt: tx.now, decisionNote });
}

/** Ends an exception that is in force before its end. @throws AnnexError STATE_CONFLICT, VERSION_CONFLICT, BAD_INPUT */
export async function endException(tx: WriteTx<ControlsDatabase>, input: EndExceptionInput): Promise<Changed> {
  const endNote = text('input.note', input.note, 2000, 'required');
  const row = await take(tx, input);
  checkTransition(row, 'ENDED');
  return keep(tx, { ...row, status: 'ENDED', endedBy: actingPerson(tx.scope), endedAt: tx.now, endNote });
}

/** Takes a request back before it is decided. @throws AnnexError STATE_CONFLICT, VERSION_CONFLICT */
export async function withdrawException(
  tx: WriteTx<ControlsDatabase>,
  input: WithdrawExceptionInput,
): Promise<Changed> {
  const row = await take(tx, input);
  checkTransition(row, 'WITHDRAWN');
  return keep(tx, { ...row, status: 'WITHDRAWN', endedBy: actingPerson(tx.scope), endedAt: tx.now });
}

/**
 * The end of an exception has come; of one that was over before, nothing is left to do. It comes in a retired ISMS too: time needs nobody's
 * leave.
 */
export const exceptionIsOver: DueHandler<ControlsDatabase> = async (tx, { subjectId }) => {
  const row = await lockException(tx, subjectId);
  if (!mayBecome(row.status, 'EXPIRED')) return;
  await keep(tx, { ...row, status: 'EXPIRED', endedBy: tx.scope.actor, endedAt: row.endsAt });
};

/** Announces the exceptions of an ISMS as they are now (`annex resync`). */
export async function announceExceptions(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await filteredExceptions(tx, { ismsId }).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.exception.changed.v1', { rows: rows.map(exceptionEvent) });
}
