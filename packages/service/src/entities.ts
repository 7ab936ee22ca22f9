import { AnnexError, badInput, isUuid } from '@annex/schema';
import { uuidv7 } from 'uuidv7';
import type { Tx } from './database/transaction.ts';

/** A new identifier: UUIDv7, so that rows made together lie together. */
export const newId = uuidv7;

/** What every entity's row has. */
export interface EntityColumns {
  tenantId: string;
  id: string;
  version: number;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
}

/** An entity that belongs to an ISMS. */
export interface IsmsEntityColumns extends EntityColumns {
  ismsId: string;
}

/** What a change of an entity answers with; the idempotency key remembers it, and the payload is read by it. */
export interface Changed {
  readonly id: string;
  readonly version: number;
}

/** The columns that every entity has, for an insert. */
export function entityFields<T>(tx: Tx<T>) {
  return { tenantId: tx.tenant, createdAt: tx.now, createdBy: tx.scope.actor, ...touched(tx) };
}

/** The columns that every change of an entity sets. */
export function touched<T>(tx: Tx<T>) {
  return { updatedAt: tx.now, updatedBy: tx.scope.actor };
}

/**
 * Refuses a change that was made with an older version in view. A caller who leaves the version out changes what is there.
 * @throws AnnexError VERSION_CONFLICT with both versions
 */
export function checkVersion(kind: string, id: string, present: number, expected: number | null | undefined): void {
  if (expected === null || expected === undefined || expected === present) return;
  throw new AnnexError('VERSION_CONFLICT', `${kind} ${id} is at version ${present}, not ${expected}`, {
    details: { kind, id, presentVersion: present, expectedVersion: expected },
  });
}

/** Projections mark what was deleted at its owner; the owner's own table has no such column. */
const present = `coalesce((to_jsonb(i) ->> 'deleted')::boolean, false) = false`;

/**
 * The ISMS that is meant: the given one, or the tenant's only one.
 * Reads the table `isms` of the service (its own, or its projection).
 * @throws AnnexError NOT_FOUND when the given one does not exist, BAD_INPUT on `ismsId` when it must be chosen
 */
export async function ismsOf<T>(tx: Tx<T>, given?: string | null): Promise<string> {
  if (given !== null && given !== undefined) {
    if (!isUuid(given)) throw badInput('ismsId', given, 'a UUID');
    const { rowCount } = await tx.query(`select 1 from isms i where tenant_id = $1 and id = $2 and ${present}`, [
      tx.tenant,
      given,
    ]);
    if (!rowCount)
      throw new AnnexError('NOT_FOUND', `There is no ISMS ${given}`, { details: { kind: 'Isms', id: given } });
    return given;
  }
  const { rows } = await tx.query<{ id: string; name: string }>(
    `select id, name from isms i where tenant_id = $1 and ${present} order by id limit 21`,
    [tx.tenant],
  );
  const [only, another] = rows;
  if (only && !another) return only.id;
  if (!only)
    throw new AnnexError('NOT_FOUND', 'The tenant has no ISMS yet; create one first', { details: { kind: 'Isms' } });
  throw new AnnexError('BAD_INPUT', 'ismsId: the tenant has several ISMS, so say which', {
    faults: [{ field: 'ismsId', given: null, allowed: 'the id of one of the tenant’s ISMS' }],
    details: { choices: rows.slice(0, 20) },
  });
}
