import { type FieldFault, isUuid } from '@annex/schema';
import { newId, type Tx, type WriteTx } from '@annex/service';

/** Transactions of any tables: what is here is asked by hand-written SQL alone. */
type Asking = Pick<Tx, 'tenant' | 'query'>;
type Writing = Pick<WriteTx, 'tenant' | 'query' | 'now' | 'scope'>;

/** So many things of one kind one names at most. */
const mostLinks = 200;

/** What may be named of an ISMS, by the table that it lies in. */
type Linkable = 'risk' | 'asset' | 'assessment_cycle' | 'treatment';

/** What is wrong with ids of what another service has: they can be looked at only as such. */
export function faultsOfForm(field: string, given: readonly string[], allowed: string): FieldFault[] {
  if (given.length > mostLinks) return [{ field, given: given.length, allowed: `must name at most ${mostLinks}` }];
  return given.flatMap((id, index) => (isUuid(id) ? [] : [{ field: `${field}.${index}`, given: id, allowed }]));
}

/**
 * What is wrong with ids that something names, each by its place.
 * @param allowed what they must be: `must be a risk of the same ISMS`
 */
export async function faultsOfNamed(
  tx: Asking,
  ismsId: string,
  named: { readonly field: string; readonly table: Linkable; readonly allowed: string },
  given: readonly string[],
): Promise<FieldFault[]> {
  const { field, table, allowed } = named;
  if (given.length > mostLinks) return [{ field, given: given.length, allowed: `must name at most ${mostLinks}` }];
  if (given.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `select id from ${table} where tenant_id = $1 and isms_id = $2 and id = any($3::uuid[])`,
    [tx.tenant, ismsId, given.filter(isUuid)],
  );
  const known = new Set(rows.map(({ id }) => id));
  return given.flatMap((id, index) => (known.has(id) ? [] : [{ field: `${field}.${index}`, given: id, allowed }]));
}

/**
 * Ties something to exactly these others.
 * @param table where a row ties `owner` to `linked`, both columns of it, each pair once
 */
export async function tie(
  tx: Writing,
  table: 'incident_risk' | 'incident_asset' | 'indicator_risk',
  columns: { readonly owner: string; readonly linked: string },
  owner: { readonly id: string; readonly ismsId: string },
  ids: readonly string[],
): Promise<void> {
  await tx.query(
    `delete from ${table} where tenant_id = $1 and ${columns.owner} = $2 and not ${columns.linked} = any($3::uuid[])`,
    [tx.tenant, owner.id, ids],
  );
  if (ids.length === 0) return;
  await tx.query(
    `insert into ${table} (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, ${columns.owner}, ${columns.linked})
     select $1, r.id, $2, 1, $3, $4, $3, $4, $5, r.linked from unnest($6::uuid[], $7::uuid[]) as r(id, linked)
     on conflict (tenant_id, ${columns.owner}, ${columns.linked}) do nothing`,
    [tx.tenant, owner.ismsId, tx.now, tx.scope.actor, owner.id, ids.map(() => newId()), ids],
  );
}
