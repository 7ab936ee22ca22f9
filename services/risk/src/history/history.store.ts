import type { Tx } from '@annex/service';
import { sql } from 'kysely';
import type { RiskDatabase } from '../database.ts';
import type { Version } from './history.ts';

/** An entry of the history of a risk: a version of its row, or what a person said of its level. */
export interface HistoryRow {
  readonly id: string;
  readonly riskId: string;
  readonly at: Date;
  /** Orders what has one moment: versions by their number, and before them what a person said, which led to them. */
  readonly place: number;
  readonly source: 'VERSION' | 'ASSESSED' | 'ACCEPTED';
  /** `person:<id>` where a person did it. */
  readonly by: string;
  readonly level: string;
  readonly note: string | null;
  readonly endsAt: Date | null;
  readonly before: Version | null;
  readonly after: Version | null;
}

/**
 * Everything that happened to the risks of the tenant. History is named by its schema: all versions up to the moment are asked for,
 * not the one at it. Row-level security holds for it as for the tables. A read of the present has no moment as its bound: versions that
 * are written in one are kept a microsecond apart, so the last of them may lie behind it.
 */
export function historyQuery(tx: Tx<RiskDatabase>) {
  const until = tx.scope.asOf ? sql`and r.recorded_from <= ${tx.now}` : sql``;
  return sql<HistoryRow>`
    select 'version ' || v.version || ' ' || v.id as id, v.id as risk_id, v.recorded_from as at, v.version as place, 'VERSION' as source,
      v.updated_by as by, v.current_level as level, null::text as note, null::timestamptz as ends_at,
      lag(to_jsonb(v)) over (partition by v.id order by v.recorded_from) as before, to_jsonb(v) as after
    from (
      select r.*, (
        select string_agg(coalesce(i.reference, l.implementation_id::text) || ' (likelihood ' || l.likelihood_effect || ', consequence ' ||
          l.consequence_effect || coalesce(', common cause ' || l.common_cause, '') || ')', '; ' order by i.reference, l.implementation_id)
        from risk_history.risk_link l left join implementation i on i.tenant_id = l.tenant_id and i.id = l.implementation_id
        where l.tenant_id = ${tx.tenant} and l.risk_id = r.id and l.recorded_from <= r.recorded_from and l.recorded_to > r.recorded_from
      ) as links
      from risk_history.risk r where r.tenant_id = ${tx.tenant} ${until}) v
    union all
    select 'assessment ' || id, risk_id, assessed_at, 0, 'ASSESSED', 'person:' || assessed_by, level, comment, null, null, null
    from assessment where tenant_id = ${tx.tenant}
    union all
    select 'acceptance ' || id, risk_id, accepted_at, 0, 'ACCEPTED', 'person:' || accepted_by, level, reason, ends_at, null, null
    from acceptance where tenant_id = ${tx.tenant}`;
}
