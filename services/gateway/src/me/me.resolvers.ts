import type { ResolverMap } from '@annex/service';
import { findPeople, type PersonTables } from '../person/person.store.ts';

export const meResolvers: ResolverMap<PersonTables> = {
  Query: {
    me: (_, __, { caller }) => ({
      actor: caller.actor,
      tenantId: caller.tenant,
      apiKeyId: caller.keyId ?? null,
      personId: caller.personId ?? null,
      permissions: [...caller.permissions].sort(),
    }),
  },
  Me: {
    person: (me: { personId: string | null }, _, context) => {
      const { personId } = me;
      return personId === null ? null : context.read(async (tx) => (await findPeople(tx, [personId]))[0] ?? null);
    },
  },
};
