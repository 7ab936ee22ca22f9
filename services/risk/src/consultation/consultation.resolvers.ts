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
import { findCycles } from '../cycle/cycle.store.ts';
import type { RiskDatabase } from '../database.ts';
import { riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { findTreatments } from '../treatment/treatment.store.ts';
import { type RecordConsultationInput, recordConsultation } from './consultation.operations.ts';
import {
  type ConsultationFilter,
  type ConsultationRow,
  consultationsOfRisks,
  correctionsOf,
  filteredConsultations,
  findConsultations,
} from './consultation.store.ts';

type Context = CallContext<RiskDatabase>;
type Page = Pick<ConnectionArgs, 'first' | 'after'>;

const latestFirst = ordering({ heldAt: 'desc' });

const consultationFor = (context: Context, id: string): Promise<ConsultationRow> =>
  loadEntity(context, 'RiskConsultation', findConsultations, id);

export const consultationModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./consultation.graphql', import.meta.url)),
  resolvers: {
    Query: {
      riskConsultation: (_, { id }: { id: string }, context) => consultationFor(context, id),
      riskConsultations: async (
        _,
        { ismsId, step, direction, ...page }: Page & ConsultationFilter & { ismsId?: string | null },
        context,
      ) => {
        const isms = await context.read((tx) => ismsOf(tx, ismsId));
        return connection(context, page, {
          order: latestFirst,
          query: (tx) => filteredConsultations(tx, isms, { step: step ?? null, direction: direction ?? null }),
        });
      },
    },
    Mutation: {
      async recordRiskConsultation(_, { input }: { input: RecordConsultationInput }, context) {
        const { id } = await context.write('recordRiskConsultation', input, (tx) => recordConsultation(tx, input));
        return { riskConsultation: await consultationFor(context, id) };
      },
    },
    Risk: {
      consultations: ({ id }: RiskRow, page: Page, context) =>
        connection(context, page, {
          order: latestFirst,
          query: consultationsOfRisks,
          parent: { field: 'Risk.consultations', column: 'aboutRiskId', id },
        }),
    },
    RiskConsultation: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'RiskConsultation', findConsultations, id),
      isms: (row: ConsultationRow) => ({ id: row.ismsId }),
      people: (row: ConsultationRow) => row.personIds.map((id) => ({ id })),
      risks: (row: ConsultationRow, _, context) => Promise.all(row.riskIds.map((id) => riskFor(context, id))),
      assessmentCycles: (row: ConsultationRow, _, context) =>
        Promise.all(row.cycleIds.map((id) => loadEntity(context, 'AssessmentCycle', findCycles, id))),
      riskTreatments: (row: ConsultationRow, _, context) =>
        Promise.all(row.treatmentIds.map((id) => loadEntity(context, 'RiskTreatment', findTreatments, id))),
      corrects: (row: ConsultationRow, _, context) =>
        row.correctsId === null ? null : consultationFor(context, row.correctsId),
      correctedBy: ({ id }: ConsultationRow, _, context) =>
        context.loader<string, ConsultationRow | null>('correctionsOf', correctionsOf).load(id),
    },
  },
};
