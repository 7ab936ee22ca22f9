import { newId, type Tx, type WriteTx } from '@annex/service';
import { type Selectable, sql } from 'kysely';
import type { Judged, JudgedTable } from '../level/judged.ts';

export interface AssessmentTables {
  assessment: JudgedTable & { assessedBy: string; assessedAt: Date; comment: string; method: string };
}
export type AssessmentRow = Selectable<AssessmentTables['assessment']>;

export function insertAssessment(
  tx: WriteTx<AssessmentTables>,
  judged: Judged,
  by: { readonly assessedBy: string; readonly comment: string; readonly method: string },
): Promise<AssessmentRow> {
  const values = {
    ...judged,
    factors: JSON.stringify(judged.factors),
    consequences: JSON.stringify(judged.consequences),
    ...by,
  };
  return tx.db
    .insertInto('assessment')
    .values({ tenantId: tx.tenant, id: newId(), assessedAt: tx.now, ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The latest assessments of each of these risks, the newest first; in one statement. */
export async function latestAssessments(
  tx: Tx<AssessmentTables>,
  riskIds: readonly string[],
  first: number,
): Promise<AssessmentRow[][]> {
  const { rows } = await sql<AssessmentRow>`
    select found.* from unnest(${[...riskIds]}::uuid[]) as r(id) cross join lateral (
      select * from assessment where tenant_id = ${tx.tenant} and risk_id = r.id
      order by assessed_at desc, id desc limit ${first}) as found`.execute(tx.db);
  return riskIds.map((id) => rows.filter((row) => row.riskId === id));
}
