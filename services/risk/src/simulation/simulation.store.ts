import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import {
  type Correlation,
  type Driver,
  type Frequency,
  type Left,
  type LossForm,
  type LossSummary,
  type PortfolioReading,
  tails,
} from '@annex/simulation';
import { type ColumnType, type Selectable, sql } from 'kysely';
import type { Basis, FrozenScenario } from './scenario.ts';
import type { SimulatedReading, SimulationStatus } from './simulation.ts';
import type { Treatment } from './treatment.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null, string | null>;

/** What all scenarios of a simulation say together. */
export interface SimulationResult {
  /** In the order of the simulation's readings. */
  readonly readings: readonly PortfolioReading[];
  readonly drivers: readonly Driver[];
}

export interface SimulationTables {
  simulation: IsmsEntityColumns & {
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    title: string;
    status: SimulationStatus;
    /** The person who asked for it; null for a machine. */
    requestedBy: string | null;
    trials: number;
    seed: number;
    scenarios: number;
    currency: string;
    criteriaVersion: number;
    readings: SimulatedReading[];
    correlations: Json<readonly Correlation[]>;
    treatment: JsonOrNull<Treatment>;
    /** How many runs began; names the lease of the present one. */
    attempt: number;
    /** How many runs were lost with their process. */
    lost: number;
    startedAt: Date | null;
    finishedAt: Date | null;
    failure: string | null;
    result: JsonOrNull<SimulationResult>;
  };
  simulationScenario: {
    tenantId: string;
    id: string;
    ismsId: string;
    simulationId: string;
    position: number;
    riskId: string;
    riskVersion: number;
    reference: string;
    title: string;
    basis: Basis;
    frequency: Json<Frequency>;
    forms: Json<readonly LossForm[]>;
    readings: Json<readonly Left[]>;
    controls: Json<FrozenScenario['controls']>;
    createdAt: Date;
  };
  simulationOutcome: {
    tenantId: string;
    id: string;
    ismsId: string;
    simulationId: string;
    position: number;
    summaries: Json<readonly LossSummary[]>;
    finishedAt: Date;
  };
  simulationRun: {
    tenantId: string;
    id: string;
    ismsId: string;
    simulationId: string;
    attempt: number;
    beganAt: Date;
    beatAt: ColumnType<Date, never, never>;
    progress: ColumnType<number, number | undefined, number>;
  };
}

export type SimulationRow = Selectable<SimulationTables['simulation']>;
export type ScenarioRow = Selectable<SimulationTables['simulationScenario']>;

const simulations = (tx: Tx<SimulationTables>) =>
  tx.db.selectFrom('simulation').selectAll('simulation').where('simulation.tenantId', '=', tx.tenant);

