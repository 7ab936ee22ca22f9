export {
  addPerson,
  createKey,
  createTenantWithAdministrator,
  type NewKey,
  type NewTenant,
  tenantExists,
} from './bootstrap.ts';
export { type GatewayConfig, gatewayConfig } from './config.ts';
export type { IdentityDatabase } from './database.ts';
export { type HttpUpstreamOptions, httpUpstream } from './federation/http-upstream.ts';
export { localUpstream, type Upstream } from './federation/upstream.ts';
export { committedSupergraph, createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export { identity } from './identity.ts';
