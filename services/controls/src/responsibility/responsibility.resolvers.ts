import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import {
  type CreateResponsibilityInput,
  createResponsibility,
  type UpdateResponsibilityInput,
  updateResponsibility,
} from './responsibility.operations.ts';
import { findResponsibilities, type ResponsibilityRow, responsibilitiesOf } from './responsibility.store.ts';
import type { ResponsibilityKind, ResponsibilityStatus } from './responsibility.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

/** The role of an id, batched; NOT_FOUND where the tenant has none. */
export function loadResponsibility(context: Context, id: string): Promise<ResponsibilityRow> {
  return loadEntity(context, 'Responsibility', findResponsibilities, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly kind?: ResponsibilityKind | null;
  readonly status?: ResponsibilityStatus | null;
  readonly personId?: string | null;
}

export const responsibilityModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./responsibility.graphql', import.meta.url)),
  resolvers: {
    Query: {
      responsibility: (_, { id }: { id: string }, context) => loadResponsibility(context, id),
      async responsibilities(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => responsibilitiesOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async createResponsibility(_, { input }: { input: CreateResponsibilityInput }, context) {
        const { id } = await context.write('createResponsibility', input, (tx) => createResponsibility(tx, input));
        return { responsibility: await loadResponsibility(context, id) };
      },
      async updateResponsibility(_, { input }: { input: UpdateResponsibilityInput }, context) {
        const { id } = await context.write('updateResponsibility', input, (tx) => updateResponsibility(tx, input));
        return { responsibility: await loadResponsibility(context, id) };
      },
    },
    Responsibility: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadResponsibility(context, id),
      isms: (row: ResponsibilityRow, _, context) => loadIsms(context, row.ismsId),
      person: (row: ResponsibilityRow) => (row.personId === null ? null : { id: row.personId }),
    },
  },
};
