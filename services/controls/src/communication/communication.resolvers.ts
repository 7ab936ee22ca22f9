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
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { findParties } from '../party/party.store.ts';
import {
  type CreateCommunicationInput,
  createCommunication,
  type UpdateCommunicationInput,
  updateCommunication,
} from './communication.operations.ts';
import { type CommunicationRow, communicationsOf, findCommunications } from './communication.store.ts';
import type { CommunicationStatus, Direction } from './communication.ts';

type Context = CallContext<ControlsDatabase>;

const byReference = ordering({ reference: 'asc' });

function loadCommunication(context: Context, id: string): Promise<CommunicationRow> {
  return loadEntity(context, 'Communication', findCommunications, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly direction?: Direction | null;
  readonly status?: CommunicationStatus | null;
}

export const communicationModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./communication.graphql', import.meta.url)),
  resolvers: {
    Query: {
      communication: (_, { id }: { id: string }, context) => loadCommunication(context, id),
      async communications(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: byReference, query: (tx) => communicationsOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async createCommunication(_, { input }: { input: CreateCommunicationInput }, context) {
        const { id } = await context.write('createCommunication', input, (tx) => createCommunication(tx, input));
        return { communication: await loadCommunication(context, id) };
      },
      async updateCommunication(_, { input }: { input: UpdateCommunicationInput }, context) {
        const { id } = await context.write('updateCommunication', input, (tx) => updateCommunication(tx, input));
        return { communication: await loadCommunication(context, id) };
      },
    },
    Communication: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadCommunication(context, id),
      isms: (row: CommunicationRow, _, context) => loadIsms(context, row.ismsId),
      async parties(row: CommunicationRow, _, context) {
        const found = await Promise.all(
          row.partyIds.map((id) => findEntity(context, 'InterestedParty', findParties, id)),
        );
        return found.filter((one) => one !== null);
      },
      owner: (row: CommunicationRow) => (row.ownerId === null ? null : { id: row.ownerId }),
    },
  },
};
