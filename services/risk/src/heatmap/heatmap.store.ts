import type { Tx } from '@annex/service';
import type { Criteria } from '../criteria/criteria.ts';
import { ratingAt } from '../level/level.ts';
import type { RiskTables } from '../risk/risk.store.ts';

export type Reading = 'CURRENT' | 'INHERENT';

/** Every cell of the matrix with the open risks in it; one statement. */
export async function heatMapCells(tx: Tx<RiskTables>, ismsId: string, criteria: Criteria, reading: Reading) {
  // Of several categories of consequence the worst decides; the current column is that of the worst already.
  const [likelihood, consequence] =
    reading === 'CURRENT'
      ? ['current_likelihood', 'current_consequence']
      : [
          'inherent_likelihood',
          `case when consequences is null then inherent_consequence
             else greatest(inherent_consequence, (select max(value::int) from jsonb_each_text(consequences))) end`,
        ];
  const { rows } = await tx.query<{ likelihood: number; consequence: number; count: number; risk_ids: string[] }>(
    `select ${likelihood} as likelihood, ${consequence} as consequence, count(*) as count,
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
