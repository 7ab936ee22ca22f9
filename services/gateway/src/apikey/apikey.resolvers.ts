import type { Permission } from '@annex/schema';
import { type CallContext, connection, ordering, type ResolverMap } from '@annex/service';
import { findPeople, type PersonRow, type PersonTables } from '../person/person.store.ts';
import { narrowed, permissionsOfRoles } from '../role/role.ts';
import { type CreateApiKeyInput, createApiKey, revokeApiKey } from './apikey.operations.ts';
import { type ApiKeyRow, type ApiKeyTables, findKeys, findUses } from './apikey.store.ts';
import { keyStatus } from './apikey.ts';

type Tables = ApiKeyTables & PersonTables;

const newestFirst = ordering({ createdAt: 'desc' });

const load = async (context: CallContext<Tables>, id: string): Promise<ApiKeyRow | null> =>
  (await context
    .loader<string, ApiKeyRow | null>('apiKey', async (tx, ids) => (await findKeys(tx, ids)).map((row) => row ?? null))
    .load(id)) ?? null;

const personOf = (context: CallContext<Tables>, id: string) =>
  context
    .loader<string, PersonRow | null>('person', async (tx, ids) =>
      (await findPeople(tx, ids)).map((row) => row ?? null),
    )
    .load(id);

async function allowed(key: ApiKeyRow, context: CallContext<Tables>): Promise<Permission[]> {
  if (key.personId === null) return [...(key.permissions ?? [])] as Permission[];
  const person = await personOf(context, key.personId);
  const held = person?.status === 'ACTIVE' ? permissionsOfRoles(person.roles) : new Set<Permission>();
  return [...narrowed(held, key.permissions)];
}

export const apiKeyResolvers: ResolverMap<Tables> = {
  Query: {
    apiKeys: (_, args: { first?: number; after?: string }, context) =>
      connection<Tables, ApiKeyRow>(context, args, {
        order: newestFirst,
        query: (tx) => tx.db.selectFrom('apiKey').selectAll().where('tenantId', '=', tx.tenant),
      }),
  },
  Mutation: {
    createApiKey: async (_, { input }: { input: CreateApiKeyInput }, context) => {
      // The secret stays in memory: what `write` returns is stored for repeats.
      let secret: string | null = null;
      const { id } = await context.write('createApiKey', input, async (tx) => {
        const { text, ...made } = await createApiKey(tx, context.caller, input);
        secret = text;
        return made;
      });
      return { apiKey: await load(context, id), secret };
    },
    revokeApiKey: async (_, { input }: { input: { id: string; expectedVersion?: number | null } }, context) => {
      const { id } = await context.write('revokeApiKey', input, (tx) => revokeApiKey(tx, input));
      return { apiKey: await load(context, id) };
    },
  },
  ApiKey: {
    __resolveReference: (reference: { id: string }, context) => load(context, reference.id),
    person: (key: ApiKeyRow, _, context) => (key.personId === null ? null : personOf(context, key.personId)),
    permissions: (key: ApiKeyRow, _, context) => allowed(key, context),
    status: (key: ApiKeyRow) => keyStatus(key, new Date()),
    lastUsedAt: (key: ApiKeyRow, _, context) =>
      context.loader<string, Date | null>('apiKey use', (tx, ids) => findUses(tx, ids)).load(key.id),
  },
};
