import type { Tx } from '@annex/service';
import { sql } from 'kysely';
import type { AssessmentTables } from '../assessment/assessment.store.ts';
import type { RiskRow, RiskTables } from '../risk/risk.store.ts';

type Tables = RiskTables & AssessmentTables;

/** How many open risks were assessed since a moment, and how many were not. */
export async function progressOf(tx: Tx<Tables>, ismsId: string, since: Date) {
  const { rows } = await tx.query<{ open: number; assessed: number }>(
    `select count(*)::int as open, count(*) filter (where exists (
         select 1 from assessment a where a.tenant_id = $1 and a.risk_id = r.id and a.assessed_at >= $3))::int as assessed
     from risk r where r.tenant_id = $1 and r.isms_id = $2 and r.status = 'OPEN'`,
    [tx.tenant, ismsId, since],
  );
  const { open, assessed } = rows[0] ?? { open: 0, assessed: 0 };
  return { open, assessed, remaining: open - assessed };
}

/** The open risks that were not assessed since a moment; none where there is no moment. Unordered and unlimited. */
export const remainingRisks = (tx: Tx<Tables>, ismsId: string, since: Date | null) =>
  sql<RiskRow>`select r.* from risk r where r.tenant_id = ${tx.tenant} and r.isms_id = ${ismsId} and r.status = 'OPEN'
    and ${since}::timestamptz is not null and not exists (
      select 1 from assessment a where a.tenant_id = ${tx.tenant} and a.risk_id = r.id and a.assessed_at >= ${since}::timestamptz)`;
