import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import type { InterviewStatus, LeadershipJudgement } from './leadership.ts';

export interface LeadershipTable {
  leadershipInterview: IsmsEntityColumns & {
    reference: string;
    intervieweeId: string;
    interviewerId: string;
    heldAt: Date;
    validUntil: Date;
    /** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
    judgements: ColumnType<readonly LeadershipJudgement[], string, string>;
    note: string;
    recordedBy: string;
    status: InterviewStatus;
    withdrawalReason: string;
    withdrawnBy: string | null;
    withdrawnAt: Date | null;
  };
}

export type InterviewRow = Selectable<LeadershipTable['leadershipInterview']>;

const present = (tx: Tx<LeadershipTable>) =>
  tx.db.selectFrom('leadershipInterview').selectAll().where('tenantId', '=', tx.tenant);

/** The interviews of an ISMS that a filter leaves, unordered; for a connection. */
export function interviewsOf(
  tx: Tx<LeadershipTable>,
  ismsId: string,
  filter: { readonly intervieweeId?: string | null; readonly status?: InterviewStatus | null } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.intervieweeId) query = query.where('intervieweeId', '=', filter.intervieweeId);
  if (filter.status) query = query.where('status', '=', filter.status);
  return query;
}

export function findInterviews(tx: Tx<LeadershipTable>, ids: readonly string[]): Promise<InterviewRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readInterview(tx: Tx<LeadershipTable>, id: string): Promise<InterviewRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('LeadershipInterview', id);
  return row;
}

/** The interviews whose judgements hold now, the oldest first. */
export function validInterviews(tx: Tx<LeadershipTable>, ismsId: string): Promise<InterviewRow[]> {
  return interviewsOf(tx, ismsId, { status: 'RECORDED' })
    .where('validUntil', '>', tx.now)
    .orderBy('heldAt')
    .orderBy('id')
    .execute();
}

/** The next moment at which what was judged holds no longer. */
export async function nextEnd(tx: Tx<LeadershipTable>, ismsId: string): Promise<Date | undefined> {
  const row = await interviewsOf(tx, ismsId, { status: 'RECORDED' })
    .clearSelect()
    .select(({ fn }) => fn.min('validUntil').as('next'))
    .where('validUntil', '>', tx.now)
    .executeTakeFirst();
  return row?.next ?? undefined;
}

export async function insertInterview(tx: WriteTx<LeadershipTable>, row: InterviewRow): Promise<void> {
  await tx.db
    .insertInto('leadershipInterview')
    .values({ ...row, judgements: JSON.stringify(row.judgements) })
    .execute();
}

export async function withdrawInterviewRow(tx: WriteTx<LeadershipTable>, row: InterviewRow): Promise<void> {
  const { status, withdrawalReason, withdrawnBy, withdrawnAt, version } = row;
  await tx.db
    .updateTable('leadershipInterview')
    .set({ status, withdrawalReason, withdrawnBy, withdrawnAt, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}
