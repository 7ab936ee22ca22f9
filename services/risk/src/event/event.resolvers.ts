import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { findAssets } from '../asset/asset.store.ts';
import type { RiskDatabase } from '../database.ts';
import { findIncidents } from '../incident/incident.store.ts';
import { occurredView } from '../incident/incident.view.ts';
import { type AssessEventInput, assessEvent, type ReportEventInput, reportEvent } from './event.operations.ts';
import {
  filteredSecurityEvents,
  findSecurityEvents,
  type SecurityEventFilter,
  type SecurityEventRow,
} from './event.store.ts';

type Context = CallContext<RiskDatabase>;

const byNumber = ordering({ number: 'desc' });

/** An event that must be there. @throws AnnexError NOT_FOUND */
const eventFor = (context: Context, id: string): Promise<SecurityEventRow> =>
  loadEntity(context, 'SecurityEvent', findSecurityEvents, id);

export const securityEventModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./event.graphql', import.meta.url)),
  resolvers: {
    Query: {
      securityEvent: (_, { id }: { id: string }, context) => eventFor(context, id),
      securityEvents: (_, args: ConnectionArgs & { filter?: SecurityEventFilter | null }, context) =>
        connection(context, args, { order: byNumber, query: (tx) => filteredSecurityEvents(tx, args.filter ?? {}) }),
    },
    Mutation: {
      reportSecurityEvent: async (_, { input }: { input: ReportEventInput }, context) => {
        const saved = await context.write('reportSecurityEvent', input, (tx) => reportEvent(tx, context.caller, input));
        const securityEvent = await eventFor(context, saved.id);
        return { id: saved.id, reference: securityEvent.reference, securityEvent };
      },
      assessSecurityEvent: async (_, { input }: { input: AssessEventInput }, context) => {
        const saved = await context.write('assessSecurityEvent', input, (tx) => assessEvent(tx, input));
        return { securityEvent: await eventFor(context, saved.id) };
      },
    },
    SecurityEvent: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'SecurityEvent', findSecurityEvents, id),
      isms: (row: SecurityEventRow) => ({ id: row.ismsId }),
      occurred: occurredView,
      reporter: (row: SecurityEventRow) => (row.reporterId === null ? null : { id: row.reporterId }),
      assets: async (row: SecurityEventRow, _, context) =>
        (await Promise.all(row.assetIds.map((id) => findEntity(context, 'Asset', findAssets, id))))
          .filter((asset) => asset !== null)
          .sort((a, b) => a.number - b.number),
      incident: (row: SecurityEventRow, _, context) =>
        row.incidentId === null ? null : findEntity(context, 'Incident', findIncidents, row.incidentId),
    },
  },
};
