import type { Portfolio } from '@annex/simulation';

/** What both sides simulate: how often, and the 90 % interval of the loss, scenario by scenario. */
export interface BenchScenario {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Rates from one event in twenty years to one a year, intervals of one to two powers of ten. */
export const benchScenarios = (count: number): BenchScenario[] =>
  Array.from({ length: count }, (_, index) => ({
    rate: 0.05 * (1 + (index % 20)),
    low: 10_000,
    high: 100_000 * (1 + (index % 10)),
  }));

/** The scenarios without controls, as ours takes them. */
export const benchPortfolio = (scenarios: readonly BenchScenario[], trials: number, seed: number): Portfolio => ({
  seed,
  trials,
  correlations: [],
  members: scenarios.map(({ rate, low, high }, index) => ({
    scenario: {
      id: `scenario ${index}`,
      frequency: { kind: 'POISSON', rate },
      forms: [{ category: 'loss', probability: 1, loss: { kind: 'LOGNORMAL', low, high } }],
    },
    readings: [{ frequency: 1, loss: 1 }],
  })),
});
