import { AnnexError, badInput, type FieldFault } from '@annex/schema';
import { type Correlation, dependenceOf, type Left, maxSeed, meanFrequency } from '@annex/simulation';
import type { Quantified } from '../quantification/quantification.ts';

export type SimulationStatus = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

/** With which controls a year is simulated: none, those that exist, and those with a treatment added (domain model, 6). */
export type SimulatedReading = 'INHERENT' | 'CURRENT' | 'RESIDUAL';

const transitions = {
  QUEUED: { start: 'RUNNING', cancel: 'CANCELLED' },
  // Released: its process stops or is lost, and another takes it from the start; the seed makes that the same.
  RUNNING: { finish: 'DONE', fail: 'FAILED', release: 'QUEUED', cancel: 'CANCELLED' },
  DONE: {},
  FAILED: {},
  CANCELLED: {},
} as const satisfies Record<SimulationStatus, { readonly [step: string]: SimulationStatus }>;
export type SimulationStep = 'start' | 'finish' | 'fail' | 'release' | 'cancel';

/**
 * The status after a step.
 * @throws AnnexError STATE_CONFLICT with the present status and the steps that it allows
 */
export function afterStep(present: SimulationStatus, step: SimulationStep): SimulationStatus {
  const allowed: { readonly [step: string]: SimulationStatus } = transitions[present];
  const next = allowed[step];
  if (next) return next;
  const asked = Object.keys(allowed).filter((name) => name === 'cancel');
  throw new AnnexError('STATE_CONFLICT', `A simulation that is ${present} cannot be asked to ${step}`, {
    details: { present, allowed: asked },
  });
}

/** What loses its process this often is not unlucky. */
export const mostLost = 3;

const leastTrials = 1000;
const mostTrials = 1_000_000;
export const defaultTrials = 100_000;
export const mostScenarios = 2000;
const mostCorrelated = 200;
/** Of years and losses of one simulation: about a minute of two processor cores. */
const mostDraws = 2_000_000_000;

/** @throws AnnexError BAD_INPUT */
export function trialsOf(given: number | null | undefined): number {
  const trials = given ?? defaultTrials;
  if (!Number.isInteger(trials) || trials < leastTrials || trials > mostTrials)
    throw badInput('input.trials', given, `a whole number from ${leastTrials} to ${mostTrials}`);
  return trials;
}

/** A seed, or one of chance. @throws AnnexError BAD_INPUT */
export function seedOf(given: number | null | undefined): number {
  const seed = given ?? Math.floor(Math.random() * (maxSeed + 1));
  if (!Number.isInteger(seed) || seed < 0 || seed > maxSeed)
    throw badInput('input.seed', given, `a whole number from 0 to ${maxSeed}`);
  return seed;
}

/** Refuses what would take too long: every year of every scenario is drawn, and every loss of its events. */
export function checkDraws(
  trials: number,
  scenarios: readonly (Quantified & { readonly readings: readonly Left[] })[],
): void {
  const aTrial = scenarios.reduce((sum, { frequency, forms, readings }) => {
    const most = Math.max(...readings.map((left) => left.frequency));
    return sum + 1 + meanFrequency(frequency) * most * forms.length;
  }, 0);
  if (trials * aTrial <= mostDraws) return;
  const allowed = Math.floor(mostDraws / aTrial);
  const how = allowed >= leastTrials ? `at most ${allowed} trials` : 'fewer risks, or rarer ones';
  throw badInput(
    'input.trials',
    trials,
    `${how}: these risks bring ${Math.ceil(aTrial)} draws a trial, and ${mostDraws} may be made`,
  );
}

export interface CorrelationInput {
  readonly riskId: string;
  readonly otherRiskId: string;
  readonly coefficient: number;
}

/**
 * The correlations as the simulation takes them.
 * @param references of the simulated risks, by id
 * @throws AnnexError BAD_INPUT with every fault, and for correlations that cannot all hold, naming the risks and the leading minor
 */
export function correlationsOf(
  given: readonly CorrelationInput[],
  references: ReadonlyMap<string, string>,
): Correlation[] {
  const faults: FieldFault[] = [];
  const seen = new Set<string>();
  for (const [index, { riskId, otherRiskId, coefficient }] of given.entries()) {
    const at = `input.correlations[${index}]`;
    for (const [name, id] of [
      ['riskId', riskId],
      ['otherRiskId', otherRiskId],
    ] as const) {
      if (!references.has(id)) faults.push({ field: `${at}.${name}`, given: id, allowed: 'a risk that is simulated' });
    }
    if (riskId === otherRiskId)
      faults.push({ field: `${at}.otherRiskId`, given: otherRiskId, allowed: 'another risk than the first' });
    if (!(coefficient >= -1 && coefficient <= 1))
      faults.push({ field: `${at}.coefficient`, given: coefficient, allowed: 'a number from −1 to 1' });
    const pair = [riskId, otherRiskId].sort().join(' ');
    if (seen.has(pair)) faults.push({ field: at, given: pair, allowed: 'a pair that no other names' });
    seen.add(pair);
  }
  const correlated = new Set(given.flatMap(({ riskId, otherRiskId }) => [riskId, otherRiskId])).size;
  if (correlated > mostCorrelated)
    faults.push({
      field: 'input.correlations',
      given: correlated,
      allowed: `at most ${mostCorrelated} correlated risks`,
    });
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  const correlations = given.map(({ riskId, otherRiskId, coefficient }) => ({
    a: riskId,
    b: otherRiskId,
    coefficient,
  }));
  const factor = dependenceOf(correlations);
  if ('rows' in factor) return correlations;
  const names = factor.ids.map((id) => references.get(id) ?? id);
  const last = names.at(-1) ?? '';
  const minor = Number(factor.minor.toPrecision(6));
  throw badInput(
    'input.correlations',
    { leadingMinor: factor.order, value: minor, risks: names },
    `correlations that can hold together (a positive semidefinite matrix): those of ${names.slice(0, -1).join(', ')} leave no room for those of ${last}; the leading minor of order ${factor.order} is ${minor}`,
  );
}
