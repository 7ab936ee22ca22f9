import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';

/** What a process must keep to, and how it is controlled in line with it (27001, 8.1). */
export interface CriterionRow extends IsmsEntityColumns {
  processId: string;
  criterion: string;
  control: string;
  evidence: string;
  ownerId: string | null;
}

export interface CriterionTable {
  processCriterion: CriterionRow;
}

const present = (tx: Tx<CriterionTable>) =>
  tx.db.selectFrom('processCriterion').selectAll().where('tenantId', '=', tx.tenant);

/** The criteria of an ISMS's processes, or of one of them, unordered; for a connection. */
export function criteriaOf(tx: Tx<CriterionTable>, ismsId: string, processId?: string | null) {
  const query = present(tx).where('ismsId', '=', ismsId);
  return processId ? query.where('processId', '=', processId) : query;
}

/** The criteria of each process, the oldest first. */
export async function criteriaOfProcesses(
  tx: Tx<CriterionTable>,
  processIds: readonly string[],
): Promise<CriterionRow[][]> {
  const rows = Map.groupBy(
    await present(tx).where('processId', 'in', processIds).orderBy('id').execute(),
    (row) => row.processId,
  );
  return processIds.map((id) => rows.get(id) ?? []);
}

export function findCriteria(tx: Tx<CriterionTable>, ids: readonly string[]): Promise<CriterionRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readCriterion(tx: Tx<CriterionTable>, id: string): Promise<CriterionRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('ProcessCriterion', id);
  return row;
}

export async function insertCriterion(tx: WriteTx<CriterionTable>, row: CriterionRow): Promise<void> {
  await tx.db.insertInto('processCriterion').values(row).execute();
}

export async function updateCriterionRow(tx: WriteTx<CriterionTable>, row: CriterionRow): Promise<void> {
  const { criterion, control, evidence, ownerId, version } = row;
  await tx.db
    .updateTable('processCriterion')
    .set({ criterion, control, evidence, ownerId, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

export async function deleteCriterionRows(tx: WriteTx<CriterionTable>, ids: readonly string[]): Promise<void> {
  await tx.db.deleteFrom('processCriterion').where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}
