import { type Sampler, sampler } from './distribution.ts';
import { PoissonTable, poisson } from './poisson.ts';
import { type Frequency, greatestRate, type Left, type Scenario } from './scenario.ts';
import { purposes, Stream, type StreamKey, streamKey } from './stream.ts';

/** Trials that are drawn from one stream. Part of what a seed means: another size gives other numbers. */
export const blockSize = 4096;

/** Events whose losses are drawn together. */
const batchSize = 8192;

/** Draws how many events each of a block's years has, with the frequency cut to a share. */
type CountSampler = (stream: Stream, into: Int32Array, count: number) => number;

/** How many of `events` are left where each is with probability `share`. */
function thinned(stream: Stream, events: number, share: number): number {
  let left = 0;
  for (let event = 0; event < events; event++) if (stream.uniform() < share) left++;
  return left;
}

function totalOf(counts: Int32Array, count: number): number {
  let total = 0;
  for (let index = 0; index < count; index++) total += counts[index] as number;
  return total;
}

function countSampler(frequency: Frequency, share: number): CountSampler {
  const drawn = new Float64Array(blockSize);
  if (frequency.kind === 'POISSON') {
    const rate = frequency.rate * share;
    if (rate === 0) return (_, into, count) => totalOf(into.fill(0, 0, count), count);
    const table = new PoissonTable(rate);
    return (stream, into, count) => {
      stream.fillUniform(drawn, count);
      table.invert(drawn, into, count);
      return totalOf(into, count);
    };
  }
  const draw = sampler(frequency);
  const countOf =
    frequency.kind === 'EMPIRICAL'
      ? (stream: Stream, events: number) => (share === 1 ? events : thinned(stream, events, share))
      : (stream: Stream, rate: number) => poisson(stream, Math.min(rate, greatestRate) * share);
  return (stream, into, count) => {
    draw(stream, drawn, count);
    for (let index = 0; index < count; index++) into[index] = countOf(stream, drawn[index] as number);
    return totalOf(into, count);
  };
}

interface FormSampler {
  readonly probability: number;
  readonly draw: Sampler;
}

/** The losses of simulated years, a place a year, an array for each reading that was asked for. */
export type Years = readonly Float64Array[];

/**
 * Simulates the years of one scenario under one or more readings (with other controls) at once. All readings see the same events:
 * what a control prevents in one reading happened in another, so their differences are not noise, and a reading whose controls leave
 * less never has a worse year.
 *
 * Each block of trials draws its counts, what is prevented, and each form of loss from a stream of its own; the same seed gives the
 * same years to the bit on any number of threads.
 */
export class YearSimulator {
  readonly #seed: number;
  readonly #key: StreamKey;
  readonly #readings: readonly Left[];
  readonly #most: number;
  readonly #counts: CountSampler;
  readonly #forms: readonly FormSampler[];
  readonly #years = new Int32Array(blockSize);
  readonly #yearOf = new Int32Array(batchSize);
  readonly #drawn = new Float64Array(batchSize);
  readonly #happens = new Float64Array(batchSize);
  readonly #losses = new Float64Array(batchSize);

  constructor(scenario: Scenario, readings: readonly Left[], seed: number) {
    this.#seed = seed;
    this.#key = streamKey(scenario.id);
    this.#readings = readings;
    this.#most = readings.reduce((most, { frequency }) => Math.max(most, frequency), 0);
    this.#counts = countSampler(scenario.frequency, this.#most);
    this.#forms = scenario.forms.map(({ probability, loss }) => ({ probability, draw: sampler(loss) }));
  }

  /** Simulates `trials` years. */
  run(trials: number): Years {
    const years = this.#readings.map(() => new Float64Array(trials));
    for (let block = 0; block * blockSize < trials; block++) {
      this.#simulate(block, Math.min(blockSize, trials - block * blockSize), years);
    }
    for (const [index, { loss }] of this.#readings.entries()) {
      const losses = years[index] as Float64Array;
      if (loss !== 1) for (let trial = 0; trial < trials; trial++) losses[trial] = (losses[trial] as number) * loss;
    }
    return years;
  }

  #stream(purpose: number, block: number): Stream {
    return Stream.of(this.#seed, this.#key, purpose, block);
  }

  #simulate(block: number, trials: number, years: Years): void {
    const counts = this.#years;
    let left = this.#counts(this.#stream(purposes.counts, block), counts, trials);
    const forms = this.#forms.map((form, index) => ({
      ...form,
      stream: this.#stream(purposes.forms + 2 * index, block),
      chance: this.#stream(purposes.forms + 2 * index + 1, block),
    }));
    const prevented = this.#stream(purposes.thinning, block);
    const offset = block * blockSize;
    let year = 0;
    let done = 0;
    for (; left > 0; left -= Math.min(left, batchSize)) {
      const events = Math.min(left, batchSize);
      for (let filled = 0; filled < events; ) {
        const here = Math.min((counts[year] as number) - done, events - filled);
        for (let event = 0; event < here; event++) this.#yearOf[filled + event] = offset + year;
        filled += here;
        done += here;
        if (done === counts[year]) {
          year++;
          done = 0;
        }
      }
      this.#add(events, forms, prevented, years);
    }
  }

  /** Adds the losses of a batch of events to their years. */
  #add(
    events: number,
    forms: readonly (FormSampler & { readonly stream: Stream; readonly chance: Stream })[],
    prevented: Stream,
    years: Years,
  ): void {
    const losses = this.#losses;
    const drawn = this.#drawn;
    const chances = this.#happens;
    for (const [index, { draw, stream, probability, chance }] of forms.entries()) {
      draw(stream, index === 0 ? losses : drawn, events);
      if (probability < 1) {
        const target = index === 0 ? losses : drawn;
        chance.fillUniform(chances, events);
        for (let event = 0; event < events; event++) if ((chances[event] as number) >= probability) target[event] = 0;
      }
      if (index > 0)
        for (let event = 0; event < events; event++)
          losses[event] = (losses[event] as number) + (drawn[event] as number);
    }
    const yearOf = this.#yearOf;
    const most = this.#most;
    const thin = this.#readings.some(({ frequency }) => frequency < most);
    if (thin) prevented.fillUniform(chances, events);
    for (const [index, { frequency }] of this.#readings.entries()) {
      const into = years[index] as Float64Array;
      const share = frequency / most;
      for (let event = 0; event < events; event++) {
        if (share < 1 && (chances[event] as number) >= share) continue;
        const at = yearOf[event] as number;
        into[at] = (into[at] as number) + (losses[event] as number);
      }
    }
  }
}

/** The losses of single events, as many as asked for, without controls: what their median and percentiles are read from. */
export function drawLosses(scenario: Pick<Scenario, 'id' | 'forms'>, seed: number, count: number): Float64Array {
  const losses = new Float64Array(count);
  const drawn = new Float64Array(batchSize);
  const chances = new Float64Array(batchSize);
  const key = streamKey(scenario.id);
  for (const [index, { probability, loss }] of scenario.forms.entries()) {
    const draw = sampler(loss);
    const stream = Stream.of(seed, key, purposes.forms + 2 * index, 0);
    const chance = Stream.of(seed, key, purposes.forms + 2 * index + 1, 0);
    for (let from = 0; from < count; from += batchSize) {
      const here = Math.min(batchSize, count - from);
      draw(stream, drawn, here);
      chance.fillUniform(chances, here);
      for (let event = 0; event < here; event++)
        if ((chances[event] as number) < probability)
          losses[from + event] = (losses[from + event] as number) + (drawn[event] as number);
    }
  }
  return losses;
}
