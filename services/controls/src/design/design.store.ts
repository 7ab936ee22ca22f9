import type { Tx, WriteTx } from '@annex/service';
import { sql } from 'kysely';

/** An assessment of how well an implementation is designed. They only grow; the latest counts. */
export interface DesignAssessmentRow {
  tenantId: string;
  id: string;
  ismsId: string;
  implementationId: string;
  /** The version that the implementation got with it, which tells the order. */
  implementationVersion: number;
  conclusion: number;
  reason: string;
  assessedBy: string;
  assessedAt: Date;
}

export interface DesignAssessmentTable {
  designAssessment: DesignAssessmentRow;
}

export async function insertAssessment(tx: WriteTx<DesignAssessmentTable>, row: DesignAssessmentRow): Promise<void> {
  await tx.db.insertInto('designAssessment').values(row).execute();
}

/** The latest assessment of each implementation by each author, the latest of all first. */
export function latestAssessments(
  tx: Tx<DesignAssessmentTable>,
  implementationIds: readonly string[],
): Promise<DesignAssessmentRow[]> {
  return tx.db
    .selectFrom('designAssessment')
    .selectAll()
    .distinctOn(['implementationId', 'assessedBy'])
    .where('tenantId', '=', tx.tenant)
    .where('implementationId', 'in', implementationIds)
    .orderBy('implementationId')
    .orderBy('assessedBy')
    .orderBy('implementationVersion', 'desc')
    .execute();
}

/** The last `limit` assessments of an implementation each, newest first. */
export async function assessmentsOf(
  tx: Tx<DesignAssessmentTable>,
  implementationIds: readonly string[],
  limit: number,
): Promise<DesignAssessmentRow[][]> {
  const { rows } = await sql<DesignAssessmentRow>`
    select found.* from unnest(${[...implementationIds]}::uuid[]) as asked(id) cross join lateral (
      select * from design_assessment d where d.tenant_id = ${tx.tenant} and d.implementation_id = asked.id
       order by d.implementation_version desc limit ${limit}) as found`.execute(tx.db);
  const found = Map.groupBy(rows, (row) => row.implementationId);
  return implementationIds.map((id) => found.get(id) ?? []);
}
