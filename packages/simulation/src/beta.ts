import { gamma, logGamma } from './gamma.ts';
import type { Stream } from './stream.ts';

/** The continued fraction of the incomplete beta function, by Lentz' method. */
function fractionOf(x: number, alpha: number, beta: number): number {
  const tiny = 1e-300;
  const whole = alpha + beta;
  let c = 1;
  let d = 1 - (whole * x) / (alpha + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let value = d;
  for (let m = 1; m <= 1000; m++) {
    for (const numerator of [
      (m * (beta - m) * x) / ((alpha + 2 * m - 1) * (alpha + 2 * m)),
      (-(alpha + m) * (whole + m) * x) / ((alpha + 2 * m) * (alpha + 2 * m + 1)),
    ]) {
      d = 1 + numerator * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + numerator / c;
      if (Math.abs(c) < tiny) c = tiny;
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

/** The probability that a beta variable stays below `x` (the regularised incomplete beta function). */
export function betaBelow(x: number, alpha: number, beta: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta) + alpha * Math.log(x) + beta * Math.log1p(-x),
  );
  return x < (alpha + 1) / (alpha + beta + 2)
    ? (front * fractionOf(x, alpha, beta)) / alpha
    : 1 - (front * fractionOf(1 - x, beta, alpha)) / beta;
}

/** The value that a beta variable stays below with probability `p`, by halving until doubles end. */
export function betaQuantile(p: number, alpha: number, beta: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let low = 0;
  let high = 1;
  for (let step = 0; step < 200; step++) {
    const at = (low + high) / 2;
    if (at <= low || at >= high) break;
    if (betaBelow(at, alpha, beta) < p) low = at;
    else high = at;
  }
  return (low + high) / 2;
}

/** A beta variable whose parameters are at least 1, of two gamma variables. Exact. */
export function beta(stream: Stream, alpha: number, betaParameter: number): number {
  const first = gamma(stream, alpha);
  return first / (first + gamma(stream, betaParameter));
}
