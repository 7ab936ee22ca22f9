import { consumerNames, routes, serviceNames } from '@annex/schema';
import type pg from 'pg';

/** How many of something, with what it is. */
export interface Count {
  readonly what: string;
  readonly count: number;
}

/** Every outbox as one relation. */
export const outbox = `(${serviceNames
  .map(
    (name) =>
      `select '/annex/${name}' as source, tenant_id, id, type, body, sequence, published_at from ${name}.outbox`,
  )
  .join(' union all ')})`;

const counted = async (client: pg.Client, what: string, text: string): Promise<Count[]> => {
  const { rows } = await client.query<{ count: number }>(`select (${text})::int as count`);
  return rows.map(({ count }) => ({ what, count }));
};

/** What is still on its way: not published, or published and not handled by a consumer that the routes send it to. */
export async function onTheWay(client: pg.Client): Promise<Count[]> {
  const counts: Count[] = [];
  for (const service of serviceNames) {
    const unpublished = `select count(*) from ${service}.outbox where published_at is null or sequence is null`;
    counts.push(...(await counted(client, `events of ${service} not published`, unpublished)));
  }
  for (const consumer of consumerNames) {
    const { service, types } = routes[consumer];
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from ${outbox} o where o.type = any($1) and not exists (
         select from ${service}.inbox i where i.tenant_id = o.tenant_id and i.consumer = $2 and i.event_id = o.id)`,
      [types, consumer],
    );
    counts.push({ what: `events not handled by ${consumer}`, count: rows[0]?.count ?? 0 });
  }
  return counts.filter(({ count }) => count > 0);
}

/** Events recorded so far by all services. */
export async function eventCount(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${outbox} o`);
  return rows[0]?.count ?? 0;
}

/** What a run that lost or doubled something would show; all of them must be empty. */
export async function flowFaults(client: pg.Client): Promise<Count[]> {
  const counts: Count[] = await onTheWay(client);
  const look = async (what: string, text: string) => {
    counts.push(...(await counted(client, what, text)));
  };
  await look(
    'sources whose sequence is not 1 to n without gaps',
    `select count(*) from (select source, tenant_id from ${outbox} o group by 1, 2
       having min(sequence) <> 1 or max(sequence) <> count(*) or count(distinct sequence) <> count(*)) s`,
  );
  for (const consumer of consumerNames) {
    const { service, types } = routes[consumer];
    const list = types.map((type) => `'${type}'`).join(', ');
    await look(
      `inbox rows of ${consumer} for events that nobody sent to it`,
      `select count(*) from ${service}.inbox i where i.consumer = '${consumer}' and not exists (
         select from ${outbox} o where o.tenant_id = i.tenant_id and o.id = i.event_id and o.type in (${list}))`,
    );
  }
  for (const service of serviceNames) {
    await look(`dead letters of ${service}`, `select count(*) from ${service}.dead_letter`);
    await look(`due moments of ${service} that failed`, `select count(*) from ${service}.due where attempts > 0`);
  }
  const bytes = `convert_to('{"sequence":' || o.sequence || ',' || o.body, 'UTF8')`;
  await look(
    'events that the trail has not, or has with other bytes, another hash or another number',
    `select count(*) from ${outbox} o full join audit.trail t
        on t.tenant_id = o.tenant_id and t.source = o.source and t.sequence = o.sequence
      where t.id is distinct from o.id or t.type is distinct from o.type or t.bytes is distinct from ${bytes}
         or t.leaf_hash is distinct from sha256('\\x00'::bytea || ${bytes})`,
  );
  await look(
    'trails whose head is not the last event',
    `select count(*) from (select source, tenant_id, max(sequence) as last from ${outbox} o group by 1, 2) o
       full join audit.trail_head h on h.tenant_id = o.tenant_id and h.source = o.source where h.sequence is distinct from o.last`,
  );
  await look('events parked before a gap', 'select count(*) from audit.trail_parked');
  await look(
    'alarms of the trail',
    `select count(*) from audit.trail_alarm where status = 'OPEN' or kind = 'CONFLICT'`,
  );
  return counts.filter(({ count }) => count > 0);
}
