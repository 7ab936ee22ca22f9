import { createHash } from 'node:crypto';
import type { Tx, WriteTx } from '@annex/service';
import { sql } from 'kysely';
import type { CycleRow, CycleTables } from './cycle.store.ts';

/** What a frozen row says, in this order; its SHA-256 is the row's content hash. */
const said = [
  ...['cycle_id', 'risk_id', 'reference', 'title', 'status', 'owner_id', 'treatment_option'],
  ...['inherent_likelihood', 'inherent_consequence', 'inherent_level', 'inherent_rank'],
  ...['current_likelihood', 'current_consequence', 'current_level', 'current_rank', 'current_rule'],
  ...['current_frequency', 'current_loss', 'standing', 'reassessment', 'acceptance'],
  ...['assessment_id', 'assessed_level', 'assessed_rank', 'assessed_criteria_version', 'assessed_in_cycle'],
] as const;

const hashOf = (row: string) =>
  `encode(sha256(convert_to(jsonb_build_array(${said.map((name) => `${row}.${name}`).join(', ')})::text, 'UTF8')), 'hex')`;

/** The hash of a completed cycle: of its criteria, and of the hashes of its rows in the order of their risks. */
const hashOfCycle = (criteriaText: string, rowHashes: string) =>
  createHash('sha256').update(`annex-assessment-cycle-1\n${criteriaText}\n${rowHashes}`, 'utf8').digest('hex');

/** The assessment of a risk `r` that was made last, as `last`. */
const lastAssessment = `left join lateral (
  select a.id, a.level, a.rank, a.criteria_version, a.assessed_at from assessment a
  where a.tenant_id = r.tenant_id and a.risk_id = r.id order by a.assessed_at desc, a.id desc limit 1) last on true`;

export interface Completed {
  readonly risks: number;
  readonly open: number;
  readonly assessed: number;
  readonly criteriaVersion: number;
  /** All of the criteria that levels depend on, as text of jsonb. */
  readonly criteria: string;
  readonly contentHash: string;
}

/** All of the criteria but what levels do not depend on: whatever else they come to hold belongs to what is compared by. */
export async function criteriaNow(
  tx: Tx<CycleTables>,
  ismsId: string,
): Promise<Pick<Completed, 'criteria' | 'criteriaVersion'>> {
  const { rows } = await tx.query<Pick<Completed, 'criteria' | 'criteriaVersion'>>(
    `select version as "criteriaVersion", (to_jsonb(c) - array['tenant_id', 'id', 'isms_id', 'version', 'name', 'appetite', 'assessment_period',
       'created_at', 'created_by', 'updated_at', 'updated_by', 'recorded_from'])::text as criteria
     from criteria c where tenant_id = $1 and isms_id = $2`,
    [tx.tenant, ismsId],
  );
  const [by] = rows;
  if (!by) throw new Error(`The ISMS ${ismsId} has an assessment and no criteria`);
  return by;
}

/**
 * Freezes every risk of the ISMS as it is now, in the database: a row each, none of which passes through here. The criteria are held, so
 * that levels and criteria belong together.
 */
export async function freezeRegister(tx: WriteTx<CycleTables>, cycle: CycleRow): Promise<Completed> {
  await tx.query(
    // The ids are made by the database, since the rows never leave it.
    `insert into assessment_cycle_row (tenant_id, id, isms_id, number, frozen_at, content_hash, ${said.join(', ')})
     select $1, gen_random_uuid(), $2, f.number, $4, ${hashOf('f')}, ${said.map((name) => `f.${name}`).join(', ')}
     from (
       select $3::uuid as cycle_id, r.id as risk_id, r.reference, r.number, r.title, r.status, r.owner_id, r.treatment_option,
         r.inherent_likelihood, r.inherent_consequence, r.inherent_level, r.inherent_rank,
         r.current_likelihood, r.current_consequence, r.current_level, r.current_rank, r.current_rule,
         r.current_frequency, r.current_loss, r.standing, r.reassessment, r.acceptance,
         last.id as assessment_id, last.level as assessed_level, last.rank as assessed_rank,
         last.criteria_version as assessed_criteria_version, coalesce(last.assessed_at >= $5, false) as assessed_in_cycle
       from risk r ${lastAssessment}
       where r.tenant_id = $1 and r.isms_id = $2) f`,
    [tx.tenant, cycle.ismsId, cycle.id, tx.now, cycle.startedAt],
  );
  const by = await criteriaNow(tx, cycle.ismsId);
  const { rows } = await tx.query<Pick<Completed, 'risks' | 'open' | 'assessed'> & { hashes: string }>(
    `select count(*)::int as risks, count(*) filter (where status = 'OPEN')::int as open,
       count(*) filter (where status = 'OPEN' and assessed_in_cycle)::int as assessed,
       coalesce(string_agg(content_hash, '' order by risk_id), '') as hashes
     from assessment_cycle_row where tenant_id = $1 and cycle_id = $2`,
    [tx.tenant, cycle.id],
  );
  const [found] = rows;
  if (!found) throw new Error('A count always answers');
  const { hashes, ...counts } = found;
  return { ...counts, ...by, contentHash: hashOfCycle(by.criteria, hashes) };
}

/** Whether what was frozen is still what it was: all hashes are computed again from what the rows say. */
export async function intact(tx: Tx<CycleTables>, cycle: CycleRow): Promise<boolean> {
  const { rows } = await tx.query<{ text: string; hashes: string }>(
    `select (select criteria::text from assessment_cycle where tenant_id = $1 and id = $2) as text,
       coalesce(string_agg(${hashOf('f')}, '' order by f.risk_id), '') as hashes
     from assessment_cycle_row f where f.tenant_id = $1 and f.cycle_id = $2`,
    [tx.tenant, cycle.id],
  );
  const [found] = rows;
  return found !== undefined && hashOfCycle(found.text, found.hashes) === cycle.contentHash;
}

