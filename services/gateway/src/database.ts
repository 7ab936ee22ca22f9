import type { ApiKeyTables } from './apikey/apikey.store.ts';
import type { PersonTables } from './person/person.store.ts';
import type { TenantTables } from './tenant/tenant.store.ts';

export type IdentityDatabase = TenantTables & PersonTables & ApiKeyTables;
