import type { EntityColumns } from '@annex/service';
import { newId, type Tx, type WriteTx } from '@annex/service';
import { type ColumnType, type Selectable, sql } from 'kysely';
import type { Arrival, Known } from './trail.ts';

interface EventColumns {
  tenantId: string;
  /** The event's own id. */
  id: string;
  source: string;
  sequence: number;
  type: string;
  bytes: Buffer;
  leafHash: Buffer;
  arrivedAt: Date;
}

interface TrailTable extends EventColumns {
  recordedAt: Date;
}

interface TrailHeadTable {
  tenantId: string;
  source: string;
  sequence: ColumnType<number, number | undefined>;
  /** When the last row was recorded; '-infinity' before the first. */
  recordedAt: ColumnType<Date | number, Date | undefined>;
  /** The first missing sequence of the gap that is watched; null where nothing is parked. */
  gapFrom: number | null;
  tries: ColumnType<number, number | undefined>;
}

interface TrailAlarmTable extends EntityColumns {
  kind: 'GAP' | 'CONFLICT';
  source: string;
  fromSequence: number;
  toSequence: number;
  status: 'OPEN' | 'RESOLVED';
  reason: string;
  givenBytes: Buffer | null;
  givenHash: Buffer | null;
  openedAt: Date;
  resolvedAt: Date | null;
}

export interface TrailTables {
  trail: TrailTable;
  trailParked: EventColumns;
  trailHead: TrailHeadTable;
  trailAlarm: TrailAlarmTable;
}

export type TrailRow = Selectable<TrailTable>;
export type TrailAlarm = Selectable<TrailAlarmTable>;

export interface Head {
  readonly source: string;
  readonly sequence: number;
  readonly gapFrom: number | null;
  readonly tries: number;
}

const head = (tx: Tx<TrailTables>, source: string) =>
  tx.db
    .selectFrom('trailHead')
    .select(['source', 'sequence', 'gapFrom', 'tries'])
    .where('tenantId', '=', tx.tenant)
    .where('source', '=', source);

/** The end of a source's trail, held until the transaction ends: one arrival of a source is placed after the other. */
export async function holdHead(tx: WriteTx<TrailTables>, source: string): Promise<Head> {
  const held = await head(tx, source).forUpdate().executeTakeFirst();
  if (held) return held;
  await tx.db
    .insertInto('trailHead')
    .values({ tenantId: tx.tenant, source })
    .onConflict((conflict) => conflict.columns(['tenantId', 'source']).doNothing())
    .execute();
  return head(tx, source).forUpdate().executeTakeFirstOrThrow();
}

/** What is recorded or parked under the arrival's sequence or id. */
export async function knownLike(tx: Tx<TrailTables>, { id, source, sequence }: Arrival): Promise<Known[]> {
  const like = (table: 'trail' | 'trailParked') => {
    const rows = tx.db
      .selectFrom(table)
      .select(['id', 'source', 'sequence', 'leafHash'])
      .where('tenantId', '=', tx.tenant);
    return rows.where('id', '=', id).union(rows.where('source', '=', source).where('sequence', '=', sequence));
  };
  return like('trail').unionAll(like('trailParked')).execute();
}

/**
 * Records the event behind the end of its source's trail. `recorded_at` is the business time, never before that of the row before.
 */
export async function append(tx: WriteTx<TrailTables>, arrival: Arrival): Promise<void> {
  await tx.query(
    `with moved as (
       update trail_head set sequence = $4::bigint, recorded_at = greatest(recorded_at, $8::timestamptz)
        where tenant_id = $1 and source = $3 returning recorded_at)
     insert into trail (tenant_id, id, source, sequence, type, bytes, leaf_hash, arrived_at, recorded_at)
     select $1, $2::uuid, $3, $4, $5::text, $6::bytea, $7::bytea, $8, recorded_at from moved`,
    valuesOf(tx, arrival),
  );
}

const valuesOf = (tx: Tx<TrailTables>, { id, source, sequence, type, bytes, leafHash }: Arrival) => [
  tx.tenant,
  id,
  source,
  sequence,
  type,
  bytes,
  leafHash,
  tx.now.toISOString(),
];

/**
 * `append` in one statement where the event is the next of its source, nothing waits behind a gap and its id is not in the trail.
 * @returns whether it was; nothing is recorded otherwise
 */
