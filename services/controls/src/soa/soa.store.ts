import { notFound } from '@annex/schema';
import type { IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import { touched } from '@annex/service';
import type { Decision, Reason, VersionStatus } from './soa.ts';

/** What was decided of one control in one ISMS. */
export interface SoaEntryRow extends IsmsEntityColumns {
  controlId: string;
  decision: Decision;
  justification: string;
  reasons: Reason[];
  decidedBy: string;
  decidedAt: Date;
}

/** A statement that was submitted. What it says is in `soaContent` and never changes. */
export interface SoaVersionRow extends IsmsEntityColumns {
  number: number;
  status: VersionStatus;
  contentHash: string;
  controls: number;
  necessary: number;
  implemented: number;
  note: string;
  submittedBy: string;
  submittedAt: Date;
  decidedAt: Date | null;
  supersededAt: Date | null;
}

export interface SoaApprovalRow extends IsmsEntityColumns {
  soaVersionId: string;
  personId: string;
  role: string;
  decision: 'PENDING' | 'APPROVED' | 'SENT_BACK';
  note: string;
  decidedAt: Date | null;
}

export interface SoaTables {
  soaEntry: SoaEntryRow;
  soaVersion: SoaVersionRow;
  soaApproval: SoaApprovalRow;
  soaContent: { tenantId: string; id: string; soaVersionId: string; content: string; keptAt: Date };
}

export function entriesOf(tx: Tx<SoaTables>, ismsId: string): Promise<SoaEntryRow[]> {
  return tx.db
    .selectFrom('soaEntry')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .orderBy('controlId')
    .execute();
}

/** Locks the entries of these controls, in the order of their ids. */
export function lockEntries(
  tx: WriteTx<SoaTables>,
  ismsId: string,
  controlIds: readonly string[],
): Promise<SoaEntryRow[]> {
  return tx.db
    .selectFrom('soaEntry')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .where('controlId', 'in', controlIds)
    .orderBy('controlId')
    .forUpdate()
    .execute();
}

/** Writes entries, new ones and those that are locked, in one statement. */
export async function keepEntries(tx: WriteTx<SoaTables>, rows: readonly SoaEntryRow[]): Promise<void> {
  const written = rows.map((row) => ({
    ...{ id: row.id, isms_id: row.ismsId, version: row.version, control_id: row.controlId },
    ...{ decision: row.decision, justification: row.justification, reasons: row.reasons },
    ...{ decided_by: row.decidedBy, decided_at: row.decidedAt },
  }));
  await tx.query(
    `insert into soa_entry as present (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by,
        control_id, decision, justification, reasons, decided_by, decided_at)
     select $1, f.id, f.isms_id, f.version, $3, $4, $3, $4, f.control_id, f.decision, f.justification, f.reasons, f.decided_by, f.decided_at
       from jsonb_to_recordset($2::jsonb) as f(id uuid, isms_id uuid, version integer, control_id text, decision text, justification text,
            reasons jsonb, decided_by text, decided_at timestamptz)
     on conflict (tenant_id, id) do update set version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
        decision = excluded.decision, justification = excluded.justification, reasons = excluded.reasons,
        decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
    [tx.tenant, JSON.stringify(written), tx.now, tx.scope.actor],
  );
}

export const versionsOf = (tx: Tx<SoaTables>, ismsId: string) =>
  tx.db.selectFrom('soaVersion').selectAll().where('tenantId', '=', tx.tenant).where('ismsId', '=', ismsId);

export function findVersions(tx: Tx<SoaTables>, ids: readonly string[]): Promise<SoaVersionRow[]> {
  return tx.db.selectFrom('soaVersion').selectAll().where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}

/** The version of an ISMS that is in force, or under review. */
export function versionWith(
  tx: Tx<SoaTables>,
  ismsId: string,
  status: 'APPROVED' | 'IN_REVIEW',
): Promise<SoaVersionRow | undefined> {
  return versionsOf(tx, ismsId).where('status', '=', status).executeTakeFirst();
}

/** @throws AnnexError NOT_FOUND */
export async function lockVersion(tx: WriteTx<SoaTables>, id: string): Promise<SoaVersionRow> {
  const row = await tx.db
    .selectFrom('soaVersion')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('SoaVersion', id);
  return row;
}

export async function lastNumber(tx: Tx<SoaTables>, ismsId: string): Promise<number> {
  const row = await versionsOf(tx, ismsId)
    .clearSelect()
    .select(({ fn }) => fn.max('number').as('number'))
    .executeTakeFirst();
  return Number(row?.number ?? 0);
}

export async function insertVersion(
  tx: WriteTx<SoaTables>,
  row: SoaVersionRow,
  approvals: readonly SoaApprovalRow[],
  content: { readonly id: string; readonly text: string },
): Promise<void> {
  await tx.db.insertInto('soaVersion').values(row).execute();
  await tx.db.insertInto('soaApproval').values(approvals).execute();
  await tx.db
    .insertInto('soaContent')
    .values({ tenantId: tx.tenant, id: content.id, soaVersionId: row.id, content: content.text, keptAt: tx.now })
    .execute();
}

export async function updateVersion(tx: WriteTx<SoaTables>, row: SoaVersionRow): Promise<void> {
  const { version, status, decidedAt, supersededAt } = row;
  await tx.db
    .updateTable('soaVersion')
    .set({ version, status, decidedAt, supersededAt, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

/** The approvals asked for of each version, in the order they were named. */
export async function approvalsOf(tx: Tx<SoaTables>, versionIds: readonly string[]): Promise<SoaApprovalRow[][]> {
  const rows = await tx.db
    .selectFrom('soaApproval')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('soaVersionId', 'in', versionIds)
    .orderBy('id')
    .execute();
  const byVersion = Map.groupBy(rows, (row) => row.soaVersionId);
  return versionIds.map((id) => byVersion.get(id) ?? []);
}

export async function updateApproval(tx: WriteTx<SoaTables>, row: SoaApprovalRow): Promise<void> {
  const { version, decision, note, decidedAt } = row;
  await tx.db
    .updateTable('soaApproval')
    .set({ version, decision, note, decidedAt, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

/** The exact text of each version. */
export async function contentsOf(tx: Tx<SoaTables>, versionIds: readonly string[]): Promise<(string | undefined)[]> {
  const rows = await tx.db
    .selectFrom('soaContent')
    .select(['soaVersionId', 'content'])
    .where('tenantId', '=', tx.tenant)
    .where('soaVersionId', 'in', versionIds)
    .execute();
  const found = new Map(rows.map((row) => [row.soaVersionId, row.content]));
  return versionIds.map((id) => found.get(id));
}
