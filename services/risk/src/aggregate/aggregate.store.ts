import type { Tx } from '@annex/service';
import { type RawBuilder, sql } from 'kysely';
import type { RiskDatabase } from '../database.ts';

export type GroupedBy = 'ASSET' | 'PROCESS' | 'OWNER' | 'CATEGORY' | 'IMPLEMENTATION' | 'AFFECTS' | 'LEVEL';

/** Open risks that have something in common, each counted once in it. */
export interface GroupRow {
  /** The id of what they have in common, or its name; empty for those that have nothing of the kind. */
  readonly key: string;
  readonly label: string;
  readonly risks: number;
  readonly aboveCriteria: number;
  readonly acceptedAbove: number;
  readonly withinCriteria: number;
  readonly worstRank: number;
  readonly worstLevel: string;
  /** Minor units a year. */
  readonly expectedLoss: number;
  readonly levels: readonly { readonly level: string; readonly rank: number; readonly count: number }[];
  /** The five with the highest level and expected loss. */
  readonly worst: readonly string[];
}

/** Assets in use with everything in use that depends on them, directly or not, themselves included. */
const above = (tx: Tx<RiskDatabase>, ismsId: string) => sql`
  reach(start, id) as (
    select distinct i.asset_id, i.asset_id from identification_asset i where i.tenant_id = ${tx.tenant} and i.isms_id = ${ismsId}
    union
    select reach.start, d.asset_id from reach
      join asset_dependency d on d.tenant_id = ${tx.tenant} and d.needed_id = reach.id
      join asset a on a.tenant_id = ${tx.tenant} and a.id = d.asset_id and a.status = 'IN_USE')`;

const noReach = sql`reach(start, id) as (select null::uuid, null::uuid where false)`;

/** For each risk the groups that it belongs to. */
function membership(tx: Tx<RiskDatabase>, by: GroupedBy): RawBuilder<unknown> {
  const reached = (only: RawBuilder<unknown>) => sql`
    select distinct i.risk_id, a.id::text as key, a.reference || ' ' || a.name as label from identification_asset i
      join reach on reach.start = i.asset_id join asset a on a.tenant_id = ${tx.tenant} and a.id = reach.id
    where i.tenant_id = ${tx.tenant} ${only}`;
  switch (by) {
    case 'ASSET':
      return reached(sql``);
    case 'PROCESS':
      return reached(sql`and a.category = 'BUSINESS_PROCESS'`);
    case 'CATEGORY':
      return sql`select distinct i.risk_id, a.category as key, a.category as label from identification_asset i
        join asset a on a.tenant_id = i.tenant_id and a.id = i.asset_id where i.tenant_id = ${tx.tenant}`;
    case 'IMPLEMENTATION':
      return sql`select distinct l.risk_id, m.id::text as key, m.reference || ' ' || m.title as label from risk_link l
        join implementation m on m.tenant_id = l.tenant_id and m.id = l.implementation_id and not m.deleted where l.tenant_id = ${tx.tenant}`;
    case 'OWNER':
      return sql`select id as risk_id, owner_id::text as key, owner_id::text as label from open where owner_id is not null`;
    case 'AFFECTS':
      return sql`select id as risk_id, property as key, property as label from open cross join lateral unnest(affects) as property`;
    case 'LEVEL':
      return sql`select id as risk_id, current_level as key, current_level as label from open`;
  }
}

/** The open risks of an ISMS in groups: one statement, whatever they are grouped by. Unordered and unlimited. */
export function groups(tx: Tx<RiskDatabase>, ismsId: string, by: GroupedBy): RawBuilder<GroupRow> {
  const rolled = by === 'ASSET' || by === 'PROCESS';
  return sql<GroupRow>`
    with recursive ${rolled ? above(tx, ismsId) : noReach},
    open as (
      select *, current_frequency * current_loss as expected from risk
      where tenant_id = ${tx.tenant} and isms_id = ${ismsId} and status = 'OPEN'),
    member as (${membership(tx, by)}),
    placed as (
      select o.id, coalesce(m.key, '') as key, coalesce(m.label, '') as label, o.standing, o.current_level, o.current_rank, o.expected,
        row_number() over (partition by coalesce(m.key, '') order by o.current_rank desc, o.expected desc, o.number) as place
      from open o left join member m on m.risk_id = o.id),
    levelled as (
      select key, jsonb_agg(jsonb_build_object('level', current_level, 'rank', current_rank, 'count', count) order by current_rank desc) as levels
      from (select key, current_level, current_rank, count(*)::int as count from placed group by 1, 2, 3) counted group by key)
    select p.key, max(p.label) as label, count(*)::int as risks,
      count(*) filter (where p.standing = 'ABOVE_CRITERIA')::int as above_criteria,
      count(*) filter (where p.standing = 'ACCEPTED_ABOVE_CRITERIA')::int as accepted_above,
      count(*) filter (where p.standing = 'WITHIN_CRITERIA')::int as within_criteria,
      max(p.current_rank) as worst_rank, max(p.current_level) filter (where p.place = 1) as worst_level,
      sum(p.expected) as expected_loss, l.levels,
      array_agg(p.id order by p.place) filter (where p.place <= 5) as worst
    from placed p join levelled l on l.key = p.key group by p.key, l.levels`;
}
