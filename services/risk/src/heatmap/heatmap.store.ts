import type { Tx } from '@annex/service';
import type { Criteria } from '../criteria/criteria.ts';
import { ratingAt } from '../level/level.ts';
import type { RiskTables } from '../risk/risk.store.ts';

export type Reading = 'CURRENT' | 'INHERENT';

/** Every cell of the matrix with the open risks in it; one statement. */
export async function heatMapCells(tx: Tx<RiskTables>, ismsId: string, criteria: Criteria, reading: Reading) {
  const axis = reading === 'CURRENT' ? 'current' : 'inherent';
  const { rows } = await tx.query<{ likelihood: number; consequence: number; count: number; risk_ids: string[] }>(
    `select ${axis}_likelihood as likelihood, ${axis}_consequence as consequence, count(*) as count,
       (array_agg(id order by number))[1:20] as risk_ids
     from risk where tenant_id = $1 and isms_id = $2 and status = 'OPEN' group by 1, 2`,
    [tx.tenant, ismsId],
  );
  const found = new Map(rows.map((row) => [`${row.likelihood}/${row.consequence}`, row]));
  return criteria.likelihoods.flatMap((_, likelihood) =>
    criteria.consequences.map((__, consequence) => {
      const here = found.get(`${likelihood + 1}/${consequence + 1}`);
      return {
        ...ratingAt(criteria, likelihood + 1, consequence + 1),
        count: here?.count ?? 0,
        riskIds: here?.risk_ids ?? [],
      };
    }),
  );
}
