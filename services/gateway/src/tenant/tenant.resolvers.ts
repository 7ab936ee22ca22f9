import type { ResolverMap } from '@annex/service';
import { findTenant, type TenantTables } from './tenant.store.ts';

export const tenantResolvers: ResolverMap<TenantTables> = {
  Query: {
    tenant: (_, __, context) => context.read(findTenant),
  },
  Tenant: {
    // A tenant sees itself and no other.
    __resolveReference: (reference: { id: string }, context) =>
      reference.id === context.caller.tenant ? context.read(findTenant) : null,
  },
};
