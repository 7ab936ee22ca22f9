import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  type Distribution,
  distributionFaults,
  lognormalShape,
  mean,
  pertShape,
  quantile,
  sampler,
  variance,
} from '../src/distribution.ts';
import { logGamma } from '../src/gamma.ts';
import { normalBelow, normalQuantile } from '../src/normal.ts';
import { poissonAt } from '../src/poisson.ts';
import { countQuantile, formFaults, frequencyFaults } from '../src/scenario.ts';
import { Stream, streamKey } from '../src/stream.ts';

interface Table {
  ps: number[];
  pert: {
    low: number;
    mode: number;
    high: number;
    alpha: number;
    beta: number;
    mean: number;
    variance: number;
    quantiles: number[];
  }[];
  lognormal: {
    low: number;
    high: number;
    mu: number;
    sigma: number;
    mean: number;
    variance: number;
    quantiles: number[];
  }[];
  poisson: { rate: number; at: number[]; quantiles: number[] }[];
  normalQuantile: [number, number][];
  normalBelow: [number, number][];
}
const table = JSON.parse(readFileSync(new URL('./reference/distributions.json', import.meta.url), 'utf8')) as Table;

/** The relative difference that NumPy's and SciPy's figures may have from ours. */
const close = 1e-9;
const apart = (ours: number, theirs: number) => (ours === theirs ? 0 : Math.abs(ours - theirs) / Math.abs(theirs));
const expectClose = (ours: number, theirs: number, within = close) => expect(apart(ours, theirs)).toBeLessThan(within);

