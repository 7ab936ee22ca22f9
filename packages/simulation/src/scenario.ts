import {
  type Distribution,
  distributionFaults,
  type Empirical,
  type Lognormal,
  mean,
  type ParameterFault,
  type Pert,
  quantile,
  variance,
} from './distribution.ts';
import { poissonAt } from './poisson.ts';

/** Events that come independently at a known rate a year. */
export interface KnownRate {
  readonly kind: 'POISSON';
  readonly rate: number;
}

/**
 * How many events a year has. Known rate: a Poisson count. PERT and lognormal: the rate itself is uncertain; a year draws its rate,
 * then a Poisson count of it. Empirical: the counts of observed years, each as likely as any other.
 */
export type Frequency = KnownRate | Pert | Lognormal | Empirical;

/** One kind of loss that an event may bring. */
export interface LossForm {
  /** What kind: response, replacement, fines. */
  readonly category: string;
  /** The share of events that bring it, above 0 up to 1. */
  readonly probability: number;
  /** How much it then is. */
  readonly loss: Distribution;
}

/** What may happen, before controls: how often, and how much an event costs. */
export interface Scenario {
  readonly id: string;
  readonly frequency: Frequency;
  readonly forms: readonly LossForm[];
}

/** What controls leave of a scenario: shares of its frequency and of every loss, 0 to 1. */
export interface Left {
  readonly frequency: number;
  readonly loss: number;
}

/** Rates above this are drawn as this, so that no draw takes for ever. */
export const greatestRate = 100_000;

const frequencyLimits = { least: 0, most: 10_000, widest: 10_000 } as const;
const lossLimits = { least: 0, most: 1e15, widest: 1e6 } as const;
export const mostForms = 20;

/** Every fault of a frequency. */
export function frequencyFaults(frequency: Frequency): ParameterFault[] {
  if (frequency.kind === 'POISSON') {
    const { rate } = frequency;
    const right = rate >= frequencyLimits.least && rate <= frequencyLimits.most;
    return right ? [] : [{ parameter: 'rate', given: rate, allowed: `a number from 0 to ${frequencyLimits.most}` }];
  }
  const faults = distributionFaults(frequency, frequencyLimits);
  if (frequency.kind === 'EMPIRICAL') {
    for (const [index, value] of frequency.values.entries()) {
      if (value >= 0 && !Number.isInteger(value))
        faults.push({ parameter: `values[${index}]`, given: value, allowed: 'the whole number of events of a year' });
    }
  }
  return faults;
}

/** Every fault of a loss form. */
export function formFaults(form: LossForm): ParameterFault[] {
  const faults = distributionFaults(form.loss, lossLimits).map(({ parameter, ...rest }) => ({
    parameter: `loss.${parameter}`,
    ...rest,
  }));
  const { probability } = form;
  if (!(probability > 0 && probability <= 1))
    faults.push({ parameter: 'probability', given: probability, allowed: 'a share above 0, at most 1' });
  return faults;
}

/** The events that a year is expected to have. */
export const meanFrequency = (frequency: Frequency): number =>
  frequency.kind === 'POISSON' ? frequency.rate : mean(frequency);

/** The variance of the number of events of a year: that of the rate, and that of a Poisson count of it. */
export function countVariance(frequency: Frequency): number {
  switch (frequency.kind) {
    case 'POISSON':
      return frequency.rate;
    case 'EMPIRICAL':
      return variance(frequency);
    default:
      return variance(frequency) + mean(frequency);
  }
}

/** The expected loss of one event. */
export const meanLoss = (forms: readonly LossForm[]): number =>
  forms.reduce((sum, { probability, loss }) => sum + probability * mean(loss), 0);

/** The variance of the loss of one event. */
export const lossVariance = (forms: readonly LossForm[]): number =>
  forms.reduce(
    (sum, { probability: p, loss }) => sum + p * (variance(loss) + mean(loss) ** 2) - (p * mean(loss)) ** 2,
    0,
  );

/** The expected loss of a year, exactly. */
export const expectedAnnualLoss = ({ frequency, forms }: Scenario, left: Left = { frequency: 1, loss: 1 }): number =>
  meanFrequency(frequency) * left.frequency * meanLoss(forms) * left.loss;

/** The variance of the loss of a year without controls, exactly: that of a sum of as many losses as there are events. */
export const annualLossVariance = ({ frequency, forms }: Scenario): number =>
  meanFrequency(frequency) * lossVariance(forms) + countVariance(frequency) * meanLoss(forms) ** 2;

/** The points at which an uncertain rate is taken for the distribution of counts: the middles of as many equal shares. */
const ratePoints = 101;

/** The number of events that a year does not exceed with probability `p`. */
export function countQuantile(frequency: Frequency, p: number): number {
  if (frequency.kind === 'EMPIRICAL') return quantile(frequency, p);
  const rates =
    frequency.kind === 'POISSON'
      ? [frequency.rate]
      : Array.from({ length: ratePoints }, (_, index) => quantile(frequency, (index + 0.5) / ratePoints));
  let below = 0;
  for (let count = 0; count < 4 * frequencyLimits.most; count++) {
    below += rates.reduce((sum, rate) => sum + poissonAt(count, rate), 0) / rates.length;
    if (below >= p - 1e-12) return count;
  }
  return 4 * frequencyLimits.most;
}
