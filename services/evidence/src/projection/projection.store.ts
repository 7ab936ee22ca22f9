import type { EventRow } from '@annex/schema';
import { badInput } from '@annex/schema';
import { type EntityColumns, type IsmsEntityColumns, newestOfEach, type Tx, type WriteTx } from '@annex/service';

type IsmsRow = EventRow<'annex.controls.isms.changed.v1'>;
type ImplementationRow = EventRow<'annex.controls.implementation.changed.v1'>;

export interface ProjectionTables {
  isms: EntityColumns & { name: string; status: IsmsRow['status']; deleted: boolean };
  implementation: IsmsEntityColumns & {
    reference: string;
    title: string;
    status: ImplementationRow['status'];
    deleted: boolean;
  };
}

/** Takes over what is newer than what is known; a tombstone stays as a row, so that no older event brings it back. */
async function project(
  tx: WriteTx<ProjectionTables>,
  table: 'isms' | 'implementation',
  columns: { readonly [name: string]: string },
  rows: readonly { readonly id: string; readonly version: number }[],
): Promise<string[]> {
  const names = Object.keys(columns);
  const { rows: changed } = await tx.query<{ id: string }>(
    `insert into ${table} as present (tenant_id, id, version, created_at, created_by, updated_at, updated_by, deleted, ${names.join(', ')})
     select $1, r.id, r.version, $2, $3, $2, $3, coalesce(r.deleted, false), ${names.map((name) => `r.${name}`).join(', ')}
     from jsonb_to_recordset($4) as r(id uuid, version integer, deleted boolean, ${names.map((name) => `${name} ${columns[name]}`).join(', ')})
     on conflict (tenant_id, id) do update set version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
       deleted = excluded.deleted, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
     where excluded.version > present.version
     returning id`,
    [tx.tenant, tx.now, tx.scope.actor, JSON.stringify(newestOfEach(rows))],
  );
  return changed.map((row) => row.id).sort();
}

/** @returns the ids of those that are new or changed */
export function projectIsms(tx: WriteTx<ProjectionTables>, rows: readonly IsmsRow[]): Promise<string[]> {
  return project(tx, 'isms', { name: 'text', status: 'text' }, rows);
}

/** @returns the ids of those that are new or changed */
export function projectImplementations(
  tx: WriteTx<ProjectionTables>,
  rows: readonly ImplementationRow[],
): Promise<string[]> {
  return project(
    tx,
    'implementation',
    { isms_id: 'uuid', reference: 'text', title: 'text', status: 'text' },
    rows.map(({ ismsId, ...row }) => ({ ...row, isms_id: ismsId })),
  );
}

/** @throws AnnexError BAD_INPUT naming `field` and the ids that are no implementations of the ISMS */
export async function checkImplementations(
  tx: Tx<ProjectionTables>,
  field: string,
  ismsId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    'select id from implementation where tenant_id = $1 and isms_id = $2 and id = any($3::uuid[]) and not deleted',
    [tx.tenant, ismsId, ids],
  );
  const known = new Set(rows.map((row) => row.id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw badInput(field, unknown, 'must be ids of implementations of the same ISMS');
}