describe('fits agree with NumPy and SciPy within 1e-9', () => {
  it.each(table.pert)('PERT $low, $mode, $high', (row) => {
    const { low, mode, high } = row;
    const pert = { kind: 'PERT', low, mode, high } as const;
    expectClose(pertShape(pert).alpha, row.alpha);
    expectClose(pertShape(pert).beta, row.beta);
    expectClose(mean(pert), row.mean);
    expectClose(variance(pert), row.variance);
    for (const [index, p] of table.ps.entries()) expectClose(quantile(pert, p), row.quantiles[index] ?? Number.NaN);
  });

  it.each(table.lognormal)('lognormal of the 90 % interval $low to $high', (row) => {
    const { low, high } = row;
    const lognormal = { kind: 'LOGNORMAL', low, high } as const;
    expectClose(lognormalShape(lognormal).mu, row.mu);
    expectClose(lognormalShape(lognormal).sigma, row.sigma);
    expectClose(mean(lognormal), row.mean);
    expectClose(variance(lognormal), row.variance);
    for (const [index, p] of table.ps.entries())
      expectClose(quantile(lognormal, p), row.quantiles[index] ?? Number.NaN);
  });

  it.each(table.poisson)('Poisson of $rate a year', ({ rate, at, quantiles }) => {
    for (const [index, count] of [0, 1, 2, 5, 20, 200].entries())
      expectClose(poissonAt(count, rate), at[index] ?? Number.NaN);
    for (const [index, p] of table.ps.entries())
      expect(countQuantile({ kind: 'POISSON', rate }, p)).toBe(quantiles[index]);
  });

  it('the normal distribution, both ways', () => {
    for (const [p, x] of table.normalQuantile) expectClose(normalQuantile(p), x, 1e-13);
    for (const [x, p] of table.normalBelow) expectClose(normalBelow(x), p, 1e-12);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  it('the gamma function where it is a factorial or a root of π', () => {
    expectClose(Math.exp(logGamma(11)), 3_628_800, 1e-12);
    expectClose(Math.exp(logGamma(0.5)), Math.sqrt(Math.PI), 1e-12);
    expect(Math.abs(logGamma(1))).toBeLessThan(1e-14);
  });
});

const amount = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
const distributions: fc.Arbitrary<Distribution> = fc.oneof(
  fc
    .tuple(amount, amount, amount)
    .map((values) => [...values].sort((a, b) => a - b) as [number, number, number])
    .map(([low, mode, high]) => ({ kind: 'PERT', low, mode, high }) as const),
  fc
    .tuple(amount, fc.double({ min: 1, max: 1000, noNaN: true }))
    .map(([low, wide]) => ({ kind: 'LOGNORMAL', low, high: low * wide }) as const),
  fc.array(amount, { minLength: 1, maxLength: 20 }).map((values) => ({ kind: 'EMPIRICAL', values }) as const),
);
const limits = { least: 0, most: 1e12, widest: 1e6 };

describe('every distribution', () => {
  it('has no faults, quantiles that rise, and draws between its extreme quantiles', () => {
    fc.assert(
      fc.property(distributions, (distribution) => {
        expect(distributionFaults(distribution, limits)).toEqual([]);
        const ps = [0.001, 0.05, 0.3, 0.5, 0.9, 0.999];
        const quantiles = ps.map((p) => quantile(distribution, p));
        expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
        const drawn = new Float64Array(400);
        sampler(distribution)(Stream.of(5, streamKey('any'), 1, 0), drawn, 400);
        const below = drawn.filter((value) => value <= quantile(distribution, 0.5) * (1 + 1e-12)).length;
        // Half of 400, four standard deviations down; equal values may all lie at the median.
        expect(below).toBeGreaterThanOrEqual(160);
        expect(drawn.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('scales: amounts in cents have a hundred times the mean and quantiles of those in euros', () => {
    fc.assert(
      fc.property(distributions, (distribution) => {
        const scaled: Distribution =
          distribution.kind === 'EMPIRICAL'
            ? { ...distribution, values: distribution.values.map((value) => value * 100) }
            : distribution.kind === 'PERT'
              ? {
                  ...distribution,
                  low: distribution.low * 100,
                  mode: distribution.mode * 100,
                  high: distribution.high * 100,
                }
              : { ...distribution, low: distribution.low * 100, high: distribution.high * 100 };
        expectClose(mean(scaled), mean(distribution) * 100);
        expectClose(quantile(scaled, 0.9), quantile(distribution, 0.9) * 100);
      }),
      { numRuns: 60 },
    );
  });
});

describe('faults name the parameter, what was given and what is allowed', () => {
  const of = (distribution: Distribution) =>
    distributionFaults(distribution, limits).map(({ parameter, given }) => [parameter, given]);
  it.each([
    [{ kind: 'PERT', low: -1, mode: 2, high: 3 }, [['low', -1]]],
    [{ kind: 'PERT', low: Number.NaN, mode: 2, high: 3 }, [['low', Number.NaN]]],
    [{ kind: 'PERT', low: 5, mode: 4, high: 3 }, [['high', 3]]],
    [{ kind: 'PERT', low: 1, mode: 9, high: 3 }, [['mode', 9]]],
    [{ kind: 'LOGNORMAL', low: 0, high: 3 }, [['low', 0]]],
    [{ kind: 'LOGNORMAL', low: 4, high: 3 }, [['high', 3]]],
    [{ kind: 'LOGNORMAL', low: 1e-9, high: 1e9 }, [['high', 1e9]]],
    [{ kind: 'LOGNORMAL', low: 1, high: Infinity }, [['high', Infinity]]],
    [{ kind: 'EMPIRICAL', values: [] }, [['values', 0]]],
    [
      { kind: 'EMPIRICAL', values: [1, -2, Number.NaN] },
      [
        ['values[1]', -2],
        ['values[2]', Number.NaN],
      ],
    ],
  ] as const)('%j', (distribution, faults) => {
    expect(of(distribution as Distribution)).toEqual(faults);
  });

  it('of frequencies and loss forms likewise', () => {
    expect(frequencyFaults({ kind: 'POISSON', rate: -1 })).toHaveLength(1);
    expect(frequencyFaults({ kind: 'POISSON', rate: Number.NaN })).toHaveLength(1);
    expect(frequencyFaults({ kind: 'EMPIRICAL', values: [0, 2, 1.5] })).toMatchObject([{ parameter: 'values[2]' }]);
    expect(
      formFaults({ category: 'fines', probability: 0, loss: { kind: 'PERT', low: 3, mode: 2, high: 1 } }),
    ).toMatchObject([{ parameter: 'loss.high' }, { parameter: 'probability' }]);
  });

  it('allow what is certain: ends that are equal', () => {
    const certain = { kind: 'PERT', low: 7, mode: 7, high: 7 } as const;
    expect(of(certain)).toEqual([]);
    expect([mean(certain), variance(certain), quantile(certain, 0.3)]).toEqual([7, 0, 7]);
  });
});
