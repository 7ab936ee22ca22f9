import { AnnexError, notFound, type RoleName } from '@annex/schema';
import { type Caller, checkVersion, entityFields, newId, touched, type WriteTx } from '@annex/service';
import { mayGrant, permissionsOfRoles } from '../role/role.ts';
import { lockTenant, type TenantTables } from '../tenant/tenant.store.ts';
import { countActive, type PersonRow, type PersonTables } from './person.store.ts';
import { checkedEmail, checkedName } from './person.ts';

type Tables = PersonTables & TenantTables;

export interface CreatePersonInput {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly RoleName[];
}

export interface UpdatePersonInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly status?: 'ACTIVE' | 'INACTIVE' | null;
  readonly roles?: readonly RoleName[] | null;
}

type Changed = Pick<PersonRow, 'id' | 'version'>;

/** Tells that people changed; never their names. */
export function recordPeople<T>(
  tx: WriteTx<T>,
  people: readonly Pick<PersonRow, 'id' | 'version' | 'status' | 'roles'>[],
): void {
  tx.record('annex.identity.person.changed.v1', {
    rows: people.map(({ id, version, status, roles }) => ({ id, version, status, roles })),
  });
}

async function refuseTakenEmail(tx: WriteTx<Tables>, email: string, self: string): Promise<void> {
  const holder = await tx.db
    .selectFrom('person')
    .select('id')
    .where('tenantId', '=', tx.tenant)
    .where('email', '=', email)
    .where('id', '<>', self)
    .executeTakeFirst();
  if (!holder) return;
  throw new AnnexError('ALREADY_EXISTS', 'input.email: a person with this address exists', {
    faults: [{ field: 'input.email', given: email, allowed: 'an address that no other person of the tenant has' }],
    details: { id: holder.id },
  });
}

/** Adds a person without asking who does it; `createPerson` asks. */
export async function insertPerson(tx: WriteTx<Tables>, input: CreatePersonInput): Promise<Changed> {
  const id = newId();
  const name = checkedName('input.name', input.name);
  const email = checkedEmail('input.email', input.email);
  const roles = [...new Set(input.roles)];
  // The tenant's row serialises changes of people, so that two of them never take one address.
  await lockTenant(tx);
  await refuseTakenEmail(tx, email, id);
  await tx.db
    .insertInto('person')
    .values({ ...entityFields(tx), id, version: 1, name, email, status: 'ACTIVE', roles })
    .execute();
  recordPeople(tx, [{ id, version: 1, status: 'ACTIVE', roles }]);
  return { id, version: 1 };
}

/** Adds a person. @throws AnnexError FORBIDDEN when a role allows more than the caller may do; ALREADY_EXISTS, BAD_INPUT */
export async function createPerson(tx: WriteTx<Tables>, caller: Caller, input: CreatePersonInput): Promise<Changed> {
  for (const role of input.roles) mayGrant(caller.permissions, permissionsOfRoles([role]), `The role ${role}`);
  return insertPerson(tx, input);
}

/**
 * Changes a person.
 * @throws AnnexError FORBIDDEN when roles or status of someone are touched who may do, or shall be able to do, more than the caller;
 * STATE_CONFLICT when no active administrator would be left; VERSION_CONFLICT, ALREADY_EXISTS, NOT_FOUND, BAD_INPUT
 */
export async function updatePerson(tx: WriteTx<Tables>, caller: Caller, input: UpdatePersonInput): Promise<Changed> {
  await lockTenant(tx);
  const present = await tx.db
    .selectFrom('person')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', input.id)
    .forUpdate()
    .executeTakeFirst();
  if (!present) throw notFound('Person', input.id);
  checkVersion('Person', present.id, present.version, input.expectedVersion);
  const roles = input.roles ? [...new Set<string>(input.roles)] : present.roles;
  const status = input.status ?? present.status;
  const name = typeof input.name === 'string' ? checkedName('input.name', input.name) : present.name;
  const email = typeof input.email === 'string' ? checkedEmail('input.email', input.email) : present.email;
  // The address is part of who somebody is: changing that of a mightier person would be a way to become them.
  const sensitive = status !== present.status || email !== present.email || !sameSet(roles, present.roles);
  if (sensitive) {
    mayGrant(caller.permissions, permissionsOfRoles(present.roles), `What ${present.id} holds`);
    mayGrant(caller.permissions, permissionsOfRoles(roles), `What ${present.id} would hold`);
  }
  if (!sensitive && name === present.name) return { id: present.id, version: present.version };
  if (email !== present.email) await refuseTakenEmail(tx, email, present.id);
  const version = present.version + 1;
  await tx.db
    .updateTable('person')
    .set({ ...touched(tx), version, name, email, status, roles })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .execute();
  const wasAdministrator = present.status === 'ACTIVE' && present.roles.includes('ADMINISTRATOR');
  if (wasAdministrator && (await countActive(tx, 'ADMINISTRATOR')) === 0) {
    throw new AnnexError('STATE_CONFLICT', 'The tenant would be left without an active administrator', {
      details: { kind: 'Person', id: present.id, allowed: 'make somebody else an administrator first' },
    });
  }
  recordPeople(tx, [{ id: present.id, version, status, roles }]);
  return { id: present.id, version };
}

const sameSet = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((item) => b.includes(item));
