import { createKey, createTenantWithAdministrator } from '@annex/gateway';
import type { System } from '@annex/standalone';

/** A tenant of a system that runs in this process, with how to ask as its administrator. */
export interface Organisation {
  readonly tenantId: string;
  readonly personId: string;
  readonly key: string;
  /** The data of an answer, by the front door without a socket. @throws Error with what was answered where there is none */
  ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The id of what a mutation made, by the front door. @throws Error with what was answered */
  create(mutation: string, entity: string, input: Record<string, unknown>): Promise<string>;
}

/** Makes a tenant with an administrator. */
export async function createOrganisation(system: System, slug: string): Promise<Organisation> {
  const { tenantId, personId } = await createTenantWithAdministrator(system.identity, {
    slug,
    name: `Tenant ${slug}`,
    person: { name: 'A person', email: `person@${slug}.example` },
  });
  const { key } = await createKey(system.identity, tenantId, { title: 'bench', personId });
  const ask = async <Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> => {
    const { body } = await system.gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${key}` },
      payload: { query, variables },
    });
    const { data, errors } = JSON.parse(body) as { data?: Data | null; errors?: unknown };
    if (!data || errors) throw new Error(`It was answered with ${body.slice(0, 500)}`);
    return data;
  };
  return {
    tenantId,
    personId,
    key,
    ask,
    async create(mutation, entity, input) {
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation($input: ${type}!) { ${mutation}(input: $input) { ${entity} { id } } }`;
      const made = (await ask<Record<string, Record<string, { id: string }>>>(query, { input }))[mutation]?.[entity];
      if (!made) throw new Error(`${mutation} made no ${entity}`);
      return made.id;
    },
  };
}
