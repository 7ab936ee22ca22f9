import type { EntityColumns, Tx } from '@annex/service';

export interface PersonRow extends EntityColumns {
  name: string;
  email: string;
  status: 'ACTIVE' | 'INACTIVE';
  roles: string[];
}

export interface PersonTables {
  person: PersonRow;
}

/** People by id, in the order asked for. */
export async function findPeople<T extends PersonTables>(
  tx: Tx<T>,
  ids: readonly string[],
): Promise<(PersonRow | undefined)[]> {
  const rows = await (tx as unknown as Tx<PersonTables>).db
    .selectFrom('person')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', [...ids])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** How many active people hold a role. */
export async function countActive<T>(tx: Tx<T>, role: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) as count from person where tenant_id = $1 and status = 'ACTIVE' and $2 = any(roles)`,
    [tx.tenant, role],
  );
  return rows[0]?.count ?? 0;
}
