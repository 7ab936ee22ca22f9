import fc from 'fast-check';
import { lognormalShape, mean, quantile } from '../src/distribution.ts';
import { normalBelow, normalQuantile } from '../src/normal.ts';
import { poissonAt } from '../src/poisson.ts';
import {
  annualLossVariance,
  expectedAnnualLoss,
  type Frequency,
  type LossForm,
  type Scenario,
} from '../src/scenario.ts';
import { severityOf } from '../src/severity.ts';
import { summarise } from '../src/summary.ts';
import { drawLosses, YearSimulator } from '../src/years.ts';

const whole = { frequency: 1, loss: 1 };
const trials = 100_000;

/** Standard errors that a figure may be away: by chance once in 16,000 times, and with these fixed seeds never. */
const errors = 4;

const yearsOf = (scenario: Scenario, seed = 11) =>
  new YearSimulator(scenario, [whole], seed).run(trials)[0] as Float64Array;

function moments(values: Float64Array) {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [second, fourth] = [0, 0];
  for (const value of values) {
    const square = (value - mean) ** 2;
    second += square / count;
    fourth += (square * square) / count;
  }
  return { mean, variance: second, varianceError: Math.sqrt((fourth - second * second) / count) };
}

const lognormal = (low: number, high: number): LossForm => ({
  category: 'response',
  probability: 1,
  loss: { kind: 'LOGNORMAL', low, high },
});

const frequencies: [string, Frequency][] = [
  ['a known rate of 0.4', { kind: 'POISSON', rate: 0.4 }],
  ['a known rate of 12', { kind: 'POISSON', rate: 12 }],
  ['a PERT rate', { kind: 'PERT', low: 0.1, mode: 0.5, high: 4 }],
  ['a lognormal rate', { kind: 'LOGNORMAL', low: 0.2, high: 3 }],
  ['observed counts', { kind: 'EMPIRICAL', values: [0, 0, 1, 0, 3, 2] }],
];
const losses: [string, LossForm[]][] = [
  ['a lognormal loss', [lognormal(1000, 20_000)]],
  [
    'three forms of loss',
    [
      { category: 'response', probability: 1, loss: { kind: 'PERT', low: 100, mode: 900, high: 5000 } },
      { category: 'fines', probability: 0.2, loss: { kind: 'LOGNORMAL', low: 2000, high: 40_000 } },
      { category: 'reputation', probability: 0.5, loss: { kind: 'EMPIRICAL', values: [10, 20, 4000] } },
    ],
  ],
];

describe.each(frequencies)('years of %s', (_, frequency) => {
  it.each(losses)('with %s have the mean and the variance of the closed form', (__, forms) => {
    const scenario = { id: 'closed form', frequency, forms };
    const { mean: found, variance, varianceError } = moments(yearsOf(scenario));
    const expected = expectedAnnualLoss(scenario);
    const exact = annualLossVariance(scenario);
    expect(Math.abs(found - expected)).toBeLessThan(errors * Math.sqrt(exact / trials));
    expect(Math.abs(variance - exact)).toBeLessThan(errors * varianceError);
  });
});

describe('Poisson × lognormal', () => {
  it('has mean λm and variance λ(m² + v), written out', () => {
    const { mu, sigma } = lognormalShape({ kind: 'LOGNORMAL', low: 1000, high: 20_000 });
    const m = Math.exp(mu + sigma ** 2 / 2);
    const v = (Math.exp(sigma ** 2) - 1) * m * m;
    const scenario: Scenario = { id: 'x', frequency: { kind: 'POISSON', rate: 0.4 }, forms: [lognormal(1000, 20_000)] };
    expect(expectedAnnualLoss(scenario)).toBeCloseTo(0.4 * m, 6);
    expect(annualLossVariance(scenario) / (0.4 * (m * m + v))).toBeCloseTo(1, 12);
  });
});

describe('percentiles', () => {
  it('of a certain single event are those of its loss', () => {
    const loss = { kind: 'LOGNORMAL', low: 1000, high: 20_000 } as const;
    const scenario: Scenario = {
      id: 'one',
      frequency: { kind: 'EMPIRICAL', values: [1] },
      forms: [{ ...lognormal(1000, 20_000) }],
    };
    const { percentiles } = summarise(yearsOf(scenario));
    for (const percent of [5, 25, 50, 75, 90, 95, 99] as const) {
      // The rank of a percentile has a binomial error.
      const p = percent / 100;
      const error = errors * Math.sqrt((p * (1 - p)) / trials);
      expect(percentiles[percent]).toBeGreaterThan(quantile(loss, p - error));
      expect(percentiles[percent]).toBeLessThan(quantile(loss, p + error));
    }
  });

  it('and the tail mean of a lognormal loss are where the normal distribution puts them', () => {
    const { mu, sigma } = lognormalShape({ kind: 'LOGNORMAL', low: 1000, high: 20_000 });
    const scenario: Scenario = {
      id: 'tail',
      frequency: { kind: 'EMPIRICAL', values: [1] },
      forms: [lognormal(1000, 20_000)],
    };
    const z = normalQuantile(0.95);
    const exact = (Math.exp(mu + sigma ** 2 / 2) * normalBelow(sigma - z)) / 0.05;
    const found = summarise(yearsOf(scenario)).tailMeans[95];
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.02);
  });
});

