import type { Logger } from 'pino';
import { businessNow, type ClockKind } from '../clock.ts';
import type { Database } from '../database/database.ts';
import { literal } from '../database/literal.ts';
import type { DueHandler } from '../definition.ts';
import { systemScope } from '../scope.ts';
import type { MessagingMetrics } from './metrics.ts';
import { sweep } from './replay.ts';

export interface TickerOptions {
  /** 0 ticks on demand alone. */
  readonly everyMs: number;
  readonly sweepEveryMs: number;
  /** How long what was sent and what was handled is kept, and so how far replay reaches. */
  readonly retentionDays: number;
}

export const tickerDefaults: TickerOptions = { everyMs: 1000, sweepEveryMs: 3_600_000, retentionDays: 30 };

export interface Ticker {
  /** Handles what is due now, after the tick that may be running. @returns how many this one handled */
  tick(): Promise<number>;
  /** Finishes the tick in hand. */
  stop(): Promise<void>;
}

interface DueRow {
  readonly tenant_id: string;
  readonly kind: string;
  readonly subject_id: string;
}

const page = 200;
/** A handler that falls due again at once must not keep a tick for ever. */
const mostATick = 10_000;

/**
 * Calls the handlers of due moments, each in a transaction of its tenant that also takes the moment away. Any number
 * of tickers may run side by side. A handler that fails is tried again after 2, 4, 8 … seconds of wall time, at most five minutes.
 */
export function startTicker<T>(parts: {
  readonly database: Database<T>;
  readonly timers: { readonly [kind: string]: DueHandler<T> };
  readonly clock: ClockKind;
  readonly log: Logger;
  readonly metrics: MessagingMetrics;
  readonly options?: Partial<TickerOptions>;
}): Ticker {
  const { database, timers, log, metrics } = parts;
  const options = { ...tickerDefaults, ...parts.options };
  const { service } = database;
  const now = businessNow(parts.clock);
  const kinds = Object.keys(timers);
  let stopping = false;

  const findDue = () =>
    database.acrossTenants<DueRow>(
      `select tenant_id, kind, subject_id from due
        where due_at <= ${now} and (retry_after is null or retry_after <= clock_timestamp()) and kind = any(${literal(kinds)})
        order by due_at, tenant_id, kind, subject_id limit ${page}`,
    );

  const handle = async (row: DueRow): Promise<'handled' | 'gone' | 'failed'> => {
    const { tenant_id: tenant, kind, subject_id: subjectId } = row;
    const scope = systemScope(service, tenant);
    try {
      return await database.write(scope, async (tx) => {
        // Another ticker may hold it, have handled it, or it may have been moved since it was found.
        const claimed = await tx.query<{ due_at: Date }>(
          `delete from due where (tenant_id, kind, subject_id) in (
             select tenant_id, kind, subject_id from due
              where tenant_id = $1 and kind = $2 and subject_id = $3 and due_at <= ${now}
                and (retry_after is null or retry_after <= clock_timestamp())
                for update skip locked)
           returning due_at`,
          [tenant, kind, subjectId],
        );
        const found = claimed.rows[0];
        const handler = timers[kind];
        if (!found || !handler) return 'gone';
        await handler(tx, { kind, subjectId, dueAt: found.due_at }, { name: service, database, log });
        return 'handled';
      });
    } catch (error) {
      metrics.dueFailed(kind);
      log.warn(
        { err: error, tenant, kind, subject: subjectId },
        'a due moment could not be handled; it is tried again',
      );
      await database.write(scope, (tx) =>
        tx.query(
          `update due set attempts = attempts + 1,
                  retry_after = clock_timestamp() + least(power(2, least(attempts + 1, 20)), 300) * interval '1 second'
            where tenant_id = $1 and kind = $2 and subject_id = $3`,
          [tenant, kind, subjectId],
        ),
      );
      return 'failed';
    }
  };

  const handleDue = async (): Promise<number> => {
    let handled = 0;
    while (kinds.length > 0 && !stopping && handled < mostATick) {
      const rows = await findDue();
      let moved = 0;
      for (const row of rows) {
        if (stopping) break;
        const outcome = await handle(row);
        if (outcome === 'gone') continue;
        moved++;
        if (outcome === 'handled') {
          handled++;
          metrics.dueHandled(row.kind);
        }
      }
      // Rows that are all in other hands are left to them; what a handler made due is found by another look.
      if (moved === 0) break;
    }
    return handled;
  };

  let chain: Promise<unknown> = Promise.resolve();
  const tick = (): Promise<number> => {
    const mine = chain.then(handleDue);
    chain = mine.catch(() => undefined);
    return mine;
  };

  let timer: NodeJS.Timeout | undefined;
  let swept = Date.now();
  const poll = async () => {
    try {
      await tick();
      if (Date.now() - swept >= options.sweepEveryMs) {
        swept = Date.now();
        await sweep(database, options.retentionDays, () => stopping);
      }
    } catch (error) {
      log.warn({ err: error }, 'what is due could not be looked up; it is tried again');
    }
    if (!stopping) timer = setTimeout(next, options.everyMs);
  };
  let polling: Promise<void> = Promise.resolve();
  const next = () => {
    polling = poll();
  };
  // Those that start together do not all tick at the same moment of each second.
  if (options.everyMs > 0) timer = setTimeout(next, Math.random() * options.everyMs);

  return {
    tick,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await polling;
      await chain;
    },
  };
}