export async function simulationsById(
  tx: Tx<SimulationTables>,
  ids: readonly string[],
): Promise<Map<string, SimulationRow>> {
  if (ids.length === 0) return new Map();
  const rows = await simulations(tx)
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Simulations of an ISMS, unordered and unlimited. */
export function filteredSimulations(tx: Tx<SimulationTables>, ismsId: string, status?: SimulationStatus | null) {
  const query = simulations(tx).where('ismsId', '=', ismsId);
  return status ? query.where('status', '=', status) : query;
}

/** Locks a simulation, so that it takes one step at a time. */
export function holdSimulation(tx: WriteTx<SimulationTables>, id: string): Promise<SimulationRow | undefined> {
  return simulations(tx).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** How many simulations of the tenant wait or run. */
export async function waitingSimulations(tx: Tx<SimulationTables>): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) as count from simulation where tenant_id = $1 and status in ('QUEUED', 'RUNNING')`,
    [tx.tenant],
  );
  return Number(rows[0]?.count ?? 0);
}

/** What a new simulation says of itself. */
export type NewSimulation = Pick<
  SimulationRow,
  | 'ismsId'
  | 'reference'
  | 'number'
  | 'title'
  | 'requestedBy'
  | 'trials'
  | 'seed'
  | 'currency'
  | 'criteriaVersion'
  | 'readings'
  | 'correlations'
  | 'treatment'
>;

const rowsAtOnce = 500;

/** Keeps a simulation with its frozen scenarios. */
export async function insertSimulation(
  tx: WriteTx<SimulationTables>,
  simulation: NewSimulation,
  scenarios: readonly FrozenScenario[],
): Promise<SimulationRow> {
  const { correlations, treatment, ...plain } = simulation;
  const row = await tx.db
    .insertInto('simulation')
    .values({
      ...entityFields(tx),
      id: newId(),
      version: 1,
      status: 'QUEUED',
      scenarios: scenarios.length,
      attempt: 0,
      lost: 0,
      ...plain,
      readings: [...plain.readings],
      correlations: JSON.stringify(correlations),
      treatment: treatment === null ? null : JSON.stringify(treatment),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  for (let from = 0; from < scenarios.length; from += rowsAtOnce) {
    await tx.db
      .insertInto('simulationScenario')
      .values(
        scenarios.slice(from, from + rowsAtOnce).map(({ frequency, forms, readings, controls, ...own }, index) => ({
          tenantId: tx.tenant,
          id: newId(),
          ismsId: row.ismsId,
          simulationId: row.id,
          position: from + index,
          ...own,
          frequency: JSON.stringify(frequency),
          forms: JSON.stringify(forms),
          readings: JSON.stringify(readings),
          controls: JSON.stringify(controls),
          createdAt: tx.now,
        })),
      )
      .execute();
  }
  return row;
}

export type SimulationPatch = Partial<
  Pick<SimulationRow, 'status' | 'attempt' | 'lost' | 'startedAt' | 'finishedAt' | 'failure' | 'result'>
>;

export function updateSimulation(
  tx: WriteTx<SimulationTables>,
  present: SimulationRow,
  { result, ...patch }: SimulationPatch,
): Promise<SimulationRow> {
  return tx.db
    .updateTable('simulation')
    .set({
      ...touched(tx),
      version: present.version + 1,
      ...patch,
      ...(result ? { result: JSON.stringify(result) } : {}),
    })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The frozen scenarios of a simulation, in the order in which they are simulated. */
export function scenariosOf(tx: Tx<SimulationTables>, simulationId: string): Promise<ScenarioRow[]> {
  return tx.db
    .selectFrom('simulationScenario')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('simulationId', '=', simulationId)
    .orderBy('position')
    .execute();
}

/** Keeps what came out of each scenario. */
export async function insertOutcomes(
  tx: WriteTx<SimulationTables>,
  simulation: SimulationRow,
  outcomes: readonly (readonly LossSummary[])[],
): Promise<void> {
  for (let from = 0; from < outcomes.length; from += rowsAtOnce) {
    await tx.db
      .insertInto('simulationOutcome')
      .values(
        outcomes.slice(from, from + rowsAtOnce).map((summaries, index) => ({
          tenantId: tx.tenant,
          id: newId(),
          ismsId: simulation.ismsId,
          simulationId: simulation.id,
          position: from + index,
          summaries: JSON.stringify(summaries),
          finishedAt: tx.now,
        })),
      )
      .execute();
  }
}

/** A scenario with what came out of it, null before. */
export interface ScenarioOutcome extends ScenarioRow {
  readonly summaries: readonly LossSummary[] | null;
}

/** The scenarios of simulations with their outcomes. */
export function scenarioOutcomes(tx: Tx<SimulationTables>) {
  return sql<ScenarioOutcome>`select s.*, o.summaries from simulation_scenario s
    left join simulation_outcome o on o.tenant_id = s.tenant_id and o.simulation_id = s.simulation_id and o.position = s.position
    where s.tenant_id = ${tx.tenant}`;
}

const summaryOf = ({ readings, result }: SimulationRow) =>
  readings.flatMap((reading, index) => {
    const summary = result?.readings[index]?.summary;
    if (!summary) return [];
    const [tail] = tails;
    return [
      {
        reading,
        expectedLoss: summary.expected,
        valueAtRisk95: summary.percentiles[tail],
        tailValueAtRisk95: summary.tailMeans[tail],
      },
    ];
  });

/** A simulation as it is told: without its curves. */
export function simulationEvent(row: SimulationRow): EventRow<'annex.risk.simulation.changed.v1'> {
  return {
    id: row.id,
    ismsId: row.ismsId,
    version: row.version,
    reference: row.reference,
    title: row.title,
    status: row.status,
    trials: row.trials,
    scenarios: row.scenarios,
    currency: row.currency,
    personId: row.requestedBy,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    readings: summaryOf(row),
  };
}
