import { beta, betaQuantile } from './beta.ts';
import { fillNormal, normalQuantile, z95 } from './normal.ts';
import type { Stream } from './stream.ts';

/** Least, most likely and greatest value: a beta distribution stretched over them, with four times the weight on the mode. */
export interface Pert {
  readonly kind: 'PERT';
  readonly low: number;
  readonly mode: number;
  readonly high: number;
}

/** The edges of a 90 % interval: one in twenty lies below the first, one in twenty above the second. */
export interface Lognormal {
  readonly kind: 'LOGNORMAL';
  readonly low: number;
  readonly high: number;
}

/** What was observed; each value is as likely as any other. */
export interface Empirical {
  readonly kind: 'EMPIRICAL';
  readonly values: readonly number[];
}

/** How an amount is distributed. */
export type Distribution = Pert | Lognormal | Empirical;

/** What is wrong with a parameter: which, what was given, what is allowed. */
export interface ParameterFault {
  readonly parameter: string;
  readonly given: unknown;
  readonly allowed: string;
}

/** The two parameters of the beta distribution behind a PERT whose ends differ. */
export function pertShape({ low, mode, high }: Pert): { readonly alpha: number; readonly beta: number } {
  const width = high - low;
  return { alpha: 1 + (4 * (mode - low)) / width, beta: 1 + (4 * (high - mode)) / width };
}

/** Mean and standard deviation of the logarithm, from the 90 % interval. */
export function lognormalShape({ low, high }: Lognormal): { readonly mu: number; readonly sigma: number } {
  // log1p of what is added, not a difference of logarithms: narrow intervals would lose most of their digits.
  return { mu: (Math.log(low) + Math.log(high)) / 2, sigma: Math.log1p((high - low) / low) / (2 * z95) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export function mean(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'PERT':
      return (distribution.low + 4 * distribution.mode + distribution.high) / 6;
    case 'LOGNORMAL': {
      const { mu, sigma } = lognormalShape(distribution);
      return Math.exp(mu + (sigma * sigma) / 2);
    }
    case 'EMPIRICAL':
      return sum(distribution.values) / distribution.values.length;
  }
}

export function variance(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'PERT': {
      // (high − low)² αβ / ((α + β)² (α + β + 1)), with α + β = 6.
      const centre = mean(distribution);
      return ((centre - distribution.low) * (distribution.high - centre)) / 7;
    }
    case 'LOGNORMAL': {
      const { mu, sigma } = lognormalShape(distribution);
      return Math.expm1(sigma * sigma) * Math.exp(2 * mu + sigma * sigma);
    }
    case 'EMPIRICAL': {
      const centre = mean(distribution);
      return sum(distribution.values.map((value) => (value - centre) ** 2)) / distribution.values.length;
    }
  }
}

/** The value at a place of an ordered list that a share `p` of them does not exceed. */
function observedQuantile(values: readonly number[], p: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(p * ordered.length - 1e-9) - 1)] as number;
}

/** The value that is not exceeded with probability `p`, 0 < p < 1. */
export function quantile(distribution: Distribution, p: number): number {
  switch (distribution.kind) {
    case 'PERT': {
      const { low, high } = distribution;
      if (low === high) return low;
      const shape = pertShape(distribution);
      return low + (high - low) * betaQuantile(p, shape.alpha, shape.beta);
    }
    case 'LOGNORMAL': {
      const { mu, sigma } = lognormalShape(distribution);
      return Math.exp(mu + sigma * normalQuantile(p));
    }
    case 'EMPIRICAL':
      return observedQuantile(distribution.values, p);
  }
}

/** Draws from a distribution, many at a time. */
export type Sampler = (stream: Stream, into: Float64Array, count: number) => void;

/** What draws from a distribution without faults. */
export function sampler(distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case 'PERT': {
      const { low, high } = distribution;
      if (low === high) return (_, into, count) => void into.fill(low, 0, count);
      const shape = pertShape(distribution);
      return (stream, into, count) => {
        for (let index = 0; index < count; index++)
          into[index] = low + (high - low) * beta(stream, shape.alpha, shape.beta);
      };
    }
    case 'LOGNORMAL': {
      const { mu, sigma } = lognormalShape(distribution);
      return (stream, into, count) => {
        fillNormal(stream, into, count);
        for (let index = 0; index < count; index++) into[index] = Math.exp(mu + sigma * (into[index] as number));
      };
    }
    case 'EMPIRICAL': {
      const values = Float64Array.from(distribution.values);
      return (stream, into, count) => {
        stream.fillUniform(into, count);
        for (let index = 0; index < count; index++)
          into[index] = values[Math.floor((into[index] as number) * values.length)] as number;
      };
    }
  }
}

/** How many observations are taken at most. */
export const mostObservations = 1000;

const within = (value: number, least: number, most: number) => value >= least && value <= most;

/**
 * Every fault of a distribution, none of one that can be drawn from.
 * @param limits the least and the greatest amount that makes sense; the low edge of a lognormal lies above 0 all the same
 */
export function distributionFaults(
  distribution: Distribution,
  limits: { readonly least: number; readonly most: number; readonly widest: number },
): ParameterFault[] {
  const { least, most, widest } = limits;
  const faults: ParameterFault[] = [];
  const range = `a number from ${least} to ${most}`;
  const check = (parameter: string, given: number, right: boolean, allowed: string) => {
    if (!right) faults.push({ parameter, given, allowed });
    return right;
  };
  if (distribution.kind === 'EMPIRICAL') {
    const { values } = distribution;
    if (values.length < 1 || values.length > mostObservations)
      faults.push({ parameter: 'values', given: values.length, allowed: `1 to ${mostObservations} observed values` });
    for (const [index, value] of values.entries()) check(`values[${index}]`, value, within(value, least, most), range);
    return faults;
  }
  const { low, high } = distribution;
  const positive = distribution.kind === 'LOGNORMAL';
  const lowFits = positive
    ? check('low', low, low > 0 && within(low, least, most), `a number above 0, at most ${most}`)
    : check('low', low, within(low, least, most), range);
  const highFits = check('high', high, within(high, least, most), range);
  if (lowFits && highFits && check('high', high, high >= low, `at least the low end, ${low}`) && positive)
    check('high', high, high <= low * widest, `at most ${widest} times the low end: a wider interval says nothing`);
  if (distribution.kind === 'PERT' && check('mode', distribution.mode, within(distribution.mode, least, most), range)) {
    const inside = !lowFits || !highFits || high < low || within(distribution.mode, low, high);
    check('mode', distribution.mode, inside, `a number from the low end to the high end, ${low} to ${high}`);
  }
  return faults;
}
