import { AnnexError, type EventRow } from '@annex/schema';
import { type EntityColumns, newestOfEach, type Tx, type WriteTx } from '@annex/service';

/** A projection marks what was deleted at its owner. */
type Projected = EntityColumns & { deleted: boolean };

export interface ProjectionTables {
  isms: Projected & { name: string; status: 'ESTABLISHING' | 'OPERATING' | 'RETIRED' };
  implementation: Projected & {
    ismsId: string;
    reference: string;
    title: string;
    /** null until controls told of the implementation itself. */
    status: 'NOT_STARTED' | 'PLANNED' | 'PARTIAL' | 'IMPLEMENTED' | null;
    implementationVersion: number;
    verified: number | null;
    strengthVersion: number;
  };
}

export type IsmsRow = EventRow<'annex.controls.isms.changed.v1'>;
export type ImplementationRow = EventRow<'annex.controls.implementation.changed.v1'>;
export type StrengthRow = EventRow<'annex.controls.strength.changed.v1'>;

const entity = 'tenant_id, id, version, created_at, created_by, updated_at, updated_by';

/** Takes over what is newer than what is known. @returns the ids that changed */
export async function projectIsms(tx: WriteTx<ProjectionTables>, rows: readonly IsmsRow[]): Promise<string[]> {
  const found = newestOfEach(rows);
  const changed = await tx.query<{ id: string }>(
    `insert into isms (${entity}, name, status, deleted)
     select $1, r.id, r.version, $2, $3, $2, $3, r.name, r.status, r.deleted
     from unnest($4::uuid[], $5::int[], $6::text[], $7::text[], $8::boolean[]) as r(id, version, name, status, deleted)
     on conflict (tenant_id, id) do update set version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
       name = excluded.name, status = excluded.status, deleted = excluded.deleted
     where excluded.version > isms.version
     returning id`,
    [
      tx.tenant,
      tx.now,
      tx.scope.actor,
      found.map((row) => row.id),
      found.map((row) => row.version),
      found.map((row) => row.name),
      found.map((row) => row.status),
      found.map((row) => row.deleted ?? false),
    ],
  );
  return changed.rows.map((row) => row.id);
}

/** As `projectIsms`, for what controls tells of implementations themselves. */
export async function projectImplementations(
  tx: WriteTx<ProjectionTables>,
  rows: readonly ImplementationRow[],
): Promise<string[]> {
  const found = newestOfEach(rows);
  const changed = await tx.query<{ id: string }>(
    `insert into implementation (${entity}, isms_id, reference, title, status, deleted, implementation_version)
     select $1, r.id, 1, $2, $3, $2, $3, r.isms_id, r.reference, r.title, r.status, r.deleted, r.version
     from unnest($4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::text[], $10::boolean[])
       as r(id, isms_id, version, reference, title, status, deleted)
     on conflict (tenant_id, id) do update set version = implementation.version + 1, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, reference = excluded.reference, title = excluded.title, status = excluded.status,
       deleted = excluded.deleted, implementation_version = excluded.implementation_version
     where excluded.implementation_version > implementation.implementation_version
     returning id`,
    [
      tx.tenant,
      tx.now,
      tx.scope.actor,
      found.map((row) => row.id),
      found.map((row) => row.ismsId),
      found.map((row) => row.version),
      found.map((row) => row.reference),
      found.map((row) => row.title),
      found.map((row) => row.status),
      found.map((row) => row.deleted ?? false),
    ],
  );
  return changed.rows.map((row) => row.id);
}

/** As `projectIsms`, for the computed strength of implementations. A tombstone leaves no strength. */
export async function projectStrengths(tx: WriteTx<ProjectionTables>, rows: readonly StrengthRow[]): Promise<string[]> {
  const found = newestOfEach(rows);
  const changed = await tx.query<{ id: string }>(
    `insert into implementation (${entity}, isms_id, reference, title, verified, strength_version)
     select $1, r.id, 1, $2, $3, $2, $3, r.isms_id, r.reference, r.title, r.verified, r.version
     from unnest($4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::double precision[])
       as r(id, isms_id, version, reference, title, verified)
     on conflict (tenant_id, id) do update set version = implementation.version + 1, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, verified = excluded.verified, strength_version = excluded.strength_version
     where excluded.strength_version > implementation.strength_version
     returning id`,
    [
      tx.tenant,
      tx.now,
      tx.scope.actor,
      found.map((row) => row.id),
      found.map((row) => row.ismsId),
      found.map((row) => row.version),
      found.map((row) => row.reference),
      found.map((row) => row.title),
      found.map((row) => (row.deleted ? null : row.verified)),
    ],
  );
  return changed.rows.map((row) => row.id);
}

/**
 * Holds an ISMS as it is until the transaction ends.
 * @throws AnnexError STATE_CONFLICT where it is retired: what it holds stays as it was
 */
export async function holdActiveIsms(tx: WriteTx<ProjectionTables>, id: string): Promise<void> {
  const { rows } = await tx.query<{ name: string; status: string }>(
    'select name, status from isms where tenant_id = $1 and id = $2 for share',
    [tx.tenant, id],
  );
  if (rows[0]?.status !== 'RETIRED') return;
  throw new AnnexError('STATE_CONFLICT', `The ISMS ${rows[0].name} is retired and accepts no change`, {
    details: { present: 'RETIRED', allowed: [] },
  });
}

/**
 * Which of these implementations an ISMS has, holding each until the transaction ends: a strength that is on its way is waited for,
 * and one that comes later waits and then finds the link.
 */
export async function holdImplementations(
  tx: Tx<ProjectionTables>,
  ismsId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `select id from implementation
     where tenant_id = $1 and isms_id = $2 and id = any($3::uuid[]) and not deleted and implementation_version > 0
     order by id for share`,
    [tx.tenant, ismsId, ids],
  );
  return new Set(rows.map((row) => row.id));
}
