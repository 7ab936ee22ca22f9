import { badInput, notFound } from '@annex/schema';
import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  ordering,
  sdl,
} from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { loadRisk } from '../risk/risk.resolvers.ts';
import { progressOf } from './run.store.ts';
import {
  type CancelSimulationInput,
  cancelSimulation,
  type StartSimulationInput,
  startSimulation,
} from './simulation.operations.ts';
import { filteredSimulations, type SimulationRow, scenarioOutcomes, simulationsById } from './simulation.store.ts';
import type { SimulationStatus } from './simulation.ts';
import { driversView, resultsView, scenarioView, treatmentReturnView, treatmentView } from './simulation.view.ts';

type Context = CallContext<RiskDatabase>;

const byNumber = ordering({ number: 'desc' });
const byPosition = ordering({ position: 'asc' });

const loadSimulation = (context: Context, id: string): Promise<SimulationRow | null> =>
  context
    .loader<string, SimulationRow | null>('simulation', async (tx, ids) => {
      const found = await simulationsById(tx, ids);
      return ids.map((asked) => found.get(asked) ?? null);
    })
    .load(id);

async function simulationFor(context: Context, id: string): Promise<SimulationRow> {
  const row = await loadSimulation(context, id);
  if (!row) throw notFound('Simulation', id);
  return row;
}

const payload = async (context: Context, saved: { readonly id: string }) => ({
  simulation: await simulationFor(context, saved.id),
});

export const simulationModule: GraphqlModule<RiskDatabase> = {
  typeDefs: ['./simulation.graphql', './simulation.mutations.graphql']
    .map((file) => sdl(new URL(file, import.meta.url)))
    .join('\n'),
  resolvers: {
    Query: {
      simulation: (_, { id }: { id: string }, context) => simulationFor(context, id),
      simulations: async (
        _,
        args: ConnectionArgs & { ismsId?: string | null; status?: SimulationStatus | null },
        context,
      ) => {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, {
          order: byNumber,
          query: (tx) => filteredSimulations(tx, ismsId, args.status),
        });
      },
    },
    Mutation: {
      startSimulation: async (_, { input }: { input: StartSimulationInput }, context) =>
        payload(
          context,
          await context.write('startSimulation', input, (tx) => startSimulation(tx, context.caller, input)),
        ),
      cancelSimulation: async (_, { input }: { input: CancelSimulationInput }, context) =>
        payload(context, await context.write('cancelSimulation', input, (tx) => cancelSimulation(tx, input))),
    },
    Simulation: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadSimulation(context, id),
      isms: (row: SimulationRow) => ({ id: row.ismsId }),
      requestedBy: (row: SimulationRow) => (row.requestedBy === null ? null : { id: row.requestedBy }),
      progress: ({ id, status }: SimulationRow, _, context) => {
        if (status === 'DONE') return 1;
        if (status === 'QUEUED') return 0;
        return context.loader<string, number>('progressOfSimulation', progressOf).load(id);
      },
      correlations: ({ correlations }: SimulationRow) =>
        correlations.map(({ a, b, coefficient }) => ({ riskId: a, otherRiskId: b, coefficient })),
      treatment: treatmentView,
      results: resultsView,
      treatmentReturn: treatmentReturnView,
      drivers: (row: SimulationRow, { first }: { first: number }) => {
        if (first < 1 || first > 25) throw badInput('first', first, 'a whole number from 1 to 25');
        return driversView(row).slice(0, first);
      },
      scenarios: (row: SimulationRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: byPosition,
          query: scenarioOutcomes,
          node: (scenario) => scenarioView(scenario, row),
          parent: { field: 'Simulation.scenarios', column: 'simulationId', id: row.id },
        }),
    },
    SimulatedScenario: {
      risk: ({ riskId }: { riskId: string }, _, context) => loadRisk(context, riskId),
    },
  },
};
