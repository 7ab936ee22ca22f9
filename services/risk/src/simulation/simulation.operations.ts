import { AnnexError, badInput, type FieldFault, notFound } from '@annex/schema';
import {
  type Caller,
  checkVersion,
  everyRow,
  ismsOf,
  nextReference,
  numberOf,
  schedule,
  unschedule,
  type WriteTx,
} from '@annex/service';
import { type CriteriaRow, holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { type QuantificationRow, quantificationsOf } from '../quantification/quantification.store.ts';
import { factorsOf } from '../risk/link.store.ts';
import { filteredRisks } from '../risk/risk.list.ts';
import { type RiskRow, risksById } from '../risk/risk.store.ts';
import { freeze, readingsWith } from './scenario.ts';
import {
  holdSimulation,
  insertSimulation,
  type SimulationPatch,
  type SimulationRow,
  simulationEvent,
  updateSimulation,
  waitingSimulations,
} from './simulation.store.ts';
import {
  afterStep,
  type CorrelationInput,
  checkDraws,
  correlationsOf,
  mostScenarios,
  type SimulationStep,
  seedOf,
  trialsOf,
} from './simulation.ts';
import { type TreatmentInput, treatmentOf } from './treatment.ts';

/** The due moments at which a simulation is taken, and at which it is looked whether whoever took it is still there. */
export const simulationRun = 'simulation.run';
export const simulationWatch = 'simulation.watch';

/** Of a tenant, waiting or running. */
const mostWaiting = 20;

export interface StartSimulationInput {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly riskIds?: readonly string[] | null;
  readonly trials?: number | null;
  readonly seed?: number | null;
  readonly correlations?: readonly CorrelationInput[] | null;
  readonly treatment?: TreatmentInput | null;
}

export interface CancelSimulationInput {
  readonly simulationId: string;
  readonly expectedVersion?: number | null;
}

/** Takes a step of a simulation that is locked, writes it with what comes with it and tells of it. */
export async function stepSimulation(
  tx: WriteTx<RiskDatabase>,
  present: SimulationRow,
  step: SimulationStep,
  patch: Omit<SimulationPatch, 'status'> = {},
): Promise<SimulationRow> {
  const row = await updateSimulation(tx, present, { status: afterStep(present.status, step), ...patch });
  tx.record('annex.risk.simulation.changed.v1', { rows: [simulationEvent(row)] });
  return row;
}

/** The open risks that are asked for, all of the ISMS unless told, by number. */
async function risksToSimulate(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  riskIds: readonly string[] | null | undefined,
): Promise<RiskRow[]> {
  if (!riskIds) {
    const all = await filteredRisks(tx, { ismsId, status: 'OPEN' })
      .orderBy('risk.number')
      .limit(mostScenarios + 1)
      .execute();
    if (all.length === 0) throw badInput('input.riskIds', null, 'an ISMS with an open risk: this one has none');
    if (all.length > mostScenarios)
      throw badInput('input.riskIds', null, `at most ${mostScenarios} risks: this ISMS has more, so say which`);
    return all;
  }
  if (riskIds.length < 1 || riskIds.length > mostScenarios)
    throw badInput('input.riskIds', riskIds.length, `1 to ${mostScenarios} risks`);
  const found = await risksById(tx, [...new Set(riskIds)]);
  const faults: FieldFault[] = [];
  const seen = new Set<string>();
  for (const [index, id] of riskIds.entries()) {
    const field = `input.riskIds[${index}]`;
    const risk = found.get(id);
    if (!risk || risk.ismsId !== ismsId || risk.status !== 'OPEN')
      faults.push({ field, given: id, allowed: 'an open risk of the ISMS' });
    if (seen.has(id)) faults.push({ field, given: id, allowed: 'a risk that no other entry names' });
    seen.add(id);
  }
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return [...found.values()].sort((a, b) => a.number - b.number);
}

function checkCurrency(
  criteria: CriteriaRow,
  risks: readonly RiskRow[],
  quantifications: ReadonlyMap<string, QuantificationRow>,
): void {
  const other = risks.filter((risk) => {
    const currency = quantifications.get(risk.id)?.currency;
    return currency !== undefined && currency !== criteria.currency;
  });
  const [first] = other;
  if (!first) return;
  throw new AnnexError(
    'STATE_CONFLICT',
    `The criteria count in ${criteria.currency}, and ${first.reference} is quantified in ${quantifications.get(first.id)?.currency}: quantify it anew`,
    { details: { riskIds: other.slice(0, 20).map(({ id }) => id), allowed: ['quantifyRisk'] } },
  );
}

/**
 * Freezes risks with what is known of them now and has their years simulated (27005, 7.3). Quantified risks go in with their
 * distributions, others with the bands that they are rated by.
 * @throws AnnexError BAD_INPUT with the faults, STATE_CONFLICT
 */
export async function startSimulation(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: StartSimulationInput,
): Promise<{ id: string; version: number }> {
  const title = text('input.title', input.title, 200, 'required');
  const trials = trialsOf(input.trials);
  const seed = seedOf(input.seed);
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const criteria = await holdCriteria(tx, ismsId, 'share');
  if (!criteria) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  const waiting = await waitingSimulations(tx);
  if (waiting >= mostWaiting)
    throw new AnnexError('STATE_CONFLICT', `${waiting} simulations wait or run already; wait for them or cancel some`, {
      details: { present: waiting, allowed: ['cancelSimulation'] },
    });
  const risks = await risksToSimulate(tx, ismsId, input.riskIds);
  const ids = risks.map((risk) => risk.id);
  const quantifications = await quantificationsOf(tx, ids);
  checkCurrency(criteria, risks, quantifications);
  const references = new Map(risks.map((risk) => [risk.id, risk.reference]));
  const correlations = correlationsOf(input.correlations ?? [], references);
  const factors = await factorsOf(tx, ids);
  const linked = new Set([...factors.values()].flat().map((factor) => factor.implementationId));
  const treatment = input.treatment ? treatmentOf(input.treatment, linked, references) : null;
  const scenarios = risks.map((risk) =>
    freeze(criteria, risk, quantifications.get(risk.id), factors.get(risk.id) ?? [], treatment),
  );
  checkDraws(trials, scenarios);
  const reference = await nextReference(tx, ismsId, 'S');
  const row = await insertSimulation(
    tx,
    {
      ismsId,
      reference,
      number: numberOf(reference),
      title,
      requestedBy: caller.personId ?? null,
      trials,
      seed,
      currency: criteria.currency,
      criteriaVersion: criteria.version,
      readings: readingsWith(treatment),
      correlations,
      treatment,
    },
    scenarios,
  );
  await schedule(tx, simulationRun, row.id, tx.now);
  tx.record('annex.risk.simulation.changed.v1', { rows: [simulationEvent(row)] });
  return { id: row.id, version: row.version };
}

/**
 * Has a simulation end without a result. One that runs is left by its process within seconds.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT where it has ended
 */
export async function cancelSimulation(
  tx: WriteTx<RiskDatabase>,
  input: CancelSimulationInput,
): Promise<{ id: string; version: number }> {
  const present = await holdSimulation(tx, input.simulationId);
  if (!present) throw notFound('Simulation', input.simulationId);
  checkVersion('Simulation', present.id, present.version, input.expectedVersion);
  const row = await stepSimulation(tx, present, 'cancel', { finishedAt: tx.now });
  await unschedule(tx, simulationRun, row.id);
  await unschedule(tx, simulationWatch, row.id);
  return { id: row.id, version: row.version };
}

/** Tells every simulation again. */
export async function announceSimulations(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'simulation', 500)) {
    tx.record('annex.risk.simulation.changed.v1', { rows: rows.map(simulationEvent) });
  }
}
