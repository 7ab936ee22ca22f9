import fc from 'fast-check';
import { lognormalShape, mean } from '../src/distribution.ts';
import {
  gammaBelow,
  type LossBelief,
  learnLosses,
  learnRate,
  lossAsLognormal,
  lossBelief,
  rateAsLognormal,
  rateBelief,
  rateMean,
  rateQuantile,
} from '../src/learning.ts';
import { poissonAt } from '../src/poisson.ts';

const close = (given: number, wanted: number, share = 1e-9) =>
  expect(Math.abs(given - wanted)).toBeLessThanOrEqual(share * Math.max(1, Math.abs(wanted)));

describe('the belief in a rate', () => {
  it('is Gamma(5, 3) after 3 events in 2 years where it was Gamma(2, 1)', () => {
    expect(learnRate({ shape: 2, rate: 1 }, 3, 2)).toEqual({ shape: 5, rate: 3 });
  });

  it('has the quantiles of the chi-square tables: twice a gamma of half the degrees of freedom', () => {
    // Upper and lower 5 % of chi-square with 1, 2, 10 and 30 degrees of freedom, as tables print them.
    for (const [freedom, low, high] of [
      [1, 0.00393, 3.841],
      [2, 0.103, 5.991],
      [10, 3.94, 18.307],
      [30, 18.493, 43.773],
    ] as const) {
      close(rateQuantile({ shape: freedom / 2, rate: 0.5 }, 0.05), low, 5e-4);
      close(rateQuantile({ shape: freedom / 2, rate: 0.5 }, 0.95), high, 5e-4);
    }
  });

  it('lies below a value as often as a Poisson count reaches a whole shape', () => {
    // P(Gamma(k, 1) ≤ x) = P(Poisson(x) ≥ k), summed here term by term.
    for (const [k, x] of [
      [1, 0.1],
      [3, 2.5],
      [7, 12],
      [40, 35],
    ] as const) {
      let below = 0;
      for (let count = 0; count < k; count++) below += poissonAt(count, x);
      close(gammaBelow(x, k), 1 - below, 1e-12);
    }
  });

  it('is matched to the mean and variance of a distribution, and comes back from a lognormal as it went in', () => {
    const belief = fc.record({
      shape: fc.double({ min: 0.01, max: 1000, noNaN: true }),
      rate: fc.double({ min: 0.01, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(belief, (given) => {
        const lognormal = rateAsLognormal(given);
        close(mean(lognormal) / rateMean(given), 1, 1e-7);
        const back = rateBelief(lognormal, 1);
        close(back.shape / given.shape, 1, 1e-5);
        close(back.rate / given.rate, 1, 1e-5);
      }),
    );
    const pert = { kind: 'PERT', low: 0, mode: 1, high: 5 } as const;
    // Mean 9/6, variance (mean − low)(high − mean)/7.
    close(rateMean(rateBelief(pert, 1)), 1.5);
    close(rateBelief(pert, 1).shape, 1.5 ** 2 / ((1.5 * 3.5) / 7));
  });

  it('is worth the years that are stated where the rate is known, and the years that were counted where it was observed', () => {
    expect(rateBelief({ kind: 'POISSON', rate: 0.5 }, 4)).toEqual({ shape: 2, rate: 4 });
    expect(rateBelief({ kind: 'EMPIRICAL', values: [0, 1, 2] }, 9)).toEqual({ shape: 3, rate: 3 });
    expect(rateBelief({ kind: 'POISSON', rate: 0 }, 4)).toEqual({ shape: 0.5, rate: 4 });
    expect(rateBelief({ kind: 'PERT', low: 2, mode: 2, high: 2 }, 3)).toEqual({ shape: 6, rate: 3 });
  });

  it('learns the same year by year as at once, and shrinks where nothing happened', () => {
    const prior = { shape: 1.5, rate: 2 };
    const years = [3, 0, 1, 4];
    const byYear = years.reduce((belief, events) => learnRate(belief, events, 1), prior);
    expect(byYear).toEqual(learnRate(prior, 8, 4));
    expect(rateMean(learnRate(prior, 0, 5))).toBeLessThan(rateMean(prior));
    close(rateMean(learnRate(prior, 0, 5)), 1.5 / 7);
  });
});

describe('the belief in a loss', () => {
  const prior: LossBelief = { mean: Math.log(100), weight: 2, shape: 2, scale: 1 };

  it('follows the closed form of the normal-inverse-gamma', () => {
    // One observation at the prior mean moves nothing but the weights.
    const same = learnLosses(prior, [100]);
    close(same.mean, Math.log(100));
    expect([same.weight, same.shape]).toEqual([3, 2.5]);
    close(same.scale, 1);
    // Two at e² and e⁴ times one, from a mean of 0: mean 2, scale 1 + ½·2 + 2·2·9/(2·4).
    const two = learnLosses({ mean: 0, weight: 2, shape: 2, scale: 1 }, [Math.exp(2), Math.exp(4)]);
    close(two.mean, 1.5);
    close(two.scale, 1 + 1 + (2 * 2 * 9) / (2 * 4));
  });

  it('learns the same one by one as at once', () => {
    const losses = fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(losses, (given) => {
        const atOnce = learnLosses(prior, given);
        const oneByOne = given.reduce((belief, loss) => learnLosses(belief, [loss]), prior);
        for (const field of ['mean', 'weight', 'shape', 'scale'] as const) close(oneByOne[field], atOnce[field], 1e-8);
      }),
    );
    expect(learnLosses(prior, [])).toBe(prior);
  });

  it('stands for the lognormal that it was made of', () => {
    const lognormal = { kind: 'LOGNORMAL', low: 1000, high: 50_000 } as const;
    const belief = lossBelief(lognormal, 5);
    const back = lognormalShape(lossAsLognormal(belief as LossBelief));
    close(back.mu, lognormalShape(lognormal).mu);
    close(back.sigma, lognormalShape(lognormal).sigma);
    expect(lossBelief({ kind: 'EMPIRICAL', values: [0, 0, 5] }, 5)).toBeNull();
  });
});