export interface FrozenFilter {
  readonly status?: 'OPEN' | 'CLOSED' | null;
  readonly standing?: string | null;
  readonly assessedInCycle?: boolean | null;
}

/** What was frozen, narrowed; unordered and unlimited. */
export function frozenRows(tx: Tx<CycleTables>, cycleId: string, filter: FrozenFilter) {
  let query = tx.db
    .selectFrom('assessmentCycleRow')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('cycleId', '=', cycleId);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.standing) query = query.where('standing', '=', filter.standing);
  if (filter.assessedInCycle != null) query = query.where('assessedInCycle', '=', filter.assessedInCycle);
  return query;
}

/** The open risks of completed cycles by level, the highest first. */
export async function levelsOf(
  tx: Tx<CycleTables>,
  ids: readonly string[],
): Promise<{ level: string; rank: number; count: number }[][]> {
  const { rows } = await tx.query<{ cycleId: string; level: string; rank: number; count: number }>(
    `select cycle_id as "cycleId", current_level as level, current_rank as rank, count(*)::int as count
     from assessment_cycle_row where tenant_id = $1 and cycle_id = any($2::uuid[]) and status = 'OPEN'
     group by cycle_id, current_level, current_rank order by current_rank desc`,
    [tx.tenant, ids],
  );
  return ids.map((id) => rows.filter((row) => row.cycleId === id));
}

export type DifferenceKind =
  | 'ADDED'
  | 'CLOSED'
  | 'REOPENED'
  | 'CURRENT_LEVEL_MOVED'
  | 'INHERENT_LEVEL_MOVED'
  | 'ASSESSED_LEVEL_MOVED'
  | 'STANDING_CHANGED'
  | 'OWNER_CHANGED'
  | 'OPTION_CHANGED';

export interface DifferenceRow {
  readonly id: string;
  readonly riskId: string;
  readonly reference: string;
  readonly number: number;
  readonly title: string;
  readonly kind: DifferenceKind;
  readonly before: string | null;
  readonly after: string | null;
  /** Ranks, where a level moved. */
  readonly beforeRank: number | null;
  readonly afterRank: number | null;
}

/** What a frozen register is compared with: another that was frozen, or what there is at the moment that is read. */
export interface Pair {
  readonly from: Pick<CycleRow, 'id' | 'ismsId'>;
  readonly to: Pick<CycleRow, 'id'> | null;
}

/** How two registers differ: a row for each risk and kind. */
export function differencesQuery(tx: Tx<CycleTables>, { from, to }: Pair) {
  const later = to
    ? sql`select f.* from assessment_cycle_row f where f.tenant_id = ${tx.tenant} and f.cycle_id = ${to.id}`
    : sql`select r.tenant_id, r.id as risk_id, r.reference, r.number, r.title, r.status, r.owner_id, r.treatment_option, r.inherent_level,
        r.inherent_rank, r.current_level, r.current_rank, r.standing, last.level as assessed_level, last.rank as assessed_rank
      from risk r ${sql.raw(lastAssessment)} where r.tenant_id = ${tx.tenant} and r.isms_id = ${from.ismsId}`;
  return sql<DifferenceRow>`
    select b.risk_id || ' ' || k.kind as id, b.risk_id, b.reference, b.number, b.title, k.kind, k.before, k.after, k.before_rank, k.after_rank
    from (${later}) b
    left join assessment_cycle_row a on a.tenant_id = b.tenant_id and a.cycle_id = ${from.id} and a.risk_id = b.risk_id
    cross join lateral (values
      ('ADDED', a.id is null, null, b.current_level, null::int, b.current_rank),
      ('CLOSED', a.status = 'OPEN' and b.status = 'CLOSED', a.status, b.status, null, null),
      ('REOPENED', a.status = 'CLOSED' and b.status = 'OPEN', a.status, b.status, null, null),
      ('CURRENT_LEVEL_MOVED', a.id is not null and a.current_level <> b.current_level, a.current_level, b.current_level, a.current_rank, b.current_rank),
      ('INHERENT_LEVEL_MOVED', a.id is not null and a.inherent_level <> b.inherent_level, a.inherent_level, b.inherent_level, a.inherent_rank, b.inherent_rank),
      ('ASSESSED_LEVEL_MOVED', a.id is not null and a.assessed_level is distinct from b.assessed_level, a.assessed_level, b.assessed_level, a.assessed_rank, b.assessed_rank),
      ('STANDING_CHANGED', a.id is not null and a.standing <> b.standing, a.standing, b.standing, null, null),
      ('OWNER_CHANGED', a.id is not null and a.owner_id is distinct from b.owner_id, a.owner_id::text, b.owner_id::text, null, null),
      ('OPTION_CHANGED', a.id is not null and a.treatment_option is distinct from b.treatment_option, a.treatment_option, b.treatment_option, null, null)
    ) as k(kind, holds, before, after, before_rank, after_rank)
    where k.holds`;
}

/** How many differences there are of each kind; one statement. */
export async function differenceCounts(
  tx: Tx<CycleTables>,
  pair: Pair,
): Promise<{ kind: DifferenceKind; count: number; worse: number; better: number }[]> {
  const { rows } = await sql<{ kind: DifferenceKind; count: number; worse: number; better: number }>`
    select kind, count(*)::int as count,
      count(*) filter (where before_rank < after_rank)::int as worse, count(*) filter (where before_rank > after_rank)::int as better
    from (${differencesQuery(tx, pair)}) d group by kind order by kind`.execute(tx.db);
  return rows;
}
