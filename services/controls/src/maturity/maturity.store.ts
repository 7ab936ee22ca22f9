import type { Tx, WriteTx } from '@annex/service';
import { sql } from 'kysely';

/** What a person found of a control. They only grow; the one made last counts, of two made at once the one recorded last. */
export interface MaturityRow {
  tenantId: string;
  id: string;
  ismsId: string;
  controlId: string;
  level: number;
  reason: string;
  assessedBy: string;
  assessedAt: Date;
  recordedAt: Date;
}

export interface MaturityTable {
  maturityAssessment: MaturityRow;
}

/** The assessments of an ISMS, or of one of its controls, unordered; for a connection. */
export function assessmentsIn(tx: Tx<MaturityTable>, ismsId: string, controlId?: string) {
  const query = tx.db
    .selectFrom('maturityAssessment')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId);
  return controlId === undefined ? query : query.where('controlId', '=', controlId);
}

/** The assessment that counts of each control that was assessed in an ISMS. */
export function countingIn(tx: Tx<MaturityTable>, ismsId: string): Promise<MaturityRow[]> {
  return assessmentsIn(tx, ismsId)
    .distinctOn('controlId')
    .orderBy('controlId')
    .orderBy('assessedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** The assessments that count of the controls of implementations, in the order of the ids given. */
export async function countingOf(
  tx: Tx<MaturityTable>,
  implementationIds: readonly string[],
): Promise<MaturityRow[][]> {
  const { rows } = await sql<MaturityRow & { implementationId: string }>`
    select distinct on (c.implementation_id, c.control_id) m.*, c.implementation_id from implementation_control c
      join maturity_assessment m on m.tenant_id = c.tenant_id and m.isms_id = c.isms_id and m.control_id = c.control_id
     where c.tenant_id = ${tx.tenant} and c.implementation_id = any(${[...implementationIds]}::uuid[])
     order by c.implementation_id, c.control_id, m.assessed_at desc, m.id desc`.execute(tx.db);
  const found = Map.groupBy(rows, (row) => row.implementationId);
  return implementationIds.map((id) => found.get(id) ?? []);
}

export function findAssessments(tx: Tx<MaturityTable>, ids: readonly string[]): Promise<MaturityRow[]> {
  return tx.db
    .selectFrom('maturityAssessment')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .execute();
}

export async function insertMaturity(tx: WriteTx<MaturityTable>, rows: readonly MaturityRow[]): Promise<void> {
  await tx.db.insertInto('maturityAssessment').values(rows).execute();
}
