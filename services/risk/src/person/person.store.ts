import { type EventRow, type FieldFault, isUuid } from '@annex/schema';
import { type EntityColumns, newestOfEach, type Tx, type WriteTx } from '@annex/service';

/** Who works in the management system, as identity tells it: whether they are still there, and no name. */
export interface PersonTables {
  person: EntityColumns & { status: 'ACTIVE' | 'INACTIVE' };
}

/** SQL, with the tenant as `$1`: whether nobody who is still there owns what the column `owner_id` is of. */
export const withoutOwner = `(owner_id is null or owner_id = any(array(
  select p.id from person p where p.tenant_id = $1 and p.status = 'INACTIVE')))`;

/** Takes over what is newer than what is known. @returns who came back or left */
export async function projectPeople(
  tx: WriteTx<PersonTables>,
  rows: readonly EventRow<'annex.identity.person.changed.v1'>[],
): Promise<string[]> {
  const found = newestOfEach(rows);
  const { rows: changed } = await tx.query<{ id: string }>(
    `with before as (select id, status from person where tenant_id = $1 and id = any($4::uuid[])),
     written as (
       insert into person (tenant_id, id, version, created_at, created_by, updated_at, updated_by, status)
       select $1, r.id, r.version, $2, $3, $2, $3, r.status from unnest($4::uuid[], $5::int[], $6::text[]) as r(id, version, status)
       on conflict (tenant_id, id) do update set version = excluded.version, updated_at = excluded.updated_at,
         updated_by = excluded.updated_by, status = excluded.status
       where excluded.version > person.version
       returning id, status)
     select w.id from written w left join before b on b.id = w.id where w.status <> coalesce(b.status, 'ACTIVE')`,
    [
      tx.tenant,
      tx.now,
      tx.scope.actor,
      found.map((row) => row.id),
      found.map((row) => row.version),
      found.map((row) => row.status),
    ],
  );
  return changed.map((row) => row.id);
}

/** The ISMS in which these people own an open risk or an asset in use. */
export async function ismsOwnedIn(tx: Tx<PersonTables>, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `select isms_id as id from risk where tenant_id = $1 and owner_id = any($2::uuid[]) and status = 'OPEN'
     union select isms_id from asset where tenant_id = $1 and owner_id = any($2::uuid[]) and status = 'IN_USE' order by id`,
    [tx.tenant, ids],
  );
  return rows.map((row) => row.id);
}

/** Who of these people left. Somebody whom identity has not told of yet is believed to be there. */
export async function whoLeft(tx: Tx<PersonTables>, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const asked = ids.filter(isUuid);
  if (asked.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `select id from person where tenant_id = $1 and id = any($2::uuid[]) and status = 'INACTIVE'`,
    [tx.tenant, asked],
  );
  return new Set(rows.map((row) => row.id));
}

/** What an owner must be beside somebody's id. */
export const stillThere = 'a person who is still there; the one who is named left';

/** What is wrong with somebody who is to own something from now on; whoever owns it already may have left since. */
export async function faultsOfOwner(
  tx: Tx<PersonTables>,
  given: string | null | undefined,
  present: string | null,
): Promise<FieldFault[]> {
  if (given == null || given === present || !(await whoLeft(tx, [given])).has(given)) return [];
  return [{ field: 'input.ownerId', given, allowed: stillThere }];
}
