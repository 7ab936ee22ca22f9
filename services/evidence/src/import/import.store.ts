import type { IsmsEntityColumns } from '@annex/service';
import { newId, type Tx, type WriteTx } from '@annex/service';
import type { CheckOutcome, Level, Outcome, SarifLog } from './sarif.ts';

export interface ImportRow {
  tenantId: string;
  id: string;
  ismsId: string;
  format: 'sarif';
  source: string;
  tool: string;
  tools: string[];
  outcome: Outcome;
  reasons: string[];
  results: number;
  open: number;
  rules: number;
  byLevel: { [L in Level]: number };
  sha256: string;
  bytes: number;
  sameAs: string | null;
  importedAt: Date;
  importedBy: string;
}

export interface CheckSeriesRow extends IsmsEntityColumns {
  source: string;
  tool: string;
  ruleId: string;
  name: string;
  outcome: CheckOutcome;
  open: number;
  worstLevel: Level | null;
}

export interface CheckFindingRow {
  tenantId: string;
  id: string;
  importId: string;
  position: number;
  tool: string;
  ruleId: string;
  level: Level;
  uri: string | null;
  line: number | null;
  message: string;
  importedAt: Date;
}

export interface CheckResultRow {
  tenantId: string;
  id: string;
  importId: string;
  seriesId: string;
  outcome: CheckOutcome;
  open: number;
  worstLevel: Level | null;
  checkedAt: Date;
}

interface CheckSourceRow extends IsmsEntityColumns {
  name: string;
  importId: string;
  tool: string;
  outcome: Outcome;
  open: number;
  importedAt: Date;
}

export interface ImportTables {
  toolImport: ImportRow;
  checkSource: CheckSourceRow;
  checkSeries: CheckSeriesRow;
  checkResult: CheckResultRow;
  checkFinding: CheckFindingRow;
}

export function importsById(tx: Tx<ImportTables>, ids: readonly string[]): Promise<ImportRow[]> {
  return tx.db.selectFrom('toolImport').selectAll().where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}

export function importsQuery(tx: Tx<ImportTables>, filter: { ismsId: string; source?: string | null | undefined }) {
  const all = tx.db
    .selectFrom('toolImport')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', filter.ismsId);
  return filter.source ? all.where('source', '=', filter.source) : all;
}

export interface SeriesFilter {
  readonly ismsId: string;
  readonly source?: string | null | undefined;
  readonly outcome?: CheckOutcome | null | undefined;
}

export function seriesQuery(tx: Tx<ImportTables>, { ismsId, source, outcome }: SeriesFilter) {
  let found = tx.db
    .selectFrom('checkSeries')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId);
  if (source) found = found.where('source', '=', source);
  if (outcome) found = found.where('outcome', '=', outcome);
  return found;
}

export function resultsQuery(tx: Tx<ImportTables>) {
  return tx.db.selectFrom('checkResult').selectAll().where('tenantId', '=', tx.tenant);
}

export function findingsQuery(tx: Tx<ImportTables>) {
  return tx.db.selectFrom('checkFinding').selectAll().where('tenantId', '=', tx.tenant);
}

/**
 * Makes an import the present of its source, waiting for another import of the source that is under way. The last to come here is
 * the present one.
 */
export async function replaceSource(
  tx: WriteTx<ImportTables>,
  row: Pick<ImportRow, 'id' | 'ismsId' | 'source' | 'tool' | 'outcome' | 'open'>,
): Promise<void> {
  await tx.query(
    `insert into check_source as present (tenant_id, id, isms_id, created_at, created_by, updated_at, updated_by, name, import_id, tool, outcome,
       open, imported_at)
     values ($1, $2, $3, $4, $5, $4, $5, $6, $7, $8, $9, $10, $4)
     on conflict (tenant_id, isms_id, name) do update set version = present.version + 1, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, import_id = excluded.import_id, tool = excluded.tool, outcome = excluded.outcome, open = excluded.open,
       imported_at = greatest(present.imported_at, excluded.imported_at)`,
    [tx.tenant, newId(), row.ismsId, tx.now, tx.scope.actor, row.source, row.id, row.tool, row.outcome, row.open],
  );
}

