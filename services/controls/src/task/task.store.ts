import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { TaskStatus } from './task.ts';

export interface ImplementationTaskRow extends IsmsEntityColumns {
  implementationId: string;
  controlId: string;
  title: string;
  step: number;
  status: TaskStatus;
  assigneeId: string | null;
  due: Date | null;
  note: string;
  settledBy: string | null;
  settledAt: Date | null;
}

export interface ImplementationTaskTable {
  implementationTask: ImplementationTaskRow;
}

const present = (tx: Tx<ImplementationTaskTable>) =>
  tx.db.selectFrom('implementationTask').selectAll().where('tenantId', '=', tx.tenant);

export interface ImplementationTaskFilter {
  readonly ismsId?: string | null | undefined;
  readonly implementationId?: string | null | undefined;
  readonly assigneeId?: string | null | undefined;
  readonly status?: TaskStatus | null | undefined;
  readonly dueBefore?: Date | null | undefined;
}

/** The tasks for which all holds that is asked for, unordered; for a connection. */
export function filteredImplementationTasks(tx: Tx<ImplementationTaskTable>, filter: ImplementationTaskFilter) {
  const { ismsId, implementationId, assigneeId, status, dueBefore } = filter;
  let query = present(tx);
  if (ismsId) query = query.where('ismsId', '=', ismsId);
  if (implementationId) query = query.where('implementationId', '=', implementationId);
  if (assigneeId) query = query.where('assigneeId', '=', assigneeId);
  if (status) query = query.where('status', '=', status);
  if (dueBefore) query = query.where('due', '<', dueBefore);
  return query;
}

export function findImplementationTasks(
  tx: Tx<ImplementationTaskTable>,
  ids: readonly string[],
): Promise<ImplementationTaskRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

export type ImplementationTaskCounts = Readonly<Record<TaskStatus, number>> & { readonly overdue: number };

/** How many tasks of each implementation stand where, in the order of the ids given. */
export async function implementationTaskCounts(
  tx: Tx<ImplementationTaskTable>,
  implementationIds: readonly string[],
): Promise<ImplementationTaskCounts[]> {
  const { rows } = await tx.query<ImplementationTaskCounts & { id: string }>(
    `select implementation_id as id, (count(*) filter (where status = 'OPEN'))::int as "OPEN", (count(*) filter (where status = 'DONE'))::int as "DONE",
            (count(*) filter (where status = 'NOT_APPLICABLE'))::int as "NOT_APPLICABLE",
            (count(*) filter (where status = 'OPEN' and due < $3))::int as overdue
       from implementation_task where tenant_id = $1 and implementation_id = any($2::uuid[]) group by implementation_id`,
    [tx.tenant, implementationIds, tx.now],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return implementationIds.map((id) => found.get(id) ?? { OPEN: 0, DONE: 0, NOT_APPLICABLE: 0, overdue: 0 });
}

/** @throws AnnexError NOT_FOUND */
export async function lockImplementationTask(
  tx: WriteTx<ImplementationTaskTable>,
  id: string,
): Promise<ImplementationTaskRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('ImplementationTask', id);
  return row;
}

/** Writes new tasks in one statement, however many there are: an implementation may have a hundred controls of several steps each. */
export async function insertImplementationTasks(
  tx: WriteTx<ImplementationTaskTable>,
  implementation: { readonly id: string; readonly ismsId: string },
  rows: readonly ImplementationTaskRow[],
): Promise<void> {
  const written = rows.map(({ id, controlId, title, step }) => ({ id, control_id: controlId, title, step }));
  await tx.query(
    `insert into implementation_task (tenant_id, isms_id, implementation_id, created_at, created_by, updated_at, updated_by, status, note,
        id, control_id, title, step)
     select $1, $2, $3, $4, $5, $4, $5, 'OPEN', '', f.* from jsonb_to_recordset($6::jsonb)
        as f(id uuid, control_id text, title text, step integer)`,
    [tx.tenant, implementation.ismsId, implementation.id, tx.now, tx.scope.actor, JSON.stringify(written)],
  );
}

/** Writes what people may change of a task that is locked. */
export async function updateImplementationTaskRow(
  tx: WriteTx<ImplementationTaskTable>,
  row: ImplementationTaskRow,
): Promise<void> {
  const { version, status, assigneeId, due, note, settledBy, settledAt } = row;
  await tx.db
    .updateTable('implementationTask')
    .set({ version, status, assigneeId, due, note, settledBy, settledAt, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}
