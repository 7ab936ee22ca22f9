import { notFound } from '@annex/schema';
import type { IsmsEntityColumns } from '@annex/service';
import { newId, type Tx, touched, type WriteTx } from '@annex/service';
import { sql } from 'kysely';
import type { ImplementationStatus } from '../strength/strength.ts';

export interface ImplementationRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  description: string;
  ownerId: string | null;
  status: ImplementationStatus;
  share: number | null;
  claimedDesign: number;
  claimedOperation: number;
  costCurrency: string | null;
  costOnce: number | null;
  costYearly: number | null;
  effortHoursYearly: number | null;
  reviewDate: Date | null;
}

export interface ImplementationTables {
  implementation: ImplementationRow;
  implementationControl: IsmsEntityColumns & { implementationId: string; controlId: string };
}

const present = (tx: Tx<ImplementationTables>) =>
  tx.db.selectFrom('implementation').selectAll().where('implementation.tenantId', '=', tx.tenant);

/** One parameter however many ids there are: a thousand of them cost more to write down than to find. */
const oneOf = (ids: readonly string[]) => sql<boolean>`id = any(${ids}::uuid[])`;

/** The implementations that a filter leaves, unordered; for a connection. */
export function filteredImplementations(
  tx: Tx<ImplementationTables>,
  filter: {
    readonly ismsId?: string | null | undefined;
    readonly status?: ImplementationStatus | null | undefined;
    readonly ownerId?: string | null | undefined;
    readonly controlId?: string | undefined;
    readonly reviewBefore?: Date | null | undefined;
  },
) {
  let query = present(tx);
  if (filter.ismsId) query = query.where('ismsId', '=', filter.ismsId);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('ownerId', '=', filter.ownerId);
  if (filter.reviewBefore) query = query.where('reviewDate', '<', filter.reviewBefore);
  const { controlId } = filter;
  if (controlId !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('implementationControl')
          .select('implementationControl.id')
          .where('implementationControl.tenantId', '=', tx.tenant)
          .where('implementationControl.controlId', '=', controlId)
          .whereRef('implementationControl.implementationId', '=', 'implementation.id'),
      ),
    );
  }
  return query;
}

export function findImplementations(
  tx: Tx<ImplementationTables>,
  ids: readonly string[],
): Promise<ImplementationRow[]> {
  return present(tx).where(oneOf(ids)).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function lockImplementation(tx: WriteTx<ImplementationTables>, id: string): Promise<ImplementationRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('Implementation', id);
  return row;
}

export async function insertImplementation(tx: WriteTx<ImplementationTables>, row: ImplementationRow): Promise<void> {
  await tx.db.insertInto('implementation').values(row).execute();
}

