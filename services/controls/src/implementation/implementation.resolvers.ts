import { badInput } from '@annex/schema';
import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { controlAsked, inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import type { ImplementationStatus } from '../strength/strength.ts';
import { updateImplementations } from './bulk.operations.ts';
import {
  type CreateImplementationInput,
  createImplementation,
  type UpdateImplementationInput,
  updateImplementation,
} from './implementation.operations.ts';
import {
  controlIdsOf,
  filteredImplementations,
  findImplementations,
  type ImplementationRow,
  implementationsOfControls,
} from './implementation.store.ts';

type Context = CallContext<ControlsDatabase>;

const byAge = ordering({ id: 'asc' });

/** The implementation of an id, batched; NOT_FOUND where the tenant has none. */
export function loadImplementation(context: Context, id: string): Promise<ImplementationRow> {
  return loadEntity(context, 'Implementation', findImplementations, id);
}

/** How the tenant implements a control; one statement for all controls of an answer. */
export async function implementationsOfControl(
  context: Context,
  controlId: string,
  first: number | null,
): Promise<ImplementationRow[]> {
  const limit = bounded(first);
  const loader = context.loader<string, string[]>(`implementations of controls ${limit}`, (tx, ids) =>
    implementationsOfControls(tx, ids, limit),
  );
  const ids = await loader.load(controlId);
  return Promise.all(ids.map((id) => loadImplementation(context, id)));
}

/** The length of a bounded list. @throws AnnexError BAD_INPUT */
export function bounded(first: number | null): number {
  const limit = first ?? 20;
  if (!(limit >= 1 && limit <= 100)) throw badInput('first', first, 'must be a whole number from 1 to 100');
  return limit;
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly status?: ImplementationStatus | null;
  readonly ownerId?: string | null;
  readonly controlId?: string | null;
  readonly reviewBefore?: Date | null;
}

function asked({ controlId, ismsId, status, ownerId, reviewBefore }: Filter) {
  const rest = { ismsId, status, ownerId, reviewBefore };
  if (!controlId) return rest;
  return { ...rest, controlId: controlAsked(controlId) };
}

export const implementationModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./implementation.graphql', import.meta.url)),
  resolvers: {
    Query: {
      implementation: (_, { id }: { id: string }, context) => loadImplementation(context, id),
      implementations: (_, args: Filter, context) => {
        const filter = asked(args);
        return connection(context, args, { order: byAge, query: (tx) => filteredImplementations(tx, filter) });
      },
    },
    Mutation: {
      async createImplementation(_, { input }: { input: CreateImplementationInput }, context) {
        const { id } = await context.write('createImplementation', input, (tx) => createImplementation(tx, input));
        return { implementation: await loadImplementation(context, id) };
      },
      async updateImplementation(_, { input }: { input: UpdateImplementationInput }, context) {
        const { id } = await context.write('updateImplementation', input, (tx) => updateImplementation(tx, input));
        return { implementation: await loadImplementation(context, id) };
      },
      async updateImplementations(_, { input }: { input: { edits: readonly UpdateImplementationInput[] } }, context) {
        const { ids, changed } = await context.write('updateImplementations', input, (tx) =>
          updateImplementations(tx, input.edits),
        );
        return { changed, ids };
      },
    },
    UpdateImplementationsPayload: {
      // Read only where they are asked for: a thousand take a while.
      implementations: ({ ids }: { ids: readonly string[] }, _, context) =>
        Promise.all(ids.map((id) => loadImplementation(context, id))),
    },
    Implementation: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadImplementation(context, id),
      isms: (row: ImplementationRow, _, context) => loadIsms(context, row.ismsId),
      owner: (row: ImplementationRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      cost: ({ costCurrency, costOnce, costYearly }: ImplementationRow) =>
        costCurrency === null ? null : { currency: costCurrency, once: costOnce, yearly: costYearly },
      async controls(row: ImplementationRow, _, context) {
        const loader = context.loader<string, string[]>('controls of implementations', controlIdsOf);
        return Promise.all(inCatalogueOrder(await loader.load(row.id)).map((id) => loadControl(context, id)));
      },
    },
  },
};
