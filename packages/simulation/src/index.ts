export { type Correlation, dependenceOf, type NotPossible } from './copula.ts';
export {
  type Distribution,
  type Empirical,
  type Lognormal,
  lognormalShape,
  mean,
  mostObservations,
  type ParameterFault,
  type Pert,
  quantile,
} from './distribution.ts';
export {
  type LossBelief,
  learnLosses,
  learnRate,
  lossAsLognormal,
  lossBelief,
  type RateBelief,
  rateAsLognormal,
  rateBelief,
  rateMean,
  rateQuantile,
} from './learning.ts';
export type { Portfolio, PortfolioReading, PortfolioResult } from './portfolio.ts';
export {
  countQuantile,
  expectedAnnualLoss,
  type Frequency,
  formFaults,
  frequencyFaults,
  type Left,
  type LossForm,
  meanFrequency,
  mostForms,
  type Scenario,
} from './scenario.ts';
export { type Severity, severityOf } from './severity.ts';
export { maxSeed } from './stream.ts';
export { type ExceedancePoint, type LossSummary, type ShownPercentile, shownPercentiles, tails } from './summary.ts';
export { type RunOptions, simulate } from './threads.ts';
export { type ControlInput, type Driver, tornado } from './tornado.ts';
export { type TreatmentReturn, treatmentReturn } from './treatment.ts';
