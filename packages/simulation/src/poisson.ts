import { logGamma } from './gamma.ts';
import type { Stream } from './stream.ts';

/** The probability of exactly `count` events where `mean` are expected. */
export function poissonAt(count: number, mean: number): number {
  if (mean === 0) return count === 0 ? 1 : 0;
  return Math.exp(count * Math.log(mean) - mean - logGamma(count + 1));
}

/** Probabilities smaller than this are left out of a table; a uniform number of 53 bits cannot tell them from 0. */
const negligible = 2 ** -60;

/**
 * Draws counts of a fixed mean by inverting the distribution: a guide finds the place in the table of its sums at once
 * (Chen and Asau, 1974), so a draw costs the same whatever the mean is.
 */
export class PoissonTable {
  readonly #first: number;
  readonly #below: Float64Array;
  readonly #guide: Int32Array;

  constructor(mean: number) {
    const mode = Math.floor(mean);
    const peak = poissonAt(mode, mean);
    const left: number[] = [];
    for (let count = mode, p = peak; count >= 0 && p > negligible; p *= count / mean, count--) left.push(p);
    const right: number[] = [];
    for (let count = mode + 1, p = (peak * mean) / count; p > negligible; count++, p *= mean / count) right.push(p);
    const all = [...left.reverse(), ...right];
    this.#first = mode - left.length + 1;
    const total = all.reduce((sum, p) => sum + p, 0);
    this.#below = new Float64Array(all.length);
    let sum = 0;
    for (const [index, p] of all.entries()) {
      sum += p / total;
      this.#below[index] = sum;
    }
    this.#below[all.length - 1] = 1;
    this.#guide = new Int32Array(all.length);
    for (let place = 0, index = 0; place < all.length; place++) {
      while ((this.#below[index] as number) <= place / all.length) index++;
      this.#guide[place] = index;
    }
  }

  /** The first `count` uniform numbers of `uniforms` become counts in `into`. */
  invert(uniforms: Float64Array, into: Int32Array, count: number): void {
    const below = this.#below;
    const guide = this.#guide;
    const first = this.#first;
    const nothing = first === 0 ? (below[0] as number) : 0;
    for (let index = 0; index < count; index++) {
      const u = uniforms[index] as number;
      if (u < nothing) {
        into[index] = 0;
        continue;
      }
      let place = guide[(u * guide.length) | 0] as number;
      while ((below[place] as number) <= u) place++;
      into[index] = first + place;
    }
  }
}

/** Where inverting event by event becomes slower than rejecting. */
const large = 30;

/**
 * A count where `mean` events are expected: inversion for small means; for larger ones transformed rejection, PTRS (Hörmann,
 * 1993). Exact.
 */
export function poisson(stream: Stream, mean: number): number {
  if (mean <= 0) return 0;
  if (mean < large) {
    let p = Math.exp(-mean);
    let u = stream.uniform();
    let count = 0;
    // The bound is never met but by what rounding leaves of the last uniform numbers.
    while (u >= p && count < 400) {
      u -= p;
      count++;
      p *= mean / count;
    }
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = stream.uniform() - 0.5;
    const v = 1 - stream.uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log(v * inverse) - Math.log(a / (us * us) + b) <= count * Math.log(mean) - mean - logGamma(count + 1))
      return count;
  }
}
