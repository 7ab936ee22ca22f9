import type { Tx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import type { IndicatorRow } from './indicator.store.ts';
import { type Reading, readFigure, readMeasure } from './indicator.ts';
import { measuresById } from './measure.store.ts';

interface Facts {
  readonly id: string;
  readonly linked: boolean;
  readonly open: number;
  readonly above: number;
  readonly unassessed: number;
  readonly expected: number;
  readonly overdue: number;
  readonly currency: string | null;
  readonly period: string | null;
}

/**
 * The register as each of these indicators sees it: its linked open risks, or all of its ISMS where it has no links. One statement for all
 * of them; what costs more than a look at the risk is read only where an indicator is about it.
 */
async function factsOf(tx: Tx<RiskDatabase>, ids: readonly string[]): Promise<Map<string, Facts>> {
  const { rows } = await tx.query<Facts>(
    `with asked as (
       select i.id, i.isms_id, i.figure,
         exists (select 1 from indicator_risk l where l.tenant_id = i.tenant_id and l.indicator_id = i.id) as linked
       from indicator i where i.tenant_id = $1 and i.id = any($2::uuid[])),
     seen as (
       select a.id as indicator_id, r.id, r.standing, r.current_frequency, r.current_loss
       from asked a join indicator_risk l on l.tenant_id = $1 and l.indicator_id = a.id
         join risk r on r.tenant_id = $1 and r.id = l.risk_id and r.status = 'OPEN' where a.linked
       union all
       select a.id, r.id, r.standing, r.current_frequency, r.current_loss
       from asked a join risk r on r.tenant_id = $1 and r.isms_id = a.isms_id and r.status = 'OPEN' where not a.linked)
     select a.id, a.linked, c.currency, c.assessment_period as period, count(s.id)::int as open,
       (count(*) filter (where s.standing = 'ABOVE_CRITERIA'))::int as above,
       (count(*) filter (where a.figure = 'SHARE_NOT_ASSESSED' and s.id is not null and not exists (
          select 1 from assessment x where x.tenant_id = $1 and x.risk_id = s.id
            and x.assessed_at > ($3::timestamptz at time zone 'UTC' - c.assessment_period::interval) at time zone 'UTC')))::int as unassessed,
       -- As numeric, so that the order in which rows come does not show in the sum.
       coalesce(sum(case when a.figure = 'EXPECTED_ANNUAL_LOSS' then (s.current_frequency * s.current_loss)::numeric end), 0)::double precision as expected,
       coalesce(sum(case when a.figure = 'OVERDUE_ACTIONS' then (
          select count(*) from treatment t join treatment_action w on w.tenant_id = $1 and w.treatment_id = t.id
          where t.tenant_id = $1 and t.risk_id = s.id and t.status = 'APPROVED' and w.status = 'PLANNED' and w.due_at <= $3) end), 0)::int as overdue
     from asked a left join seen s on s.indicator_id = a.id left join criteria c on c.tenant_id = $1 and c.isms_id = a.isms_id
     group by a.id, a.linked, c.currency, c.assessment_period`,
    [tx.tenant, ids, tx.now],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What each of these indicators reads now, in their order: at most one statement for figures and one for measures. */
export async function readAll(tx: Tx<RiskDatabase>, rows: readonly IndicatorRow[]): Promise<Reading[]> {
  const figures = rows.flatMap((row) => (row.figure === null ? [] : [row.id]));
  const facts = figures.length === 0 ? new Map<string, Facts>() : await factsOf(tx, figures);
  const measures = await measuresById(
    tx,
    rows.flatMap((row) => row.measureId ?? []),
  );
  return rows.map((row) => {
    const seen = facts.get(row.id);
    if (row.figure !== null && seen) {
      const { linked, currency, period, ...counts } = seen;
      return readFigure(row.figure, { ...counts, currency: currency ?? '', period: period ?? '' }, linked, tx.now);
    }
    const measure = measures.get(row.measureId ?? '');
    if (!measure) throw new Error(`The indicator ${row.id} reads nothing that is known`);
    return readMeasure(measure);
  });
}
