import type { Tx } from '@annex/service';
import { sql } from 'kysely';
import type { RiskDatabase } from '../database.ts';
import type { Standing } from '../risk/risk.ts';

/** An open risk at its place in the order of treatment. */
export interface RankedRow {
  readonly id: string;
  readonly ismsId: string;
  readonly reference: string;
  readonly position: number;
  /** How many open risks its ISMS has. */
  readonly total: number;
  readonly standing: Standing;
  readonly level: string;
  readonly rank: number;
  /** Minor units a year: current frequency by current loss. */
  readonly expectedLoss: number;
  readonly currency: string;
  /** By which factor frequency or loss may grow before the next band begins; null where there is none above. */
  readonly headroom: number | null;
}

/** The open risks of these ISMS with what their order rests on. */
const openRisks = (tx: Tx<RiskDatabase>, ismsIds: readonly string[]) => sql`
    select r.id, r.isms_id, r.reference, r.number, r.standing, r.current_level as level, r.current_rank as rank, c.currency,
      r.current_frequency * r.current_loss as expected_loss,
      least((c.likelihoods -> (r.current_likelihood - 1) ->> 'upper')::double precision / nullif(r.current_frequency, 0),
        (c.consequences -> (r.current_consequence - 1) ->> 'upper')::double precision / nullif(r.current_loss, 0)) as headroom
    from risk r join criteria c on c.tenant_id = r.tenant_id and c.isms_id = r.isms_id
    where r.tenant_id = ${tx.tenant} and r.isms_id = any(${[...ismsIds]}::uuid[]) and r.status = 'OPEN'`;

const inOrder = sql`array_position(array['ABOVE_CRITERIA', 'ACCEPTED_ABOVE_CRITERIA', 'WITHIN_CRITERIA'], standing),
      rank desc, expected_loss desc, headroom asc nulls last, number`;

/**
 * The open risks of these ISMS in the order in which they are to be treated (27001, 6.1.2 e): standing, level, expected annual loss, how near
 * the next band is, and at last the reference, so that the order is total. Every position is of the whole register of its ISMS.
 */
export const rankedRisks = (tx: Tx<RiskDatabase>, ismsIds: readonly string[]) => sql<RankedRow>`
  select f.*, row_number() over (partition by isms_id order by ${inOrder})::int as position, count(*) over (partition by isms_id)::int as total
  from (${openRisks(tx, ismsIds)}) f`;

/** The first few in the order of treatment, without the places of the others: it is asked at every change of a register. */
export async function firstRanked(
  tx: Tx<RiskDatabase>,
  ismsId: string,
  count: number,
): Promise<{ readonly id: string; readonly reference: string }[]> {
  const { rows } = await sql<{ id: string; reference: string }>`
    select id, reference from (${openRisks(tx, [ismsId])}) f order by ${inOrder} limit ${count}`.execute(tx.db);
  return rows;
}

/** The places of these risks; null for one that is closed. */
export async function placesOf(tx: Tx<RiskDatabase>, ids: readonly string[]): Promise<(RankedRow | null)[]> {
  const isms = await sql<{ ismsId: string }>`select distinct isms_id from risk
    where tenant_id = ${tx.tenant} and id = any(${[...ids]}::uuid[])`.execute(tx.db);
  const ranked = rankedRisks(
    tx,
    isms.rows.map((row) => row.ismsId),
  );
  const { rows } = await sql<RankedRow>`select * from (${ranked}) f where id = any(${[...ids]}::uuid[])`.execute(tx.db);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}
