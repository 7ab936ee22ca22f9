import { type CallContext, connection, ordering, type ResolverMap } from '@annex/service';
import { permissionsOfRoles } from '../role/role.ts';
import type { TenantTables } from '../tenant/tenant.store.ts';
import { type CreatePersonInput, createPerson, type UpdatePersonInput, updatePerson } from './person.operations.ts';
import { findPeople, type PersonRow, type PersonTables } from './person.store.ts';

type Tables = PersonTables & TenantTables;

const byName = ordering({ name: 'asc' });

const load = async (context: CallContext<Tables>, id: string): Promise<PersonRow | null> =>
  (await context
    .loader<string, PersonRow | null>('person', async (tx, ids) =>
      (await findPeople(tx, ids)).map((row) => row ?? null),
    )
    .load(id)) ?? null;

export const personResolvers: ResolverMap<Tables> = {
  Query: {
    person: (_, { id }: { id: string }, context) => load(context, id),
    people: (_, args: { first?: number; after?: string; status?: PersonRow['status'] }, context) =>
      connection<Tables, PersonRow>(context, args, {
        order: byName,
        query: (tx) => {
          const all = tx.db.selectFrom('person').selectAll().where('tenantId', '=', tx.tenant);
          return args.status ? all.where('status', '=', args.status) : all;
        },
      }),
  },
  Mutation: {
    createPerson: async (_, { input }: { input: CreatePersonInput }, context) => {
      const { id } = await context.write('createPerson', input, (tx) => createPerson(tx, context.caller, input));
      return { person: await load(context, id) };
    },
    updatePerson: async (_, { input }: { input: UpdatePersonInput }, context) => {
      const { id } = await context.write('updatePerson', input, (tx) => updatePerson(tx, context.caller, input));
      return { person: await load(context, id) };
    },
  },
  Person: {
    __resolveReference: (reference: { id: string }, context) => load(context, reference.id),
    permissions: (person: PersonRow) => [...permissionsOfRoles(person.roles)],
  },
};
