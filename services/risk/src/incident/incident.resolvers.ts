import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  linkedEntities,
  loadEntity,
  sdl,
} from '@annex/service';
import type { AssetRow } from '../asset/asset.store.ts';
import type { RiskDatabase } from '../database.ts';
import { eventsOfIncidents, type SecurityEventRow } from '../event/event.store.ts';
import { lossView } from '../level/level.view.ts';
import { checkFirst } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { statedSpan } from '../veris/veris.ts';
import {
  assetsOfIncident,
  filteredIncidents,
  type IncidentFilter,
  incidentOrder,
  incidentsOfAsset,
  incidentsOfRisk,
  risksOfIncident,
} from './incident.list.ts';
import {
  type AddEntryInput,
  addIncidentEntry,
  type MoveIncidentInput,
  moveIncident,
  type UpdateIncidentInput,
  updateIncident,
} from './incident.operations.ts';
import { type EntryRow, findIncidents, type IncidentRow, timelinesOf } from './incident.store.ts';
import { timingsOf, totalLoss } from './incident.ts';
import { occurredView, spanView } from './incident.view.ts';

type Context = CallContext<RiskDatabase>;
type First = { readonly first: number };

/** An incident that must be there. @throws AnnexError NOT_FOUND */
const incidentFor = (context: Context, id: string): Promise<IncidentRow> =>
  loadEntity(context, 'Incident', findIncidents, id);

const payload = async (context: Context, { id }: { readonly id: string }) => ({
  incident: await incidentFor(context, id),
});

export const incidentModule: GraphqlModule<RiskDatabase> = {
  typeDefs: ['./incident.graphql', './incident.mutations.graphql']
    .map((file) => sdl(new URL(file, import.meta.url)))
    .join('\n'),
  resolvers: {
    Query: {
      incident: (_, { id }: { id: string }, context) => incidentFor(context, id),
      incidents: (_, args: ConnectionArgs & { filter?: IncidentFilter | null }, context) =>
        connection(context, args, { order: incidentOrder, query: (tx) => filteredIncidents(tx, args.filter ?? {}) }),
    },
    Mutation: {
      updateIncident: async (_, { input }: { input: UpdateIncidentInput }, context) =>
        payload(context, await context.write('updateIncident', input, (tx) => updateIncident(tx, input))),
      moveIncident: async (_, { input }: { input: MoveIncidentInput }, context) =>
        payload(context, await context.write('moveIncident', input, (tx) => moveIncident(tx, input))),
      addIncidentEntry: async (_, { input }: { input: AddEntryInput }, context) =>
        payload(context, await context.write('addIncidentEntry', input, (tx) => addIncidentEntry(tx, input))),
    },
    Risk: {
      incidents: ({ id }: RiskRow, { first }: First, context, info) =>
        linkedEntities(context, incidentsOfRisk, id, checkFirst(first), info),
    },
    Asset: {
      incidents: ({ id }: AssetRow, { first }: First, context, info) =>
        linkedEntities(context, incidentsOfAsset, id, checkFirst(first), info),
    },
    Incident: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'Incident', findIncidents, id),
      isms: (row: IncidentRow) => ({ id: row.ismsId }),
      handler: (row: IncidentRow) => (row.handlerId === null ? null : { id: row.handlerId }),
      occurred: occurredView,
      timings: (row: IncidentRow) => {
        const { toDetect, toTriage, toContain, toResolve } = timingsOf(row);
        return {
          toDetect: spanView(toDetect ?? statedSpan(row.record, 'discovery')),
          toTriage: spanView(toTriage),
          toContain: spanView(toContain ?? statedSpan(row.record, 'containment')),
          toResolve: spanView(toResolve),
        };
      },
      recurrenceOf: (row: IncidentRow, _, context) =>
        row.recurrenceOfId === null ? null : findEntity(context, 'Incident', findIncidents, row.recurrenceOfId),
      events: ({ id }: IncidentRow, _, context) =>
        context.loader<string, SecurityEventRow[]>('eventsOfIncident', eventsOfIncidents).load(id),
      timeline: ({ id }: IncidentRow, _, context) =>
        context.loader<string, EntryRow[]>('timelineOfIncident', timelinesOf).load(id),
      risks: ({ id }: IncidentRow, { first }: First, context, info) =>
        linkedEntities(context, risksOfIncident, id, checkFirst(first), info),
      assets: ({ id }: IncidentRow, { first }: First, context, info) =>
        linkedEntities(context, assetsOfIncident, id, checkFirst(first), info),
      losses: ({ losses, currency }: IncidentRow) =>
        losses.map(({ category, minorUnits }) => ({ category, amount: lossView(minorUnits, currency ?? '') })),
      totalLoss: ({ losses, currency }: IncidentRow) => {
        const total = totalLoss(losses);
        return total === null || currency === null ? null : lossView(total, currency);
      },
    },
  },
};