describe('small discrete cases', () => {
  it('agree with their convolution, loss by loss', () => {
    // Events of 1 or 3, a Poisson number of them: Panjer's recursion gives each year's loss exactly.
    const rate = 1.2;
    const scenario: Scenario = {
      id: 'discrete',
      frequency: { kind: 'POISSON', rate },
      forms: [{ category: 'x', probability: 1, loss: { kind: 'EMPIRICAL', values: [1, 1, 3] } }],
    };
    const of: Record<number, number> = { 1: 2 / 3, 3: 1 / 3 };
    const exact = [Math.exp(-rate)];
    for (let s = 1; s <= 12; s++) {
      const parts = [1, 3].filter((size) => size <= s).map((size) => size * (of[size] ?? 0) * (exact[s - size] ?? 0));
      exact.push((rate / s) * parts.reduce((sum, part) => sum + part, 0));
    }
    const seen = new Array<number>(40).fill(0);
    for (const loss of yearsOf(scenario)) seen[loss] = (seen[loss] ?? 0) + 1;
    for (const [loss, p] of exact.entries()) {
      expect(Math.abs((seen[loss] ?? 0) / trials - p)).toBeLessThan(errors * Math.sqrt((p * (1 - p)) / trials));
    }
  });

  it('of two coins and a die too', () => {
    const coin: LossForm = { category: 'coin', probability: 0.5, loss: { kind: 'EMPIRICAL', values: [1] } };
    const die: LossForm = { category: 'die', probability: 1, loss: { kind: 'EMPIRICAL', values: [1, 2, 3, 4, 5, 6] } };
    const drawn = drawLosses({ id: 'game', forms: [coin, coin, die] }, 3, trials);
    const ways = [0, 1, 3, 4, 4, 4, 4, 3, 1];
    for (const [loss, count] of ways.entries()) {
      const p = count / 24;
      const share = drawn.filter((value) => value === loss).length / trials;
      expect(Math.abs(share - p)).toBeLessThan(errors * Math.sqrt((p * (1 - p)) / trials) + 1e-12);
    }
  });
});

describe('the loss of one event', () => {
  it('has exact percentiles where there is one form, and those of its convolution where there are two', () => {
    const one = severityOf([lognormal(1000, 20_000)]);
    expect(one).toMatchObject({ exact: true });
    expect(one.percentile95).toBeCloseTo(20_000, 6);
    const loss = { kind: 'EMPIRICAL', values: [1, 2, 3, 4, 5, 6] } as const;
    const dice = severityOf([
      { category: 'a', probability: 1, loss },
      { category: 'b', probability: 1, loss },
    ]);
    expect(dice).toEqual({ mean: 7, median: 7, percentile95: 11, exact: false });
    expect(severityOf([{ category: 'a', probability: 0.3, loss }]).median).toBe(0);
  });
});

describe('controls', () => {
  const left = fc.record({
    frequency: fc.double({ min: 0, max: 1, noNaN: true }),
    loss: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('that leave less never make a simulated year worse, and the same left is the same years', () => {
    const scenarios = frequencies.flatMap(([, frequency]) =>
      losses.map(([, forms]) => ({ id: 'controls', frequency, forms })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...scenarios),
        left,
        left,
        fc.integer({ min: 0, max: 1000 }),
        (scenario, a, b, seed) => {
          const weaker = { frequency: Math.max(a.frequency, b.frequency), loss: Math.max(a.loss, b.loss) };
          const [first, second, third] = new YearSimulator(scenario, [a, weaker, a], seed).run(5000);
          expect(first).toEqual(third);
          expect(first?.every((loss, year) => loss <= (second?.[year] ?? 0))).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('cut the expected loss by what they leave of both', () => {
    for (const [, frequency] of frequencies) {
      const scenario = { id: 'cut', frequency, forms: [lognormal(1000, 20_000)] };
      const cut = { frequency: 0.3, loss: 0.5 };
      const [years] = new YearSimulator(scenario, [cut], 3).run(trials);
      const { mean: found, variance } = moments(years as Float64Array);
      expect(Math.abs(found - expectedAnnualLoss(scenario, cut))).toBeLessThan(errors * Math.sqrt(variance / trials));
    }
  });

  it('thin a Poisson count to a Poisson count', () => {
    const scenario: Scenario = {
      id: 'thin',
      frequency: { kind: 'POISSON', rate: 2 },
      forms: [{ category: 'event', probability: 1, loss: { kind: 'EMPIRICAL', values: [1] } }],
    };
    const [, thinned] = new YearSimulator(scenario, [whole, { frequency: 0.25, loss: 1 }], 5).run(trials);
    for (const count of [0, 1, 2, 3]) {
      const p = poissonAt(count, 0.5);
      const share = (thinned ?? []).filter((value) => value === count).length / trials;
      expect(Math.abs(share - p)).toBeLessThan(errors * Math.sqrt((p * (1 - p)) / trials));
    }
    expect(mean({ kind: 'EMPIRICAL', values: [1] })).toBe(1);
  });
});
