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
import { controlAsked, inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import { loadParty } from '../party/party.resolvers.ts';
import {
  type CreateObligationInput,
  createObligation,
  type UpdateObligationInput,
  updateObligation,
} from './obligation.operations.ts';
import { findObligations, knownRisks, type ObligationRow, obligationsOf } from './obligation.store.ts';
import type { ObligationKind, ObligationStatus } from './obligation.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

/** The obligation of an id, batched; NOT_FOUND where the tenant has none. */
export function loadObligation(context: Context, id: string): Promise<ObligationRow> {
  return loadEntity(context, 'Obligation', findObligations, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly kind?: ObligationKind | null;
  readonly status?: ObligationStatus | null;
  readonly ownerId?: string | null;
  readonly partyId?: string | null;
  readonly controlId?: string | null;
}

function asked({ kind, status, ownerId, partyId, controlId }: Filter) {
  const rest = { kind, status, ownerId, partyId };
  if (!controlId) return rest;
  return { ...rest, controlId: controlAsked(controlId, 'A.5.34') };
}

/** A risk that the register of risks has told of, batched; null where it has not, or the risk is gone. */
export const knownRisk = (context: Context, riskId: string) =>
  context
    .loader<string, { id: string } | null>('known risks', async (tx, ids) => {
      const known = await knownRisks(tx, ids);
      return ids.map((id) => (known.has(id) ? { id } : null));
    })
    .load(riskId);

export const obligationModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./obligation.graphql', import.meta.url)),
  resolvers: {
    Query: {
      obligation: (_, { id }: { id: string }, context) => loadObligation(context, id),
      async obligations(_, args: Filter, context) {
        const filter = asked(args);
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => obligationsOf(tx, ismsId, filter) });
      },
    },
    Mutation: {
      async createObligation(_, { input }: { input: CreateObligationInput }, context) {
        const { id } = await context.write('createObligation', input, (tx) => createObligation(tx, input));
        return { obligation: await loadObligation(context, id) };
      },
      async updateObligation(_, { input }: { input: UpdateObligationInput }, context) {
        const { id } = await context.write('updateObligation', input, (tx) => updateObligation(tx, input));
        return { obligation: await loadObligation(context, id) };
      },
    },
    Obligation: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadObligation(context, id),
      isms: (row: ObligationRow, _, context) => loadIsms(context, row.ismsId),
      owner: (row: ObligationRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      party: (row: ObligationRow, _, context) => (row.partyId === null ? null : loadParty(context, row.partyId)),
      controls: (row: ObligationRow, _, context) =>
        Promise.all(inCatalogueOrder([...row.controlIds]).map((id) => loadControl(context, id))),
      async implementations(row: ObligationRow, _, context) {
        const found = await Promise.all(row.implementationIds.map((id) => loadImplementation(context, id)));
        return found.sort((a, b) => (a.reference < b.reference ? -1 : 1));
      },
      async risks(row: ObligationRow, _, context) {
        const known = await Promise.all(row.riskIds.map((id) => knownRisk(context, id)));
        return known.filter((one) => one !== null);
      },
    },
  },
};