export async function appendNext(tx: WriteTx<TrailTables>, arrival: Arrival): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with moved as (
       update trail_head set sequence = $4::bigint, recorded_at = greatest(recorded_at, $8::timestamptz)
        where tenant_id = $1 and source = $3 and sequence = $4::bigint - 1 and gap_from is null
          and not exists (select from trail where tenant_id = $1 and id = $2::uuid) returning recorded_at)
     insert into trail (tenant_id, id, source, sequence, type, bytes, leaf_hash, arrived_at, recorded_at)
     select $1, $2::uuid, $3, $4, $5::text, $6::bytea, $7::bytea, $8, recorded_at from moved`,
    valuesOf(tx, arrival),
  );
  return rowCount === 1;
}

export async function park(tx: WriteTx<TrailTables>, arrival: Arrival): Promise<void> {
  await tx.db
    .insertInto('trailParked')
    .values({ tenantId: tx.tenant, ...arrival, arrivedAt: tx.now })
    .execute();
}

/** Rows that one statement takes over. */
const run = 500;

/**
 * Takes over what is parked from the end on, as far as it is contiguous.
 * @returns the new end
 */
export async function takeOver(tx: WriteTx<TrailTables>, source: string, from: number): Promise<number> {
  for (let last = from; ; ) {
    const { rows } = await tx.query<{ last: number | null }>(
      `with waiting as (
         select id, sequence, row_number() over (order by sequence) as place
           from (select id, sequence from trail_parked where tenant_id = $1 and source = $2 and sequence > $3::bigint order by sequence limit ${run}) as next),
       taken as (
         delete from trail_parked p using waiting w
          where p.tenant_id = $1 and p.id = w.id and w.sequence = $3::bigint + w.place
         returning p.*),
       moved as (
         update trail_head set sequence = (select max(sequence) from taken), recorded_at = greatest(recorded_at, $4::timestamptz)
          where tenant_id = $1 and source = $2 and exists (select from taken) returning recorded_at),
       added as (
         insert into trail (tenant_id, id, source, sequence, type, bytes, leaf_hash, arrived_at, recorded_at)
         select t.tenant_id, t.id, t.source, t.sequence, t.type, t.bytes, t.leaf_hash, t.arrived_at, m.recorded_at from taken t, moved m)
       select max(sequence) as last from taken`,
      [tx.tenant, source, last, tx.now.toISOString()],
    );
    const reached = rows[0]?.last;
    if (reached === null || reached === undefined) return last;
    const taken = reached - last;
    last = reached;
    if (taken < run) return last;
  }
}

/** The lowest sequence that is parked behind the end. */
export async function firstParked(tx: Tx<TrailTables>, source: string): Promise<number | undefined> {
  const row = await tx.db
    .selectFrom('trailParked')
    .select('sequence')
    .where('tenantId', '=', tx.tenant)
    .where('source', '=', source)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return row?.sequence;
}

export async function watchGap(
  tx: WriteTx<TrailTables>,
  source: string,
  gapFrom: number | null,
  tries: number,
): Promise<void> {
  await tx.db
    .updateTable('trailHead')
    .set({ gapFrom, tries })
    .where('tenantId', '=', tx.tenant)
    .where('source', '=', source)
    .execute();
}

/**
 * Opens an alarm, once for the same fact.
 * @returns whether it is new
 */
export async function openAlarm(
  tx: WriteTx<TrailTables>,
  alarm: Pick<TrailAlarm, 'kind' | 'source' | 'fromSequence' | 'toSequence' | 'reason'> & { given?: Arrival },
): Promise<boolean> {
  const { given, ...rest } = alarm;
  const opened = await tx.db
    .insertInto('trailAlarm')
    .values({
      tenantId: tx.tenant,
      id: newId(),
      version: 1,
      createdAt: tx.now,
      createdBy: tx.scope.actor,
      updatedAt: tx.now,
      updatedBy: tx.scope.actor,
      ...rest,
      status: 'OPEN',
      givenBytes: given?.bytes ?? null,
      givenHash: given?.leafHash ?? null,
      openedAt: tx.now,
      resolvedAt: null,
    })
    .onConflict((conflict) => conflict.columns(['tenantId', 'source', 'fromSequence', 'givenHash']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return opened !== undefined;
}

/** The alarms about a gap are over once the trail has passed it. */
export async function resolveGapAlarms(tx: WriteTx<TrailTables>, source: string, last: number): Promise<void> {
  await tx.db
    .updateTable('trailAlarm')
    .set((eb) => ({
      status: 'RESOLVED' as const,
      resolvedAt: tx.now,
      version: eb('version', '+', 1),
      updatedAt: tx.now,
      updatedBy: tx.scope.actor,
    }))
    .where('tenantId', '=', tx.tenant)
    .where('source', '=', source)
    .where('kind', '=', 'GAP')
    .where('status', '=', 'OPEN')
    .where('toSequence', '<=', last)
    .execute();
}

/** The trail of a source behind a sequence, unordered: the source of a connection. */
export function trailQuery(tx: Tx<TrailTables>, source: string, afterSequence: number) {
  return tx.db
    .selectFrom('trail')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('source', '=', source)
    .where('sequence', '>', afterSequence);
}

export interface HeadState {
  readonly source: string;
  readonly sequence: number;
  readonly recordedAt: Date | null;
  readonly parked: number;
  readonly missingFrom: number | null;
  readonly missingTo: number | null;
}

/** Where the trail of each source stands at the moment of the transaction. */
export async function headStates(tx: Tx<TrailTables>): Promise<HeadState[]> {
  // Sources are few and never go, so their present list serves the past too: one without rows at that moment drops out.
  const { rows } = await sql<HeadState>`
    select h.source, coalesce(t.sequence, 0) as sequence, t.recorded_at, p.parked,
           case when p.parked > 0 then coalesce(t.sequence, 0) + 1 end as missing_from,
           case when p.parked > 0 then p.lowest - 1 end as missing_to
      from trail_head h
      left join lateral (
        select sequence, recorded_at from trail
         where tenant_id = ${tx.tenant} and source = h.source order by recorded_at desc, sequence desc limit 1) t on true
      cross join lateral (
        select count(*) as parked, min(sequence) as lowest from trail_parked where tenant_id = ${tx.tenant} and source = h.source) p
     where h.tenant_id = ${tx.tenant} and (t.sequence is not null or p.parked > 0)
     order by h.source`.execute(tx.db);
  return rows;
}

/** Alarms, those still open first, then the latest. */
export async function alarms(tx: Tx<TrailTables>, first: number): Promise<TrailAlarm[]> {
  return tx.db
    .selectFrom('trailAlarm')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .orderBy('status')
    .orderBy('openedAt', 'desc')
    .orderBy('id')
    .limit(first)
    .execute();
}
