import { AnnexError, badInput, type Permission } from '@annex/schema';
import { type Database, entityFields, newId, systemScope } from '@annex/service';
import { insertKey } from './apikey/apikey.operations.ts';
import type { IdentityDatabase } from './database.ts';
import { type CreatePersonInput, insertPerson } from './person/person.operations.ts';
import { checkedName } from './person/person.ts';
import { findTenant } from './tenant/tenant.store.ts';

/** A tenant to create with its first person, who is its administrator. */
export interface NewTenant {
  /** A UUID, so that a seed may be repeated; a new one unless told. */
  readonly id?: string;
  readonly slug: string;
  readonly name: string;
  readonly person: { readonly name: string; readonly email: string };
}

/**
 * Creates a tenant and its administrator: the one thing that nobody of the tenant can ask for. Only whoever runs the installation calls it.
 * @throws AnnexError ALREADY_EXISTS when the id or the slug is taken, BAD_INPUT
 */
export async function createTenantWithAdministrator(
  database: Database<IdentityDatabase>,
  tenant: NewTenant,
): Promise<{ tenantId: string; personId: string }> {
  const tenantId = tenant.id ?? newId();
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(tenant.slug)) {
    throw badInput('slug', tenant.slug, 'must have 2 to 63 lower-case letters, digits and hyphens');
  }
  const name = checkedName('name', tenant.name);
  const taken = (cause?: unknown) =>
    new AnnexError('ALREADY_EXISTS', `A tenant ${tenant.slug} exists already`, {
      details: { slug: tenant.slug },
      cause,
    });
  try {
    return await database.write(systemScope('identity', tenantId), async (tx) => {
      if (await findTenant(tx)) throw taken();
      await tx.db
        .insertInto('tenant')
        .values({ ...entityFields(tx), id: tenantId, version: 1, slug: tenant.slug, name })
        .execute();
      tx.record('annex.identity.tenant.changed.v1', { rows: [{ id: tenantId, version: 1, slug: tenant.slug, name }] });
      const person = await insertPerson(tx, { ...tenant.person, roles: ['ADMINISTRATOR'] });
      return { tenantId, personId: person.id };
    });
  } catch (error) {
    // Another tenant's slug cannot be seen from here; the index tells.
    if ((error as { code?: unknown }).code === '23505') throw taken(error);
    throw error;
  }
}

/** Whether a tenant was created under this id. */
export async function tenantExists(database: Database<IdentityDatabase>, tenantId: string): Promise<boolean> {
  return (await database.read(systemScope('identity', tenantId), findTenant)) !== undefined;
}

/** Adds a person to a tenant in the name of the installation. @throws AnnexError ALREADY_EXISTS, BAD_INPUT */
export async function addPerson(
  database: Database<IdentityDatabase>,
  tenantId: string,
  person: CreatePersonInput,
): Promise<{ id: string; version: number }> {
  return database.write(systemScope('identity', tenantId), (tx) => insertPerson(tx, person));
}

/** A key to make in the name of the installation. */
export interface NewKey {
  readonly title: string;
  /** The person that it acts as; left out, a machine. */
  readonly personId?: string;
  /** Left out: all that the person may do, now and later; a machine must be given a list. */
  readonly permissions?: readonly Permission[];
  readonly expiresAt?: Date;
}

/** Makes an API key and returns its text, which is kept nowhere. @throws AnnexError BAD_INPUT */
export async function createKey(
  database: Database<IdentityDatabase>,
  tenantId: string,
  key: NewKey,
): Promise<{ id: string; key: string }> {
  if (!key.personId && !key.permissions)
    throw badInput('permissions', null, 'must be given for a key that acts as no person');
  const { id, text } = await database.write(systemScope('identity', tenantId), (tx) =>
    insertKey(tx, {
      title: key.title,
      personId: key.personId ?? null,
      permissions: key.permissions ?? null,
      expiresAt: key.expiresAt ?? null,
    }),
  );
  return { id, key: text };
}
