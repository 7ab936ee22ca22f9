import { expectedAnnualLoss, type Scenario } from '../src/scenario.ts';
import { YearSimulator } from '../src/years.ts';

/**
 * Analyses by FAIR whose inputs and results are public: the examples of riskquant (Netflix, README and test of its
 * `simpleloss`), a frequency as a Poisson rate and the loss as a lognormal by its 90 % interval.
 */
const published: [string, { rate: number; low: number; high: number }, number][] = [
  ['a recipe that is stolen', { rate: 0.1, low: 100_000, high: 1_000_000 }, 40_400.128269457266],
  ['a loss of one to ten', { rate: 0.1, low: 1, high: 10 }, 0.4040012826945718],
  ['a loss that comes three times a year', { rate: 3, low: 1, high: 10 }, 12.12003848083717],
];
/** Those of its list of scenarios in order, to the three digits that it prints. */
const ranked: [string, { rate: number; low: number; high: number }, string][] = [
  ['Bob', { rate: 0.1, low: 10_000_000, high: 1_000_000_000 }, '26600000'],
  ['Charlie', { rate: 0.05, low: 5_000_000, high: 50_000_000 }, '1010000'],
  ['Alice', { rate: 0.01, low: 1_000_000, high: 10_000_000 }, '40400'],
];

const scenarioOf = (id: string, { rate, low, high }: { rate: number; low: number; high: number }): Scenario => ({
  id,
  frequency: { kind: 'POISSON', rate },
  forms: [{ category: 'response', probability: 1, loss: { kind: 'LOGNORMAL', low, high } }],
});

describe('the annual loss of published analyses', () => {
  it.each(published)('is expected to be the same for %s', (name, inputs, expected) => {
    expect(expectedAnnualLoss(scenarioOf(name, inputs)) / expected).toBeCloseTo(1, 9);
  });

  it('puts their scenarios in the same order, by the same figures', () => {
    const figures = ranked.map(([name, inputs]) => expectedAnnualLoss(scenarioOf(name, inputs)));
    expect(figures.map((figure) => String(Number(figure.toPrecision(3))))).toEqual(ranked.map(([, , text]) => text));
    expect([...figures].sort((a, b) => b - a)).toEqual(figures);
  });

  it.each(published)('is simulated within four standard errors for %s', (name, inputs, expected) => {
    const years = new YearSimulator(scenarioOf(name, inputs), [{ frequency: 1, loss: 1 }], 5).run(
      100_000,
    )[0] as Float64Array;
    const mean = years.reduce((sum, loss) => sum + loss, 0) / years.length;
    const variance = years.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / years.length;
    expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / years.length));
  });
});
