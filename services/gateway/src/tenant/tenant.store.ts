import type { EntityColumns, Tx, WriteTx } from '@annex/service';

export interface TenantRow extends EntityColumns {
  slug: string;
  name: string;
}

export interface TenantTables {
  tenant: TenantRow;
}

/** The tenant of the transaction; undefined before it was created. */
export function findTenant<T extends TenantTables>(tx: Tx<T>): Promise<TenantRow | undefined> {
  return (tx as unknown as Tx<TenantTables>).db
    .selectFrom('tenant')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', tx.tenant)
    .executeTakeFirst();
}

/** Holds the tenant's row, so that what must hold for all of its people is judged by one change at a time. */
export async function lockTenant<T>(tx: WriteTx<T>): Promise<void> {
  await tx.query('select 1 from tenant where tenant_id = $1 and id = $1 for update', [tx.tenant]);
}
