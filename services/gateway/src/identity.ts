import { resendRange, type ServiceDefinition, sdl } from '@annex/service';
import { announce } from './announce.ts';
import { apiKeyResolvers } from './apikey/apikey.resolvers.ts';
import type { IdentityDatabase } from './database.ts';
import { meResolvers } from './me/me.resolvers.ts';
import { migrations } from './migrations/index.ts';
import { personResolvers } from './person/person.resolvers.ts';
import { roleResolvers } from './role/role.resolvers.ts';
import { tenantResolvers } from './tenant/tenant.resolvers.ts';

/** Who may do what: tenants, people, roles and API keys. The one subgraph that the gateway serves itself. */
export const identity: ServiceDefinition<IdentityDatabase> = {
  name: 'identity',
  migrations,
  modules: [
    { typeDefs: sdl(new URL('./tenant/tenant.graphql', import.meta.url)), resolvers: tenantResolvers },
    { typeDefs: sdl(new URL('./role/role.graphql', import.meta.url)), resolvers: roleResolvers },
    { typeDefs: sdl(new URL('./person/person.graphql', import.meta.url)), resolvers: personResolvers },
    { typeDefs: sdl(new URL('./apikey/apikey.graphql', import.meta.url)), resolvers: apiKeyResolvers },
    { typeDefs: sdl(new URL('./me/me.graphql', import.meta.url)), resolvers: meResolvers },
  ],
  subscriptions: {
    identity: {
      'annex.audit.resend.requested.v1': async (tx, { data }) => {
        if (data.source === '/annex/identity') await resendRange(tx, data);
      },
    },
  },
  timers: {},
  announce,
};
