import { permissions, type RoleName, roles } from '@annex/schema';
import type { ResolverMap } from '@annex/service';
import type { PersonTables } from '../person/person.store.ts';
import { isRoleName, roleNames } from './role.ts';

const roleOf = (name: RoleName) => ({ name, ...roles[name] });

export const roleResolvers: ResolverMap<PersonTables> = {
  Query: {
    roles: () => roleNames.map(roleOf),
    permissions: () => Object.entries(permissions).map(([name, description]) => ({ name, description })),
  },
  Role: {
    __resolveReference: (reference: { name: string }) => (isRoleName(reference.name) ? roleOf(reference.name) : null),
  },
  Person: {
    roles: (person: { roles: readonly string[] }) => person.roles.filter(isRoleName).map(roleOf),
  },
};
