import { type ConsumerName, consumerNames, consumersOf, isEventType } from '@annex/schema';
import type { Database } from '../database/database.ts';
import { literal } from '../database/literal.ts';
import type { WriteTx } from '../database/transaction.ts';
import type { DueHandler } from '../definition.ts';
import { systemScope } from '../scope.ts';
import { schedule } from './due.ts';
import type { QueuedEvent, Queues } from './queue.ts';
import { eventText } from './relay.ts';

/** The due kinds of messaging itself. */
export const resendKind = 'annex.resend';
export const resyncKind = 'annex.resync';

/** Rows that one transaction touches. */
const page = 5000;
const resendPage = 200;
/** What was handled is remembered longer than what can be sent again, so that replay always finds it. */
const inboxMarginDays = 7;

/** The tenants that have ever recorded an event here. */
async function tenantsOf<T>(database: Database<T>): Promise<string[]> {
  const statement = 'select tenant_id from outbox_counter order by tenant_id';
  return (await database.acrossTenants<{ tenant_id: string }>(statement)).map((row) => row.tenant_id);
}

/**
 * Has the relay send again what it sent: all consumers get it, and those that handled it do nothing. It reaches as far
 * back as the retention, beyond which the consumers no longer know what they handled.
 * @returns how many events will be sent again
 */
export async function replay<T>(
  database: Database<T>,
  what: { readonly tenant?: string; readonly since?: Date; readonly retentionDays?: number } = {},
): Promise<number> {
  const oldest = Date.now() - (what.retentionDays ?? 30) * 86_400_000;
  const since = new Date(Math.max(what.since?.getTime() ?? 0, oldest)).toISOString();
  let count = 0;
  for (const tenant of what.tenant === undefined ? await tenantsOf(database) : [what.tenant]) {
    let after = 0;
    for (;;) {
      const marked = await database.write(systemScope(database.service, tenant), (tx) =>
        tx.query<{ last: number | null; count: number }>(
          `with run as (
             select id, sequence from outbox where tenant_id = $1 and sequence > $2 and recorded_at >= $3
              order by sequence limit $4),
           marked as (
             update outbox o set published_at = null from run
              where o.tenant_id = $1 and o.id = run.id and o.published_at is not null returning 1)
           select max(sequence) as last, (select count(*) from marked) as count from run`,
          [tenant, after, since, page],
        ),
      );
      const { last, count: marks } = marked.rows[0] ?? { last: null, count: 0 };
      count += Number(marks);
      if (last === null) break;
      after = Number(last);
    }
  }
  return count;
}

/**
 * Asks for a run of this service's events of the tenant to be sent once more to one consumer (both ends included);
 * they are, within a second or so of the commit. Numbers that retention has swept are left out.
 */
export async function resendRange<T>(
  tx: WriteTx<T>,
  range: { readonly consumer: string; readonly from: number; readonly to: number },
): Promise<void> {
  const { consumer, from, to } = range;
  if (!(consumerNames as string[]).includes(consumer) || from > to) return;
  await schedule(tx, resendKind, `${consumer}/${from}/${to}`, tx.now);
}

/** Adds the asked-for run to the consumer's queue, a page at a time. */
export function resendHandler<T>(queues: Queues): DueHandler<T> {
  return async (tx, due) => {
    const [consumer, from, to] = due.subjectId.split('/') as [ConsumerName, string, string];
    const { rows } = await tx.query<{ id: string; type: string; body: string; sequence: number }>(
      `select id, type, body, sequence from outbox where tenant_id = $1 and sequence between $2::bigint and $3::bigint
        order by sequence limit $4`,
      [tx.tenant, from, to, resendPage],
    );
    const events: QueuedEvent[] = rows
      .filter(({ type }) => isEventType(type) && consumersOf(type).includes(consumer))
      .map(({ id, type, body, sequence }) => ({ tenant: tx.tenant, id, type, event: eventText(sequence, body) }));
    await queues.add(consumer, events);
    const last = rows.at(-1);
    if (last && rows.length === resendPage) {
      await schedule(tx, resendKind, `${consumer}/${Number(last.sequence) + 1}/${to}`, tx.now);
    }
  };
}

/** Asks for the service to announce its present state of the tenant: to a new consumer, or after a restore. */
export async function requestResync<T>(tx: WriteTx<T>): Promise<void> {
  await schedule(tx, resyncKind, 'all', tx.now);
}

/**
 * Deletes what is older than the retention: events that were published, the records of what was handled, and dead
 * letters that were resolved.
 * @returns how many rows went
 */
export async function sweep<T>(
  database: Database<T>,
  retentionDays: number,
  stopping: () => boolean = () => false,
): Promise<number> {
  const expired = [
    { table: 'outbox', condition: 'published_at is not null and recorded_at', days: retentionDays },
    { table: 'inbox', condition: 'handled_at', days: retentionDays + inboxMarginDays },
    { table: 'dead_letter', condition: 'resolved_at', days: retentionDays },
  ];
  let count = 0;
  for (const { table, condition, days } of expired) {
    const before = new Date(Date.now() - days * 86_400_000).toISOString();
    const tenants = await database.acrossTenants<{ tenant_id: string }>(
      `select distinct tenant_id from ${table} where ${condition} < ${literal(before)}`,
    );
    for (const { tenant_id: tenant } of tenants) {
      for (;;) {
        if (stopping()) return count;
        const gone = await database.write(systemScope(database.service, tenant), (tx) =>
          tx.query(
            `delete from ${table} where tenant_id = $1 and ctid in (
               select ctid from ${table} where tenant_id = $1 and ${condition} < $2 limit ${page} for update skip locked)`,
            [tenant, before],
          ),
        );
        count += gone.rowCount ?? 0;
        if ((gone.rowCount ?? 0) < page) break;
      }
    }
  }
  return count;
}
