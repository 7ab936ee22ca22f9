import { type Correlation, type Dependence, dependenceOf, dependentNormals, ranksOf } from './copula.ts';
import type { Left, Scenario } from './scenario.ts';
import { maxSeed, type StreamKey, streamKey } from './stream.ts';
import { type ExceedancePoint, exceedanceCurve, type LossSummary, summarise } from './summary.ts';
import { type ControlInput, type Driver, tornado } from './tornado.ts';
import { blockSize, YearSimulator } from './years.ts';

/** Scenarios to simulate together, each under the same number of readings: with other controls, in the same years. */
export interface Portfolio {
  readonly seed: number;
  readonly trials: number;
  readonly members: readonly { readonly scenario: Scenario; readonly readings: readonly Left[] }[];
  readonly correlations: readonly Correlation[];
  /** Asks what drives the expected loss of a reading. */
  readonly drivers?: DriversWanted;
}

export interface DriversWanted {
  /** Which reading, from 0. */
  readonly reading: number;
  readonly controls: readonly ControlInput[];
  /** How many at most, the strongest. */
  readonly most: number;
}

/** What a reading of the whole portfolio loses in a year. */
export interface PortfolioReading {
  readonly summary: LossSummary;
  readonly curve: readonly ExceedancePoint[];
}

export interface PortfolioResult {
  /** In the order of the members, for each of their readings. */
  readonly members: readonly (readonly LossSummary[])[];
  /** All members together, for each reading. */
  readonly readings: readonly PortfolioReading[];
  /** None where none were asked for. */
  readonly drivers: readonly Driver[];
}

/** What is simulated in one go by one thread. */
export interface ChunkJob {
  readonly seed: number;
  readonly trials: number;
  readonly members: readonly {
    readonly scenario: Scenario;
    readonly readings: readonly Left[];
    /** Its row of the factor of the correlations; null where it is independent of the others. */
    readonly row: Float64Array | null;
  }[];
  /** Of all scenarios that are correlated. */
  readonly keys: readonly StreamKey[];
}

export interface ChunkResult {
  readonly members: readonly (readonly LossSummary[])[];
  /** The losses of the years of all its members, for each reading. */
  readonly totals: readonly Float64Array[];
}

/** Scenarios a thread takes at a time. Part of what a seed means: their losses are added up first, and rounded as they are. */
export const chunkSize = 8;

/** The rows of normal variables that say how the correlated members of a chunk go together, by member. */
function normalsOf(job: ChunkJob): Map<number, Float64Array> {
  const dependent = job.members.flatMap(({ row }, index) => (row ? [{ index, row }] : []));
  const normals = new Map(dependent.map(({ index }) => [index, new Float64Array(job.trials)]));
  if (dependent.length === 0) return normals;
  const rows = dependent.map(({ row }) => row);
  for (let block = 0; block * blockSize < job.trials; block++) {
    const count = Math.min(blockSize, job.trials - block * blockSize);
    dependentNormals({ seed: job.seed, block, count }, rows, job.keys, [...normals.values()], block * blockSize);
  }
  return normals;
}

/**
 * Simulates a chunk. Where a member is correlated with others its years change places: the year of the r-th smallest normal variable
 * gets the r-th smallest loss (a Gaussian copula of the years' losses). What it loses in how many years stays as it was.
 */
export function simulateChunk(job: ChunkJob, told: () => void = () => undefined): ChunkResult {
  const readings = job.members[0]?.readings.length ?? 0;
  const totals = Array.from({ length: readings }, () => new Float64Array(job.trials));
  const normals = normalsOf(job);
  const members = job.members.map((member, index) => {
    const years = new YearSimulator(member.scenario, member.readings, job.seed).run(job.trials);
    const normal = normals.get(index);
    const ranks = normal ? ranksOf(normal) : undefined;
    const summaries = years.map((losses, reading) => {
      const total = totals[reading] as Float64Array;
      if (ranks) {
        losses.sort();
        for (let trial = 0; trial < losses.length; trial++)
          total[trial] = (total[trial] as number) + (losses[ranks[trial] as number] as number);
      } else {
        for (let trial = 0; trial < losses.length; trial++)
          total[trial] = (total[trial] as number) + (losses[trial] as number);
      }
      return summarise(losses);
    });
    told();
    return summaries;
  });
  return { members, totals };
}

/** What a reading of all members says. @param losses are put into order */
export function readingOf(losses: Float64Array): PortfolioReading {
  losses.sort();
  return { curve: exceedanceCurve(losses), summary: summarise(losses) };
}

/** What drives the reading that was asked about; none where none was. */
export function driversOf({ members, drivers }: Portfolio): Driver[] {
  if (!drivers) return [];
  const { reading, controls, most } = drivers;
  const parts = members.map(({ scenario, readings }) => ({ scenario, left: readings[reading] as Left }));
  return tornado(parts, controls, most);
}

function factorOf(correlations: readonly Correlation[]): Dependence {
  const factor = dependenceOf(correlations);
  if ('rows' in factor) return factor;
  throw new RangeError(`The correlations of ${factor.ids.join(', ')} cannot all hold: leading minor ${factor.order}`);
}

/**
 * The chunks of a portfolio, in the order in which their totals are added.
 * @throws RangeError where there is nothing to simulate, or the correlations cannot all hold: `dependenceOf` says why beforehand
 */
export function chunksOf(portfolio: Portfolio): ChunkJob[] {
  const { seed, trials, members, correlations } = portfolio;
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= maxSeed)) throw new RangeError(`The seed ${seed}`);
  if (!(Number.isInteger(trials) && trials >= 1)) throw new RangeError(`${trials} trials`);
  if (members.length === 0) throw new RangeError('There is nothing to simulate');
  const factor = factorOf(correlations);
  const place = new Map(factor.ids.map((id, index) => [id, index]));
  const keys = factor.ids.map(streamKey);
  const chunks: ChunkJob[] = [];
  for (let from = 0; from < members.length; from += chunkSize) {
    const own = members.slice(from, from + chunkSize).map((member) => {
      const index = place.get(member.scenario.id);
      return { ...member, row: index === undefined ? null : (factor.rows[index] as Float64Array) };
    });
    chunks.push({ seed, trials, members: own, keys });
  }
  return chunks;
}
