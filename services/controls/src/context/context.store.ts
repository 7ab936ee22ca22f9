import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ClimateRelevance, IssueKind, IssueStatus } from './context.ts';

export interface ContextIssueRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  description: string;
  kind: IssueKind;
  relevance: string;
  status: IssueStatus;
  reviewDate: Date | null;
}

/** One row a determination; none is ever changed. */
export interface ClimateRow extends IsmsEntityColumns {
  number: number;
  relevance: ClimateRelevance;
  reason: string;
  reviewDate: Date | null;
  determinedBy: string;
  determinedAt: Date;
}

export interface ContextTables {
  contextIssue: ContextIssueRow;
  climateDetermination: ClimateRow;
}

const present = (tx: Tx<ContextTables>) =>
  tx.db.selectFrom('contextIssue').selectAll().where('tenantId', '=', tx.tenant);

/** The issues of an ISMS that a filter leaves, unordered; for a connection. */
export function issuesOf(
  tx: Tx<ContextTables>,
  ismsId: string,
  filter: { readonly kind?: IssueKind | null; readonly status?: IssueStatus | null } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.status) query = query.where('status', '=', filter.status);
  return query;
}

export function findIssues(tx: Tx<ContextTables>, ids: readonly string[]): Promise<ContextIssueRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readIssue(tx: Tx<ContextTables>, id: string): Promise<ContextIssueRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('ContextIssue', id);
  return row;
}

export async function insertIssue(tx: WriteTx<ContextTables>, row: ContextIssueRow): Promise<void> {
  await tx.db.insertInto('contextIssue').values(row).execute();
}

export async function updateIssueRow(tx: WriteTx<ContextTables>, row: ContextIssueRow): Promise<void> {
  const { title, description, kind, relevance, status, reviewDate, version } = row;
  await tx.db
    .updateTable('contextIssue')
    .set({ title, description, kind, relevance, status, reviewDate, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

/** The determinations of an ISMS, the latest first. */
export function determinationsOf(tx: Tx<ContextTables>, ismsId: string, limit: number): Promise<ClimateRow[]> {
  return tx.db
    .selectFrom('climateDetermination')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();
}

export async function insertDetermination(tx: WriteTx<ContextTables>, row: ClimateRow): Promise<void> {
  await tx.db.insertInto('climateDetermination').values(row).execute();
}

/** The next moment at which an open issue, or what was determined of climate change, is to be looked at again. */
export async function nextReview(tx: Tx<ContextTables>, ismsId: string): Promise<Date | undefined> {
  const { rows } = await tx.query<{ next: Date | null }>(
    `select min(review_date) as next from (
       select review_date from context_issue where tenant_id = $1 and isms_id = $2 and status = 'OPEN'
       union all
       (select review_date from climate_determination where tenant_id = $1 and isms_id = $2 order by number desc limit 1)) as dated
      where review_date > $3`,
    [tx.tenant, ismsId, tx.now],
  );
  return rows[0]?.next ?? undefined;
}
