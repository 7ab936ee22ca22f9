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
import { explainFreshness, explainState, explainValue } from './explanation.ts';
import { type AttainmentState, readAttainment } from './measure.ts';
import {
  createMeasure,
  type CreateMeasureInput,
  explainAttainment,
  recordMeasurement,
  type RecordMeasurementInput,
  updateMeasure,
  type UpdateMeasureInput,
} from './measure.operations.ts';
import {
  type LatestMeasurement,
  latestMeasurements,
  type MeasureRow,
  type MeasurementRow,
  measurementsQuery,
  measuresById,
  measuresQuery,
} from './measure.store.ts';

type Context = CallContext<EvidenceDatabase>;

const load = (context: Context, id: string): Promise<MeasureRow | undefined> =>
  context
    .loader<string, MeasureRow | undefined>('Measure', async (tx, ids) => {
      const found = new Map((await measuresById(tx, ids)).map((row) => [row.id, row]));
      return ids.map((key) => found.get(key));
    })
    .load(id);

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
    measurement: () => (latest ? loadMeasurement(context, latest.id) : null),
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
      const saying = tx.db.selectFrom('attainment').select('id').where('tenantId', '=', tx.tenant).where('state', '=', state);
      return all.where('id', 'in', saying);
    },
  });
};

export const measureModule: GraphqlModule<EvidenceDatabase> = {
  typeDefs: sdl(new URL('./measure.graphql', import.meta.url)),
  resolvers: {
    Query: {
      measure: async (_: unknown, { id }: { id: string }, context) => (await load(context, id)) ?? null,
      measures,
    },
    Mutation: {
      createMeasure: async (_: unknown, { input }: { input: CreateMeasureInput }, context) => {
        const { id } = await context.write('createMeasure', input, (tx) => createMeasure(tx, input));
        return { measure: await load(context, id) };
      },
      updateMeasure: async (_: unknown, { input }: { input: UpdateMeasureInput }, context) => {
        const { id } = await context.write('updateMeasure', input, (tx) => updateMeasure(tx, input));
        return { measure: await load(context, id) };
      },
      recordMeasurement: async (_: unknown, { input }: { input: RecordMeasurementInput }, context) => {
        const { id } = await context.write('recordMeasurement', input, (tx) => recordMeasurement(tx, input));
        return { measurement: await loadMeasurement(context, id), measure: await load(context, input.measureId) };
      },
    },
    Measure: {
      __resolveReference: async ({ id }: { id: string }, context) => (await load(context, id)) ?? null,
      attainment,
      measurements: (measure: MeasureRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: latestFirst,
          query: measurementsQuery,
          parent: { field: 'Measure.measurements', column: 'measureId', id: measure.id },
        }),
      isms: ({ ismsId }: MeasureRow) => ({ id: ismsId }),
    },
    Measurement: {
      valueExplanation: explainValue,
      import: ({ importId }: MeasurementRow) => (importId === null ? null : { id: importId }),
      evidence: ({ evidenceId }: MeasurementRow) => (evidenceId === null ? null : { id: evidenceId }),
    },
  },
};
