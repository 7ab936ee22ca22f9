import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { controlAsked, inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import { findParties } from '../party/party.store.ts';
import {
  type CreateProvisionInput,
  createProvision,
  type UpdateProvisionInput,
  updateProvision,
} from './provision.operations.ts';
import { findProvisions, type ProvisionRow, provisionsOf } from './provision.store.ts';
import type { ProvisionKind, ProvisionStatus } from './provision.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadProvision(context: Context, id: string): Promise<ProvisionRow> {
  return loadEntity(context, 'ExternalProvision', findProvisions, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly kind?: ProvisionKind | null;
  readonly status?: ProvisionStatus | null;
  readonly ownerId?: string | null;
  readonly partyId?: string | null;
  readonly controlId?: string | null;
}

function asked({ kind, status, ownerId, partyId, controlId }: Filter) {
  const rest = { kind, status, ownerId, partyId };
  if (!controlId) return rest;
  return { ...rest, controlId: controlAsked(controlId, 'A.5.19') };
}

export const provisionModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./provision.graphql', import.meta.url)),
  resolvers: {
    Query: {
      externalProvision: (_, { id }: { id: string }, context) => loadProvision(context, id),
      async externalProvisions(_, args: Filter, context) {
        const filter = asked(args);
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => provisionsOf(tx, ismsId, filter) });
      },
    },
    Mutation: {
      async createExternalProvision(_, { input }: { input: CreateProvisionInput }, context) {
        const { id } = await context.write('createExternalProvision', input, (tx) => createProvision(tx, input));
        return { externalProvision: await loadProvision(context, id) };
      },
      async updateExternalProvision(_, { input }: { input: UpdateProvisionInput }, context) {
        const { id } = await context.write('updateExternalProvision', input, (tx) => updateProvision(tx, input));
        return { externalProvision: await loadProvision(context, id) };
      },
    },
    ExternalProvision: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadProvision(context, id),
      isms: (row: ProvisionRow, _, context) => loadIsms(context, row.ismsId),
      party: (row: ProvisionRow, _, context) =>
        row.partyId === null ? null : findEntity(context, 'InterestedParty', findParties, row.partyId),
      owner: (row: ProvisionRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      controls: (row: ProvisionRow, _, context) =>
        Promise.all(inCatalogueOrder([...row.controlIds]).map((id) => loadControl(context, id))),
      async implementations(row: ProvisionRow, _, context) {
        const found = await Promise.all(row.implementationIds.map((id) => loadImplementation(context, id)));
        return found.sort((a, b) => (a.reference < b.reference ? -1 : 1));
      },
    },
  },
};
