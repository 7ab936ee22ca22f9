import { createKey, createTenantWithAdministrator } from '@annex/gateway';
import type { System } from '@annex/standalone';

/** A tenant of a system that runs in this process, with how to ask as its administrator. */
export interface Organisation {
  readonly tenantId: string;
  readonly personId: string;
  readonly key: string;
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
  return {
    tenantId,
    personId,
    key,
    async create(mutation, entity, input) {
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
      const answer = await system.gateway.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${key}` },
        payload: {
          query: `mutation($input: ${type}!) { ${mutation}(input: $input) { ${entity} { id } } }`,
          variables: { input },
        },
      });
      const { data } = answer.json() as { data?: Record<string, Record<string, { id: string }> | null> | null };
      const made = data?.[mutation]?.[entity];
      if (!made) throw new Error(`${mutation} was answered with ${answer.body}`);
      return made.id;
    },
  };
}
