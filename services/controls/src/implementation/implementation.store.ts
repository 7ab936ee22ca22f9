import { notFound } from '@annex/schema';
import type { IsmsEntityColumns } from '@annex/service';
import { entityFields, newId, type Tx, touched, type WriteTx } from '@annex/service';
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
}

export interface ImplementationTables {
  implementation: ImplementationRow;
  implementationControl: IsmsEntityColumns & { implementationId: string; controlId: string };
}

const present = (tx: Tx<ImplementationTables>) =>
  tx.db.selectFrom('implementation').selectAll().where('implementation.tenantId', '=', tx.tenant);

/** The implementations that a filter leaves, unordered; for a connection. */
export function filteredImplementations(
  tx: Tx<ImplementationTables>,
  filter: {
    readonly ismsId?: string | null | undefined;
    readonly status?: ImplementationStatus | null | undefined;
    readonly ownerId?: string | null | undefined;
    readonly controlId?: string | undefined;
  },
) {
  let query = present(tx);
  if (filter.ismsId) query = query.where('ismsId', '=', filter.ismsId);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('ownerId', '=', filter.ownerId);
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
  return present(tx).where('id', 'in', ids).execute();
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

/** Makes `controlIds` the controls of the implementation; what is there already stays as it is. */
export async function setControls(
  tx: WriteTx<ImplementationTables>,
  implementation: Pick<ImplementationRow, 'id' | 'ismsId'>,
  controlIds: readonly string[],
): Promise<void> {
  await tx.query(
    `delete from implementation_control where tenant_id = $1 and implementation_id = $2 and control_id <> all($3::text[])`,
    [tx.tenant, implementation.id, controlIds],
  );
  await tx.db
    .insertInto('implementationControl')
    .values(
      controlIds.map((controlId) => ({
        ...entityFields(tx),
        id: newId(),
        ismsId: implementation.ismsId,
        version: 1,
        implementationId: implementation.id,
        controlId,
      })),
    )
    .onConflict((conflict) => conflict.columns(['tenantId', 'implementationId', 'controlId']).doNothing())
    .execute();
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
