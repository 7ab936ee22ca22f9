import { newId, type Tx, type WriteTx } from '@annex/service';
import { type Selectable, sql } from 'kysely';
import type { Judged, JudgedTable } from '../level/judged.ts';

export interface AcceptanceTables {
  acceptance: JudgedTable & { acceptedBy: string; acceptedAt: Date; reason: string; endsAt: Date | null };
}
export type AcceptanceRow = Selectable<AcceptanceTables['acceptance']>;

export function insertAcceptance(
  tx: WriteTx<AcceptanceTables>,
  judged: Judged,
  by: { readonly acceptedBy: string; readonly reason: string; readonly endsAt: Date | null },
): Promise<AcceptanceRow> {
  const values = {
    ...judged,
    factors: JSON.stringify(judged.factors),
    consequences: JSON.stringify(judged.consequences),
    ...by,
  };
  return tx.db
    .insertInto('acceptance')
    .values({ tenantId: tx.tenant, id: newId(), acceptedAt: tx.now, ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The latest acceptances of each of these risks, the newest first; in one statement. */
export async function latestAcceptances(
  tx: Tx<AcceptanceTables>,
  riskIds: readonly string[],
  first: number,
): Promise<AcceptanceRow[][]> {
  const { rows } = await sql<AcceptanceRow>`
    select found.* from unnest(${[...riskIds]}::uuid[]) as r(id) cross join lateral (
      select * from acceptance where tenant_id = ${tx.tenant} and risk_id = r.id
      order by accepted_at desc, id desc limit ${first}) as found`.execute(tx.db);
  return riskIds.map((id) => rows.filter((row) => row.riskId === id));
}