export async function updateImplementationRow(
  tx: WriteTx<ImplementationTables>,
  row: ImplementationRow,
): Promise<void> {
  const { title, description, ownerId, status, share, claimedDesign, claimedOperation, version } = row;
  const { costCurrency, costOnce, costYearly, effortHoursYearly, reviewDate } = row;
  await tx.db
    .updateTable('implementation')
    .set({
      title,
      description,
      ownerId,
      status,
      share,
      claimedDesign,
      claimedOperation,
      ...{ costCurrency, costOnce, costYearly, effortHoursYearly, reviewDate },
      version,
      ...touched(tx),
    })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

/** The catalogue ids of the controls of each implementation, in the order of the ids given. */
export async function controlIdsOf(
  tx: Tx<ImplementationTables>,
  implementationIds: readonly string[],
): Promise<string[][]> {
  const { rows } = await tx.query<{ implementation_id: string; control_ids: string[] }>(
    `select implementation_id, array_agg(control_id order by id) as control_ids from implementation_control
      where tenant_id = $1 and implementation_id = any($2::uuid[]) group by implementation_id`,
    [tx.tenant, implementationIds],
  );
  const found = new Map(rows.map((row) => [row.implementation_id, row.control_ids]));
  return implementationIds.map((id) => found.get(id) ?? []);
}

/** Which controls an implementation is to have. */
export interface ControlsOf {
  readonly implementation: Pick<ImplementationRow, 'id' | 'ismsId'>;
  readonly controlIds: readonly string[];
}

/** Makes these the controls of implementations, in two statements; what is there already stays as it is. */
export async function setControls(tx: WriteTx<ImplementationTables>, wanted: readonly ControlsOf[]): Promise<void> {
  if (wanted.length === 0) return;
  const rows = wanted.flatMap(({ implementation, controlIds }) =>
    controlIds.map((controlId) => ({
      id: newId(),
      isms_id: implementation.ismsId,
      implementation_id: implementation.id,
      control_id: controlId,
    })),
  );
  await tx.query(
    `delete from implementation_control c where c.tenant_id = $1 and c.implementation_id = any($2::uuid[]) and not exists (
       select from jsonb_to_recordset($3::jsonb) as w(implementation_id uuid, control_id text)
        where w.implementation_id = c.implementation_id and w.control_id = c.control_id)`,
    [tx.tenant, wanted.map(({ implementation }) => implementation.id), JSON.stringify(rows)],
  );
  await tx.query(
    `insert into implementation_control (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, implementation_id, control_id)
     select $1, w.id, w.isms_id, 1, $3, $4, $3, $4, w.implementation_id, w.control_id
       from jsonb_to_recordset($2::jsonb) as w(id uuid, isms_id uuid, implementation_id uuid, control_id text)
     on conflict (tenant_id, implementation_id, control_id) do nothing`,
    [tx.tenant, JSON.stringify(rows), tx.now, tx.scope.actor],
  );
}

/** The oldest `limit` implementations of each control, all in one statement. */
export async function implementationsOfControls(
  tx: Tx<ImplementationTables>,
  controlIds: readonly string[],
  limit: number,
): Promise<string[][]> {
  const { rows } = await tx.query<{ control_id: string; id: string }>(
    `select asked.control_id, found.id
       from unnest($2::text[]) as asked(control_id)
       cross join lateral (
         select c.implementation_id as id from implementation_control c
          where c.tenant_id = $1 and c.control_id = asked.control_id
          order by c.implementation_id limit $3) as found`,
    [tx.tenant, controlIds, limit],
  );
  const found = Map.groupBy(rows, (row) => row.control_id);
  return controlIds.map((control) => (found.get(control) ?? []).map((row) => row.id));
}

/** Locks implementations in the order of their ids, as everybody does. */
export function lockImplementations(
  tx: WriteTx<ImplementationTables>,
  ids: readonly string[],
): Promise<ImplementationRow[]> {
  return present(tx).where(oneOf(ids)).orderBy('id').forUpdate().execute();
}

/** Writes rows that are locked, all in one statement. */
export async function updateImplementationRows(
  tx: WriteTx<ImplementationTables>,
  rows: readonly ImplementationRow[],
): Promise<void> {
  const written = rows.map((row) => ({
    ...{ id: row.id, version: row.version, title: row.title, description: row.description, owner_id: row.ownerId },
    ...{ status: row.status, share: row.share, claimed_design: row.claimedDesign },
    ...{ claimed_operation: row.claimedOperation, cost_currency: row.costCurrency, cost_once: row.costOnce },
    ...{ cost_yearly: row.costYearly, effort_hours_yearly: row.effortHoursYearly, review_date: row.reviewDate },
  }));
  await tx.query(
    `update implementation i set version = f.version, updated_at = $3, updated_by = $4, title = f.title, description = f.description,
       owner_id = f.owner_id, status = f.status, share = f.share, claimed_design = f.claimed_design, claimed_operation = f.claimed_operation,
       cost_currency = f.cost_currency, cost_once = f.cost_once, cost_yearly = f.cost_yearly, effort_hours_yearly = f.effort_hours_yearly,
       review_date = f.review_date
       from jsonb_to_recordset($2::jsonb) as f(id uuid, version integer, title text, description text, owner_id uuid, status text,
            share double precision, claimed_design double precision, claimed_operation double precision, cost_currency text, cost_once bigint, cost_yearly bigint,
            effort_hours_yearly double precision, review_date timestamptz)
      where i.tenant_id = $1 and i.id = f.id`,
    [tx.tenant, JSON.stringify(written), tx.now, tx.scope.actor],
  );
}
