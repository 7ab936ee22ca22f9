import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { TaskStatus } from './task.ts';
import type { OpenPoint, OpenPointKind } from './upgrade.ts';

export interface UpgradeTaskRow extends IsmsEntityColumns {
  upgradeId: string;
  kind: OpenPointKind;
  sentence: string;
  sourceIds: string[];
  targetIds: string[];
  implementationIds: string[];
  status: TaskStatus;
  note: string;
  settledBy: string | null;
  settledAt: Date | null;
}

export interface UpgradeTaskTable {
  upgradeTask: UpgradeTaskRow;
}

const present = (tx: Tx<UpgradeTaskTable>) =>
  tx.db.selectFrom('upgradeTask').selectAll().where('tenantId', '=', tx.tenant);

export interface TaskFilter {
  readonly ismsId?: string | null | undefined;
  readonly upgradeId?: string | null | undefined;
  readonly status?: TaskStatus | null | undefined;
  readonly kind?: OpenPointKind | null | undefined;
  readonly implementationId?: string | null | undefined;
}

/** The tasks for which all holds that is asked for, unordered; for a connection. */
export function filteredTasks(tx: Tx<UpgradeTaskTable>, filter: TaskFilter) {
  const { ismsId, upgradeId, status, kind, implementationId } = filter;
  let query = present(tx);
  if (ismsId) query = query.where('ismsId', '=', ismsId);
  if (upgradeId) query = query.where('upgradeId', '=', upgradeId);
  if (status) query = query.where('status', '=', status);
  if (kind) query = query.where('kind', '=', kind);
  if (implementationId)
    query = query.where(({ eb, fn, val }) => eb(val(implementationId), '=', fn.any('implementationIds')));
  return query;
}

export function findTasks(tx: Tx<UpgradeTaskTable>, ids: readonly string[]): Promise<UpgradeTaskRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** The tasks of upgrades, the oldest first. */
export function tasksOf(tx: Tx<UpgradeTaskTable>, upgradeIds: readonly string[]): Promise<UpgradeTaskRow[]> {
  return present(tx).where('upgradeId', 'in', upgradeIds).orderBy('id').execute();
}

export type TaskCounts = Readonly<Record<TaskStatus, number>>;

/** How many tasks of each upgrade stand where, in the order of the ids given. */
export async function taskCounts(tx: Tx<UpgradeTaskTable>, upgradeIds: readonly string[]): Promise<TaskCounts[]> {
  const { rows } = await tx.query<{ upgrade_id: string; status: TaskStatus; n: number }>(
    `select upgrade_id, status, count(*)::int as n from upgrade_task
      where tenant_id = $1 and upgrade_id = any($2::uuid[]) group by upgrade_id, status`,
    [tx.tenant, upgradeIds],
  );
  const found = Map.groupBy(rows, (row) => row.upgrade_id);
  return upgradeIds.map((id) => ({
    ...{ OPEN: 0, DONE: 0, DISMISSED: 0, WITHDRAWN: 0 },
    ...Object.fromEntries((found.get(id) ?? []).map((row) => [row.status, row.n])),
  }));
}

/** @throws AnnexError NOT_FOUND */
export async function lockTask(tx: WriteTx<UpgradeTaskTable>, id: string): Promise<UpgradeTaskRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('UpgradeTask', id);
  return row;
}

/** Rows of one statement. */
const rowsAtOnce = 1000;

/** Keeps what an upgrade leaves to people, each point as an open task. @returns the tasks, in the order of the points */
export async function insertTasks(
  tx: WriteTx<UpgradeTaskTable>,
  upgrade: { readonly id: string; readonly ismsId: string },
  points: readonly OpenPoint[],
): Promise<UpgradeTaskRow[]> {
  const rows = points.map(
    ({ kind, sentence, sources, targets, implementationIds }): UpgradeTaskRow => ({
      ...{ tenantId: tx.tenant, createdAt: tx.now, createdBy: tx.scope.actor, ...touched(tx) },
      ...{ id: newId(), ismsId: upgrade.ismsId, version: 1, upgradeId: upgrade.id, kind, sentence },
      ...{ sourceIds: [...sources], targetIds: [...targets], implementationIds: [...implementationIds] },
      ...{ status: 'OPEN', note: '', settledBy: null, settledAt: null },
    }),
  );
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const written = rows.slice(start, start + rowsAtOnce).map((row) => ({
      ...{ id: row.id, kind: row.kind, sentence: row.sentence, source_ids: row.sourceIds },
      ...{ target_ids: row.targetIds, implementation_ids: row.implementationIds },
    }));
    await tx.query(
      `insert into upgrade_task (tenant_id, isms_id, upgrade_id, created_at, created_by, updated_at, updated_by, status,
          id, kind, sentence, source_ids, target_ids, implementation_ids)
       select $1, $2, $3, $4, $5, $4, $5, 'OPEN', f.* from jsonb_to_recordset($6::jsonb)
          as f(id uuid, kind text, sentence text, source_ids text[], target_ids text[], implementation_ids uuid[])`,
      [tx.tenant, upgrade.ismsId, upgrade.id, tx.now, tx.scope.actor, JSON.stringify(written)],
    );
  }
  return rows;
}

/** Writes what people may change of a task that is locked. */
export async function updateTaskRow(tx: WriteTx<UpgradeTaskTable>, row: UpgradeTaskRow): Promise<void> {
  const { version, status, note, settledBy, settledAt } = row;
  await tx.db
    .updateTable('upgradeTask')
    .set({ version, status, note, settledBy, settledAt, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

/** Withdraws the tasks of an upgrade that are still open. @returns them as they are then */
export function withdrawTasks(tx: WriteTx<UpgradeTaskTable>, upgradeId: string): Promise<UpgradeTaskRow[]> {
  return tx.db
    .updateTable('upgradeTask')
    .set(({ eb }) => ({ status: 'WITHDRAWN' as const, version: eb('version', '+', 1), ...touched(tx) }))
    .where('tenantId', '=', tx.tenant)
    .where('upgradeId', '=', upgradeId)
    .where('status', '=', 'OPEN')
    .returningAll()
    .execute();
}
