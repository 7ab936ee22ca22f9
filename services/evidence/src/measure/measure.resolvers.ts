import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  ordering,
  type Resolver,
  sdl,
} from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { loadEvidence } from '../evidence/evidence.loader.ts';
import { loadImport } from '../import/import.loader.ts';
import { explainFreshness, explainState, explainValue } from './explanation.ts';
import { loadMeasure } from './measure.loader.ts';
import {
  type CreateMeasureInput,
  createMeasure,
  explainAttainment,
  type RecordMeasurementInput,
  recordMeasurement,
  type UpdateMeasureInput,
  updateMeasure,
} from './measure.operations.ts';
import {
  type LatestMeasurement,
  latestMeasurements,
  type MeasurementRow,
  type MeasureRow,
  measurementsQuery,
  measuresQuery,
} from './measure.store.ts';
import { type AttainmentState, readAttainment } from './measure.ts';

type Context = CallContext<EvidenceDatabase>;

const loadMeasurement = (context: Context, id: string): Promise<MeasurementRow | undefined> =>
  context
    .loader<string, MeasurementRow | undefined>('Measurement', async (tx, ids) => {
      const rows = await measurementsQuery(tx).where('id', 'in', ids).execute();
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => found.get(key));
    })
    .load(id);

/** Computed for the moment of the request, not for that of the last event. */
async function attainment(measure: MeasureRow, _: unknown, context: Context) {
  const [latest, now] = await context
    .loader<string, readonly [LatestMeasurement | undefined, Date]>('Measure.attainment', async (tx, ids) => {
      const found = await latestMeasurements(tx, ids);
      return ids.map((id) => [found.get(id), tx.now] as const);
    })
    .load(measure.id);
  const said = readAttainment(latest ?? null, measure, now);
  return {
    ...said,
    measuredAt: latest?.measuredAt ?? null,
    stateExplanation: explainState(said, latest),
    valueExplanation: latest ? explainValue(latest) : 'Nothing was measured yet.',
    attainmentExplanation:
      latest && said.attainment !== null
        ? explainAttainment(latest.value, measure, measure.unit)
        : 'There is no known value to hold against the target.',
    freshnessExplanation: explainFreshness(said),
    latestId: latest?.id ?? null,
  };
}

const byReference = ordering({ reference: 'asc' });
const latestFirst = ordering({ measuredAt: 'desc', number: 'desc' });

interface MeasuresArgs extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly state?: AttainmentState | null;
}

const measures: Resolver<EvidenceDatabase> = async (_, args: MeasuresArgs, context) => {
  const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
  const { state } = args;
  return connection(context, args, {
    order: byReference,
    query: (tx) => {
      const all = measuresQuery(tx, ismsId);
      if (!state) return all;
      const saying = tx.db
        .selectFrom('attainment')
        .select('id')
        .where('tenantId', '=', tx.tenant)
        .where('state', '=', state);
      return all.where('id', 'in', saying);
    },
  });
};

export const measureModule: GraphqlModule<EvidenceDatabase> = {
  typeDefs: sdl(new URL('./measure.graphql', import.meta.url)),
  resolvers: {
    Query: {
      measure: (_: unknown, { id }: { id: string }, context) => loadMeasure(context, id),
      measures,
    },
    Mutation: {
      createMeasure: async (_: unknown, { input }: { input: CreateMeasureInput }, context) => {
        const { id } = await context.write('createMeasure', input, (tx) => createMeasure(tx, input));
        return { measure: await loadMeasure(context, id) };
      },
      updateMeasure: async (_: unknown, { input }: { input: UpdateMeasureInput }, context) => {
        const { id } = await context.write('updateMeasure', input, (tx) => updateMeasure(tx, input));
        return { measure: await loadMeasure(context, id) };
      },
      recordMeasurement: async (_: unknown, { input }: { input: RecordMeasurementInput }, context) => {
        const { id } = await context.write('recordMeasurement', input, (tx) => recordMeasurement(tx, input));
        return {
          measurement: await loadMeasurement(context, id),
          measure: await loadMeasure(context, input.measureId),
        };
      },
    },
    Measure: {
      __resolveReference: ({ id }: { id: string }, context) => loadMeasure(context, id),
      attainment,
      measurements: (measure: MeasureRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: latestFirst,
          query: measurementsQuery,
          parent: { field: 'Measure.measurements', column: 'measureId', id: measure.id },
        }),
      isms: ({ ismsId }: MeasureRow) => ({ id: ismsId }),
    },
    Attainment: {
      measurement: ({ latestId }: { latestId: string | null }, _: unknown, context) =>
        latestId === null ? null : loadMeasurement(context, latestId),
    },
    Measurement: {
      valueExplanation: explainValue,
      import: ({ importId }: MeasurementRow, _: unknown, context) =>
        importId === null ? null : loadImport(context, importId),
      evidence: ({ evidenceId }: MeasurementRow, _: unknown, context) =>
        evidenceId === null ? null : loadEvidence(context, evidenceId),
    },
  },
};