/** The latest earlier import of the source with the same bytes. */
export async function sameBefore(
  tx: Tx<ImportTables>,
  about: Pick<ImportRow, 'ismsId' | 'source' | 'sha256'>,
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from tool_import where tenant_id = $1 and isms_id = $2 and source = $3 and sha256 = $4
     order by imported_at desc, id desc limit 1`,
    [tx.tenant, about.ismsId, about.source, about.sha256],
  );
  return rows[0]?.id ?? null;
}

/** Moves the series of a source to what a log says, and keeps the result of each check; one statement a table. */
export async function recordChecks(tx: WriteTx<ImportTables>, row: ImportRow, { checks }: SarifLog): Promise<void> {
  const keys = [checks.map((check) => check.tool), checks.map((check) => check.ruleId)];
  const said = [
    checks.map((check) => check.outcome),
    checks.map((check) => check.open),
    checks.map((check) => check.worstLevel),
  ];
  await tx.query(
    `insert into check_series as present (tenant_id, id, isms_id, created_at, created_by, updated_at, updated_by, source, tool, rule_id, name,
       outcome, open, worst_level)
     select $1, given.id, $2, $3, $4, $3, $4, $5, given.tool, given.rule_id, given.name, given.outcome, given.open, given.worst_level
     from unnest($6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[], $12::text[])
       as given(id, tool, rule_id, name, outcome, open, worst_level)
     on conflict (tenant_id, isms_id, source, tool, rule_id) do update set version = present.version + 1, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, name = excluded.name, outcome = excluded.outcome, open = excluded.open, worst_level = excluded.worst_level
     where (present.name, present.outcome, present.open, present.worst_level)
       is distinct from (excluded.name, excluded.outcome, excluded.open, excluded.worst_level)`,
    [
      tx.tenant,
      row.ismsId,
      tx.now,
      tx.scope.actor,
      row.source,
      checks.map(() => newId()),
      ...keys,
      checks.map((check) => check.name),
      ...said,
    ],
  );
  // A check that the latest run no longer has tells nothing any more.
  await tx.query(
    `update check_series set version = version + 1, updated_at = $3, updated_by = $4, outcome = 'UNKNOWN', open = 0, worst_level = null
     where tenant_id = $1 and isms_id = $2 and source = $5 and (outcome <> 'UNKNOWN' or open > 0) and not exists (
       select from unnest($6::text[], $7::text[]) as given(tool, rule_id)
       where given.tool = check_series.tool and given.rule_id = check_series.rule_id)`,
    [tx.tenant, row.ismsId, tx.now, tx.scope.actor, row.source, ...keys],
  );
  await tx.query(
    `insert into check_result (tenant_id, id, import_id, series_id, outcome, open, worst_level, checked_at)
     select $1, given.id, $2, s.id, given.outcome, given.open, given.worst_level, $3
     from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[]) as given(id, tool, rule_id, outcome, open, worst_level)
     join check_series s on s.tenant_id = $1 and s.isms_id = $10 and s.source = $11 and s.tool = given.tool and s.rule_id = given.rule_id`,
    [tx.tenant, row.id, tx.now, checks.map(() => newId()), ...keys, ...said, row.ismsId, row.source],
  );
}

export async function recordFindings(tx: WriteTx<ImportTables>, row: ImportRow, { findings }: SarifLog): Promise<void> {
  await tx.query(
    `insert into check_finding (tenant_id, id, import_id, position, tool, rule_id, level, uri, line, message, imported_at)
     select $1, given.id, $2, given.position, given.tool, given.rule_id, given.level, given.uri, given.line, given.message, $3
     from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[]) with ordinality
       as given(id, tool, rule_id, level, uri, line, message, position)`,
    [
      tx.tenant,
      row.id,
      tx.now,
      findings.map(() => newId()),
      findings.map((finding) => finding.tool),
      findings.map((finding) => finding.ruleId),
      findings.map((finding) => finding.level),
      findings.map((finding) => finding.uri),
      findings.map((finding) => finding.line),
      findings.map((finding) => finding.message),
    ],
  );
}
