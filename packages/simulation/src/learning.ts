import { type Distribution, type Lognormal, lognormalShape, quantile, variance } from './distribution.ts';
import { logGamma } from './gamma.ts';
import { z95 } from './normal.ts';
import { type Frequency, meanFrequency } from './scenario.ts';

/**
 * What is believed of a rate of events a year: a gamma distribution. `shape` counts the events that it is worth, `rate` the years in which
 * they were seen.
 */
export interface RateBelief {
  readonly shape: number;
  readonly rate: number;
}

/** The share of a gamma distribution of rate 1 that lies below `x`: its series below the mode, its continued fraction above. */
export function gammaBelow(x: number, shape: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  if (x < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-17; n++) {
      term *= x / (shape + n);
      sum += term;
    }
    return Math.min(1, front * sum);
  }
  // Lentz's method.
  const tiny = 1e-300;
  let b = x + 1 - shape;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 10_000; n++) {
    const a = -n * (n - shape);
    b += 2;
    d = a * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + a / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return 1 - front * h;
}

/** The rate that is not exceeded with probability `p`, 0 < p < 1. */
export function rateQuantile({ shape, rate }: RateBelief, p: number): number {
  // Bisected in the logarithm: a small shape puts its low quantiles many powers of ten below its mean.
  let [low, high] = [-700, Math.log(shape + 50 * Math.sqrt(shape) + 50)];
  for (let step = 0; step < 200 && high - low > 1e-13; step++) {
    const middle = (low + high) / 2;
    if (gammaBelow(Math.exp(middle), shape) < p) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2) / rate;
}

export const rateMean = ({ shape, rate }: RateBelief): number => shape / rate;

/** What a rate that has never been seen is worth: half an event (Jeffreys). */
const leastShape = 0.5;

/**
 * A frequency as a belief. PERT and lognormal: the gamma of the same mean and variance. A known rate, or one without a spread, is worth `years`
 * of observation. Observed counts are worth as many years as there are.
 */
export function rateBelief(frequency: Frequency, years: number): RateBelief {
  const mean = meanFrequency(frequency);
  const known = (over: number) => (mean > 0 ? { shape: mean * over, rate: over } : { shape: leastShape, rate: over });
  if (frequency.kind === 'POISSON') return known(years);
  if (frequency.kind === 'EMPIRICAL') return known(frequency.values.length);
  const spread = variance(frequency);
  return spread > 0 && mean > 0 ? { shape: (mean * mean) / spread, rate: mean / spread } : known(years);
}

/** The belief after so many events in so many years: gamma and Poisson are conjugate. */
export const learnRate = ({ shape, rate }: RateBelief, events: number, years: number): RateBelief => ({
  shape: shape + events,
  rate: rate + years,
});

/** The 90 % interval of a lognormal that a scenario takes, no wider than `widest`. */
function lognormalOf(mu: number, sigma: number, widest: number): Lognormal {
  const kept = Math.min(sigma, (Math.log(widest) / (2 * z95)) * (1 - 1e-9));
  return { kind: 'LOGNORMAL', low: Math.exp(mu - z95 * kept), high: Math.exp(mu + z95 * kept) };
}

/** The lognormal of the mean and variance of a belief: taken for a belief again, it is the same. */
export function rateAsLognormal({ shape, rate }: RateBelief): Lognormal {
  const square = Math.log1p(1 / shape);
  return lognormalOf(Math.log(shape / rate) - square / 2, Math.sqrt(square), 10_000);
}

/**
 * What is believed of the logarithm of a loss: normal, with a mean and a variance that are uncertain themselves (normal-inverse-gamma).
 * `weight` counts the losses that it is worth; the expected variance is `scale / (shape − 1)`.
 */
export interface LossBelief {
  readonly mean: number;
  readonly weight: number;
  readonly shape: number;
  readonly scale: number;
}

/** Narrower than this nothing is learned of: a spread of ten per cent. */
const leastSigma = 0.1;

/**
 * A loss as a belief that is worth `events` losses: the lognormal of the same median and 95th percentile. Null where its median is 0, so that it
 * has no logarithm.
 */
export function lossBelief(loss: Distribution, events: number): LossBelief | null {
  const shape = lossShape(loss);
  if (!shape) return null;
  const sigma = Math.max(leastSigma, shape.sigma);
  return { mean: shape.mu, weight: events, shape: 1 + events / 2, scale: (sigma * sigma * events) / 2 };
}

function lossShape(loss: Distribution): { readonly mu: number; readonly sigma: number } | null {
  if (loss.kind === 'LOGNORMAL') return lognormalShape(loss);
  const [median, high] = [quantile(loss, 0.5), quantile(loss, 0.95)];
  return median > 0 ? { mu: Math.log(median), sigma: Math.log(high / median) / z95 } : null;
}

/** The belief after these losses, each above 0. */
export function learnLosses(prior: LossBelief, losses: readonly number[]): LossBelief {
  const count = losses.length;
  if (count === 0) return prior;
  const logs = losses.map(Math.log);
  const centre = logs.reduce((sum, value) => sum + value, 0) / count;
  const within = logs.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const weight = prior.weight + count;
  return {
    mean: (prior.weight * prior.mean + count * centre) / weight,
    weight,
    shape: prior.shape + count / 2,
    scale: prior.scale + within / 2 + (prior.weight * count * (centre - prior.mean) ** 2) / (2 * weight),
  };
}

/** The lognormal of the believed mean and the expected variance of the logarithm. */
export const lossAsLognormal = ({ mean, shape, scale }: LossBelief): Lognormal =>
  lognormalOf(mean, Math.sqrt(scale / (shape - 1)), 1e6);
