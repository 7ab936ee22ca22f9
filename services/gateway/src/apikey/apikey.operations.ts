import { AnnexError, badInput, isPermission, notFound, type Permission, permissions } from '@annex/schema';
import { type Caller, checkVersion, entityFields, newId, touched, type WriteTx } from '@annex/service';
import { findPeople, type PersonTables } from '../person/person.store.ts';
import { checkedName } from '../person/person.ts';
import { mayGrant, narrowed, permissionsOfRoles } from '../role/role.ts';
import type { ApiKeyTables } from './apikey.store.ts';
import { formatKey, hashSecret, newSecret } from './apikey.ts';

type Tables = ApiKeyTables & PersonTables;

export interface CreateApiKeyInput {
  readonly title: string;
  readonly personId?: string | null;
  readonly permissions?: readonly string[] | null;
  readonly expiresAt?: Date | null;
}

function checkedPermissions(given: readonly string[]): Permission[] {
  given.forEach((text, index) => {
    if (!isPermission(text))
      throw badInput(`input.permissions.${index}`, text, `one of ${Object.keys(permissions).join(', ')}`);
  });
  return [...new Set(given.filter(isPermission))];
}

/** Stores a key without asking who makes it. @returns the id and the key's text, which is kept nowhere */
export async function insertKey(
  tx: WriteTx<Tables>,
  key: { title: string; personId: string | null; permissions: readonly Permission[] | null; expiresAt: Date | null },
): Promise<{ id: string; version: number; text: string }> {
  const id = newId();
  const secret = newSecret();
  await tx.db
    .insertInto('apiKey')
    .values({
      ...entityFields(tx),
      id,
      version: 1,
      title: checkedName('input.title', key.title),
      secretHash: hashSecret(secret),
      personId: key.personId,
      permissions: key.permissions === null ? null : [...key.permissions],
      expiresAt: key.expiresAt,
      revokedAt: null,
    })
    .execute();
  return { id, version: 1, text: formatKey({ tenant: tx.tenant, id, secret }) };
}

/**
 * Makes a key that allows what the caller may do, or less. Its list is fixed when it is made: roles that a person gets later do not
 * widen a key that somebody else may hold.
 * @throws AnnexError FORBIDDEN when more is asked for than the caller, or the person it acts as, may do; NOT_FOUND, BAD_INPUT
 */
export async function createApiKey(
  tx: WriteTx<Tables>,
  caller: Caller,
  input: CreateApiKeyInput,
): Promise<{ id: string; version: number; text: string }> {
  const expiresAt = input.expiresAt ?? null;
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
    throw badInput('input.expiresAt', expiresAt.toISOString(), 'must lie in the future');
  }
  const asked = input.permissions ? checkedPermissions(input.permissions) : null;
  if (asked?.length === 0) throw badInput('input.permissions', [], 'must name at least one permission, or be left out');
  const personId = input.personId ?? null;
  let list: readonly Permission[];
  if (personId === null) {
    list = asked ?? [...narrowed(caller.permissions, [...permissionsOfRoles(['INTEGRATION'])])];
  } else {
    const [person] = await findPeople(tx, [personId]);
    if (!person) throw notFound('Person', personId);
    if (person.status !== 'ACTIVE') {
      throw new AnnexError('STATE_CONFLICT', `The person ${personId} is not active`, {
        details: { kind: 'Person', id: personId, status: person.status },
      });
    }
    const held = permissionsOfRoles(person.roles);
    const excess = asked?.filter((permission) => !held.has(permission)) ?? [];
    if (excess.length > 0) {
      throw badInput('input.permissions', excess, `what the person ${personId} may do: ${[...held].join(', ')}`);
    }
    list = asked ?? [...narrowed(caller.permissions, [...held])];
  }
  mayGrant(caller.permissions, list, 'The key');
  return insertKey(tx, { title: input.title, personId, permissions: list, expiresAt });
}

/** Ends a key; one that has ended stays as it is. @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function revokeApiKey(
  tx: WriteTx<Tables>,
  input: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<{ id: string; version: number }> {
  const present = await tx.db
    .selectFrom('apiKey')
    .select(['id', 'version', 'revokedAt'])
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', input.id)
    .forUpdate()
    .executeTakeFirst();
  if (!present) throw notFound('ApiKey', input.id);
  checkVersion('ApiKey', present.id, present.version, input.expectedVersion);
  if (present.revokedAt !== null) return { id: present.id, version: present.version };
  const version = present.version + 1;
  await tx.db
    .updateTable('apiKey')
    .set({ ...touched(tx), version, revokedAt: tx.now })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .execute();
  return { id: present.id, version };
}
