import { type ConsumerName, isUuid } from '@annex/schema';
import { uuidv7 } from 'uuidv7';
import type { Tx, WriteTx } from '../database/transaction.ts';
import type { DueHandler } from '../definition.ts';
import { schedule } from './due.ts';
import type { Queues } from './queue.ts';

/** An event that a consumer could not handle. It blocks no other, and is kept until it is handled after all. */
export interface DeadLetter {
  readonly id: string;
  readonly consumer: ConsumerName;
  readonly eventId: string;
  /** The exact text of the event. */
  readonly event: string;
  readonly error: string;
  readonly attempts: number;
  readonly failedAt: Date;
  readonly retriedAt: Date | null;
  /** When it was handled after all. */
  readonly resolvedAt: Date | null;
}

/** The due kind under which retries are done: by the ticker, so that asking for one is part of a transaction. */
export const retryKind = 'annex.retry';
const retryPage = 200;

function errorText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // PostgreSQL's text has no NUL.
  return text.replaceAll('\0', '').slice(0, 4000);
}

/** Keeps what could not be handled; a further failure of the same event adds its attempts to the row. */
export async function buryLetter<T>(
  tx: WriteTx<T>,
  letter: { consumer: ConsumerName; eventId: string; event: string; error: unknown; attempts: number },
): Promise<void> {
  const { consumer, eventId, event, error, attempts } = letter;
  await tx.query(
    `insert into dead_letter (tenant_id, id, consumer, event_id, event, error, attempts) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, consumer, event_id) do update
       set error = excluded.error, attempts = dead_letter.attempts + excluded.attempts, failed_at = clock_timestamp(),
           resolved_at = null`,
    [tx.tenant, uuidv7(), consumer, eventId, event.replaceAll('\0', ''), errorText(error), attempts],
  );
}

/**
 * The dead letters of the transaction's tenant, newest first.
 * @param page `before` is the id of the last one of the previous page
 */
export async function listDeadLetters<T>(
  tx: Tx<T>,
  page: { limit: number; before?: string; consumer?: ConsumerName; unresolved?: boolean },
): Promise<DeadLetter[]> {
  const { rows } = await tx.query<DeadLetter>(
    `select d.id, d.consumer, d.event_id as "eventId", d.event, d.error, d.attempts, d.failed_at as "failedAt",
            d.retried_at as "retriedAt", coalesce(d.resolved_at, i.handled_at) as "resolvedAt"
       from dead_letter d
       left join inbox i on i.tenant_id = d.tenant_id and i.consumer = d.consumer and i.event_id = d.event_id
      where d.tenant_id = $1 and ($2::uuid is null or d.id < $2) and ($3::text is null or d.consumer = $3)
        and (not $4 or (d.resolved_at is null and i.event_id is null))
      order by d.id desc limit $5`,
    [tx.tenant, page.before ?? null, page.consumer ?? null, page.unresolved ?? false, page.limit],
  );
  return rows;
}

/**
 * Asks for one dead letter to be delivered again; it is, within a second or so of the commit.
 * @returns false where there is none of that id that is not resolved
 */
export async function retryDeadLetter<T>(tx: WriteTx<T>, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  const marked = await tx.query(
    `update dead_letter set retried_at = clock_timestamp() where tenant_id = $1 and id = $2 and resolved_at is null`,
    [tx.tenant, id],
  );
  if (marked.rowCount === 0) return false;
  await schedule(tx, retryKind, `one/${id}`, tx.now);
  return true;
}

/** Asks for all dead letters of the tenant that are not resolved, or those of one consumer. @returns how many */
export async function retryDeadLetters<T>(tx: WriteTx<T>, consumer?: ConsumerName): Promise<number> {
  const marked = await tx.query(
    `update dead_letter set retried_at = clock_timestamp()
      where tenant_id = $1 and resolved_at is null and ($2::text is null or consumer = $2)`,
    [tx.tenant, consumer ?? null],
  );
  const count = marked.rowCount ?? 0;
  if (count > 0) await schedule(tx, retryKind, `all/${consumer ?? '*'}/`, tx.now);
  return count;
}

/** Adds the asked-for dead letters to their queues again, a page at a time. */
export function retryHandler<T>(queues: Queues): DueHandler<T> {
  return async (tx, due) => {
    const [what, subject, after] = due.subjectId.split('/');
    const { rows } = await tx.query<{ id: string; consumer: ConsumerName; event_id: string; event: string }>(
      what === 'one'
        ? `select id, consumer, event_id, event from dead_letter
            where tenant_id = $1 and resolved_at is null and id = $2::uuid limit $3`
        : `select id, consumer, event_id, event from dead_letter
            where tenant_id = $1 and resolved_at is null and ($2 = '*' or consumer = $2)
              and ($4::uuid is null or id > $4) and retried_at is not null order by id limit $3`,
      what === 'one' ? [tx.tenant, subject, 1] : [tx.tenant, subject, retryPage, after || null],
    );
    for (const { consumer, event_id: id, event } of rows) {
      await queues.add(consumer, [{ tenant: tx.tenant, id, type: 'retry', event }]);
    }
    const last = rows.at(-1);
    if (what === 'all' && last && rows.length === retryPage) {
      await schedule(tx, retryKind, `all/${subject}/${last.id}`, tx.now);
    }
  };
}
