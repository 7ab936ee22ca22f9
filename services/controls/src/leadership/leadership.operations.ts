import { AnnexError, badInput, type EventRow } from '@annex/schema';
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
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { leadershipRules } from './leadership.rules.ts';
import {
  type InterviewRow,
  insertInterview,
  interviewsOf,
  nextEnd,
  readInterview,
  withdrawInterviewRow,
} from './leadership.store.ts';
import { aYearAfter, checkJudge, checkJudgements, type LeadershipJudgement } from './leadership.ts';

export interface RecordInterviewInput {
  readonly ismsId?: string | null;
  readonly intervieweeId: string;
  readonly interviewerId?: string | null;
  readonly heldAt: Date;
  readonly validUntil?: Date | null;
  readonly judgements: readonly LeadershipJudgement[];
  readonly note?: string | null;
}

export interface WithdrawInterviewInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly reason: string;
}

/** The due kind of an ISMS's interviews: what one of them judged holds no longer. */
export const leadershipDue = 'controls.leadership-interview';

function interviewEvent(row: InterviewRow): EventRow<'annex.controls.leadership-interview.changed.v1'> {
  const { id, ismsId, version, reference, intervieweeId, interviewerId, status } = row;
  return {
    ...{ id, ismsId, version, reference, intervieweeId, interviewerId, status },
    heldAt: row.heldAt.toISOString(),
    validUntil: row.validUntil.toISOString(),
    judgements: row.judgements.map(({ letter, conclusion }) => ({ letter, conclusion })),
  };
}

/** Judges leadership by the interviews that hold now, and sees to it that the end of the next is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextEnd(tx, ismsId);
  await schedule(tx, leadershipDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], leadershipRules);
}

/** What an interview judged holds no longer. */
export const leadershipIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

/**
 * Records what an interview with a member of top management showed (27001, 5.1). Never changed; a mistake is withdrawn.
 * @throws AnnexError FORBIDDEN for a machine and for who was judged, BAD_INPUT
 */
export async function recordInterview(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: RecordInterviewInput,
): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const { intervieweeId, heldAt } = input;
  const recorder = checkJudge(caller.personId, intervieweeId);
  const interviewerId = input.interviewerId ?? recorder;
  if (interviewerId === intervieweeId)
    throw badInput('input.interviewerId', interviewerId, 'must be another person than who was interviewed');
  if (heldAt > tx.now) throw badInput('input.heldAt', heldAt.toISOString(), 'must not lie in the future');
  const validUntil = input.validUntil ?? aYearAfter(heldAt);
  if (validUntil <= heldAt)
    throw badInput('input.validUntil', validUntil.toISOString(), 'must lie after the interview');
  const row: InterviewRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    ...{ intervieweeId, interviewerId, heldAt, validUntil },
    judgements: checkJudgements(input.judgements),
    note: text('input.note', input.note ?? '', 10_000, 'optional'),
    recordedBy: tx.scope.actor,
    ...{ status: 'RECORDED', withdrawalReason: '', withdrawnBy: null, withdrawnAt: null },
    reference: await nextReference(tx, isms.id, 'LI'),
  };
  await insertInterview(tx, row);
  tx.record('annex.controls.leadership-interview.changed.v1', { rows: [interviewEvent(row)] });
  await settle(tx, isms.id);
  return { id: row.id, version: row.version };
}

/**
 * Says that an interview was recorded by mistake: it is kept and counts for nothing.
 * @throws AnnexError FORBIDDEN for a machine and for who was judged, STATE_CONFLICT where it is withdrawn already
 */
export async function withdrawInterview(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: WithdrawInterviewInput,
): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readInterview(tx, input.id)).ismsId));
  const row = await readInterview(tx, input.id);
  checkVersion('LeadershipInterview', row.id, row.version, input.expectedVersion);
  checkJudge(caller.personId, row.intervieweeId);
  if (row.status === 'WITHDRAWN') {
    throw new AnnexError('STATE_CONFLICT', 'The interview is withdrawn already', {
      details: { kind: 'LeadershipInterview', id: row.id, present: row.status, allowed: [] },
    });
  }
  const changed: InterviewRow = {
    ...row,
    version: row.version + 1,
    status: 'WITHDRAWN',
    withdrawalReason: text('input.reason', input.reason, 2000, 'required'),
    withdrawnBy: tx.scope.actor,
    withdrawnAt: tx.now,
  };
  await withdrawInterviewRow(tx, changed);
  tx.record('annex.controls.leadership-interview.changed.v1', { rows: [interviewEvent(changed)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: changed.version };
}

/** Announces the interviews of an ISMS as they are now (`annex resync`). */
export async function announceLeadership(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await interviewsOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.leadership-interview.changed.v1', { rows: rows.map(interviewEvent) });
}
