import type { Tx, WriteTx } from '@annex/service';
import { sql } from 'kysely';

/** What an assessor held of the strength of an implementation. They only grow; the latest holds until its end. */
export interface StrengthJudgementRow {
  tenantId: string;
  id: string;
  ismsId: string;
  implementationId: string;
  judged: number;
  reason: string;
  endsAt: Date;
  judgedBy: string;
  judgedAt: Date;
}

export interface StrengthJudgementTable {
  strengthJudgement: StrengthJudgementRow;
}

export async function insertJudgement(tx: WriteTx<StrengthJudgementTable>, row: StrengthJudgementRow): Promise<void> {
  await tx.db.insertInto('strengthJudgement').values(row).execute();
}

/** Every judgement in an ISMS, the oldest first. */
export function judgementsIn(tx: Tx<StrengthJudgementTable>, ismsId: string): Promise<StrengthJudgementRow[]> {
  return tx.db
    .selectFrom('strengthJudgement')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .orderBy('id')
    .execute();
}

/** The last `limit` judgements of implementations each, the latest first, in the order of the ids given. */
export async function judgementsOf(
  tx: Tx<StrengthJudgementTable>,
  implementationIds: readonly string[],
  limit: number,
): Promise<StrengthJudgementRow[][]> {
  const { rows } = await sql<StrengthJudgementRow>`
    select found.* from unnest(${[...implementationIds]}::uuid[]) as asked(id) cross join lateral (
      select * from strength_judgement j where j.tenant_id = ${tx.tenant} and j.implementation_id = asked.id
       order by j.judged_at desc, j.id desc limit ${limit}) as found`.execute(tx.db);
  const found = Map.groupBy(rows, (row) => row.implementationId);
  return implementationIds.map((id) => found.get(id) ?? []);
}
