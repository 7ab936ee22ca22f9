import { AnnexError, allPermissions, isPermission, type Permission, type RoleName, roles } from '@annex/schema';

export const roleNames = Object.keys(roles) as RoleName[];

export function isRoleName(text: string): text is RoleName {
  return Object.hasOwn(roles, text);
}

/** What roles allow together; a name that is no role (any more) allows nothing. */
export function permissionsOfRoles(names: readonly string[]): ReadonlySet<Permission> {
  return new Set(names.filter(isRoleName).flatMap((name) => [...roles[name].permissions]));
}

/**
 * What a key may do: what its holder may do, narrowed to the key's own list where it has one.
 * @param list null where the key follows its person's roles
 */
export function narrowed(held: ReadonlySet<Permission>, list: readonly string[] | null): ReadonlySet<Permission> {
  return list === null ? held : new Set(list.filter(isPermission).filter((permission) => held.has(permission)));
}

/**
 * Refuses to hand out what the giver does not hold.
 * @param what the gift, for the message: `The role AUDITOR`
 * @throws AnnexError FORBIDDEN naming what is missing
 */
export function mayGrant(giver: ReadonlySet<Permission>, gift: Iterable<Permission>, what: string): void {
  const given = new Set(gift);
  const missing = allPermissions.filter((permission) => given.has(permission) && !giver.has(permission));
  if (missing.length === 0) return;
  throw new AnnexError('FORBIDDEN', `${what} allows more than you may do yourself: ${missing.join(', ')}`, {
    details: { missing },
  });
}
