import type { AnnexEvent, EventData } from '@annex/schema';
import { newId, resendRange, schedule, unschedule, type WriteTx } from '@annex/service';
import {
  append,
  appendNext,
  firstParked,
  type Head,
  holdHead,
  knownLike,
  openAlarm,
  park,
  resolveGapAlarms,
  type TrailTables,
  takeOver,
  watchGap,
} from './trail.store.ts';
import { type Arrival, leafHash, mostTries, placeOf, waitAfter } from './trail.ts';

export const gapDueKind = 'audit.trail-gap';

/** What an alarm says to whoever runs the installation. */
export interface AlarmCall {
  readonly kind: 'GAP' | 'CONFLICT';
  readonly tenant: string;
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

export interface TrailSettings {
  readonly gapSeconds: number;
  /** Called once the alarm is committed. */
  readonly alarm: (call: AlarmCall) => void;
}

/** Keeps the exact bytes of an event, contiguous for its source and tenant; what comes before its turn is parked. */
export async function recordInTrail(
  tx: WriteTx<TrailTables>,
  event: AnnexEvent,
  raw: string,
  settings: TrailSettings,
): Promise<void> {
  const bytes = Buffer.from(raw, 'utf8');
  const { id, source, sequence, type } = event;
  const arrival: Arrival = { id, source, sequence, type, bytes, leafHash: leafHash(bytes) };
  if (await appendNext(tx, arrival)) return;
  const head = await holdHead(tx, source);
  // Often the one before it was only not yet committed, and is now that the end is held.
  if (head.sequence === sequence - 1 && (await appendNext(tx, arrival))) return;
  switch (placeOf(head.sequence, arrival, await knownLike(tx, arrival))) {
    case 'REPEAT':
      return;
    case 'CONFLICT':
      return raise(tx, settings, {
        kind: 'CONFLICT',
        source,
        fromSequence: sequence,
        toSequence: sequence,
        reason: `Event ${id} came as number ${sequence} of ${source}, where the trail holds another; what is recorded was kept.`,
        given: arrival,
      });
    case 'PARK':
      await park(tx, arrival);
      if (head.gapFrom === null) await watch(tx, head.source, head.sequence + 1, settings);
      return;
    case 'APPEND':
      await append(tx, arrival);
      if (head.gapFrom !== null) await closeGap(tx, head, settings);
  }
}

async function raise(
  tx: WriteTx<TrailTables>,
  settings: TrailSettings,
  alarm: Parameters<typeof openAlarm>[1],
): Promise<void> {
  if (!(await openAlarm(tx, alarm))) return;
  const { kind, source, fromSequence: from, toSequence: to, reason } = alarm;
  tx.afterCommit(() => settings.alarm({ kind, tenant: tx.tenant, source, from, to, reason }));
}

/** Notes the gap that begins at `from` and when it will have been open too long. */
async function watch(tx: WriteTx<TrailTables>, source: string, from: number, settings: TrailSettings): Promise<void> {
  await watchGap(tx, source, from, 0);
  await schedule(tx, gapDueKind, source, new Date(tx.now.getTime() + waitAfter(0, settings.gapSeconds)));
}

/** The number that was missing has come: takes over what waited for it. */
async function closeGap(tx: WriteTx<TrailTables>, head: Head, settings: TrailSettings): Promise<void> {
  const { source } = head;
  const last = await takeOver(tx, source, head.sequence + 1);
  await resolveGapAlarms(tx, source, last);
  if ((await firstParked(tx, source)) === undefined) {
    await watchGap(tx, source, null, 0);
    await unschedule(tx, gapDueKind, source);
  } else if (head.tries >= mostTries) {
    // No due moment is left of the old gap; where one is, it finds that the gap has moved on.
    await watch(tx, source, last + 1, settings);
  }
}

/**
 * The gap of a source has been open for a while: asks for its events again, each time after twice the wait; after five times without
 * an answer it is an alarm. A gap that moved on in between is a younger one.
 */
export async function chaseGap(tx: WriteTx<TrailTables>, source: string, settings: TrailSettings): Promise<void> {
  const head = await holdHead(tx, source);
  const lowest = await firstParked(tx, source);
  if (lowest === undefined) return;
  const from = head.sequence + 1;
  const to = lowest - 1;
  if (head.gapFrom !== from) return watch(tx, source, from, settings);
  if (head.tries >= mostTries) {
    return raise(tx, settings, {
      kind: 'GAP',
      source,
      fromSequence: from,
      toSequence: to,
      reason: `Numbers ${from} to ${to} of ${source} were asked for ${mostTries} times and did not come.`,
    });
  }
  const tries = head.tries + 1;
  await watchGap(tx, source, from, tries);
  await schedule(tx, gapDueKind, source, new Date(tx.now.getTime() + waitAfter(tries, settings.gapSeconds)));
  tx.record('annex.audit.resend.requested.v1', { source, consumer: 'trail', from, to, requestId: newId() });
}

/** Sends again what the trail misses of audit's own events. */
export async function resendOwn(
  tx: WriteTx<TrailTables>,
  { source, consumer, from, to }: EventData<'annex.audit.resend.requested.v1'>,
): Promise<void> {
  if (source === '/annex/audit') await resendRange(tx, { consumer, from, to });
}
