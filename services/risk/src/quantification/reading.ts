import { type Frequency, type Left, meanFrequency, severityOf } from '@annex/simulation';
import {
  type Band,
  type ByCategory,
  bandAt,
  bandOf,
  type Criteria,
  categoryOf,
  moneyKey,
  significant,
} from '../criteria/criteria.ts';
import { money, short } from '../level/level.explanation.ts';
import { type Factor, inherentLevel, type MeasuredRating, ratingOf, withControls } from '../level/level.ts';
import type { Quantified } from './quantification.ts';

/** What a quantification comes to, before controls. Losses are of one event. */
export interface Figures {
  readonly meanFrequency: number;
  readonly meanLoss: number;
  readonly medianLoss: number;
  readonly percentile95Loss: number;
  /** EXACT where there is one form that every event brings; DRAWN with a fixed seed otherwise. */
  readonly percentileBasis: 'EXACT' | 'DRAWN';
}

export function figuresOf({ frequency, forms }: Quantified): Figures {
  const { mean, median, percentile95, exact } = severityOf(forms);
  return {
    meanFrequency: meanFrequency(frequency),
    meanLoss: mean,
    medianLoss: median,
    percentile95Loss: percentile95,
    percentileBasis: exact ? 'EXACT' : 'DRAWN',
  };
}

/** What is left of a value that `withControls` has rounded. */
const shareOf = (from: number, to: number) => (from > 0 ? Math.min(1, to / significant(from)) : 1);

/**
 * What controls leave of a risk as shares of frequency and loss (domain model, 6). The floors of the criteria are compared with the
 * mean frequency and the median loss, which are what the risk is banded by.
 */
export function leftOf(
  criteria: Criteria,
  { meanFrequency, medianLoss, meanLoss }: Pick<Figures, 'meanFrequency' | 'medianLoss' | 'meanLoss'>,
  factors: readonly Factor[],
): Left {
  // Where most events cost nothing the median says nothing of what controls cut.
  const start = { frequency: meanFrequency, loss: medianLoss > 0 ? medianLoss : meanLoss };
  const reduced = withControls(criteria, start, factors);
  return { frequency: shareOf(start.frequency, reduced.frequency), loss: shareOf(start.loss, reduced.loss) };
}

/** Where the two readings of a risk differ (domain model, 5). */
export type Agreement = 'SAME' | 'LIKELIHOOD' | 'CONSEQUENCE' | 'BOTH';

/** One level of a risk, read from its distributions, with what it is when read from its rating. */
export interface QuantifiedReading {
  readonly rating: MeasuredRating;
  readonly percentile95Loss: number;
  readonly expectedAnnualLoss: number;
  readonly rated: MeasuredRating;
  readonly agreement: Agreement;
  readonly explanation: string;
}

function agreementOf(a: MeasuredRating, b: MeasuredRating): Agreement {
  const likelihood = a.likelihood !== b.likelihood;
  const consequence = a.consequence !== b.consequence;
  if (likelihood) return consequence ? 'BOTH' : 'LIKELIHOOD';
  return consequence ? 'CONSEQUENCE' : 'SAME';
}

function rangeOf(band: Band, amount: (value: number) => string): string {
  return band.upper === null ? `from ${amount(band.lower)} on` : `${amount(band.lower)} to ${amount(band.upper)}`;
}

/** One axis of both readings, in words. */
function axisOf(
  name: string,
  bands: readonly Band[],
  found: { readonly level: number; readonly amount: number },
  rated: number,
  amount: (value: number) => string,
): string {
  const own = bandAt(bands, found.level);
  if (found.level === rated) return `${name} ${amount(found.amount)} lies in ${own.name}, as rated`;
  const other = bandAt(bands, rated);
  const side = found.level < rated ? 'below' : 'above';
  return `${name} ${amount(found.amount)} lies in ${own.name}, ${side} the rated ${other.name} (${rangeOf(other, amount)})`;
}

function explanationOf(
  criteria: Criteria,
  { rating, rated, percentile95Loss, agreement }: Omit<QuantifiedReading, 'explanation'>,
): string {
  const yearly = (value: number) => `${short(value)} a year`;
  const amount = (value: number) => money(criteria, value);
  const frequency = { level: rating.likelihood, amount: rating.frequency };
  const loss = { level: rating.consequence, amount: rating.loss };
  const likelihood = axisOf('The mean frequency', criteria.likelihoods, frequency, rated.likelihood, yearly);
  const consequence = axisOf('the median loss', criteria.consequences, loss, rated.consequence, amount);
  const tail = `One event in twenty costs more than ${amount(percentile95Loss)} (${bandAt(criteria.consequences, bandOf(criteria.consequences, percentile95Loss)).name}).`;
  const level =
    rating.level === rated.level
      ? `Both readings give ${rating.level}${agreement === 'SAME' ? '' : ' all the same'}.`
      : `So the level is ${rating.level} when quantified and ${rated.level} when rated.`;
  return `${likelihood}; ${consequence}. ${tail} ${level}`;
}

const decidesOtherwise = (criteria: Criteria, { category, level }: MeasuredRating) =>
  `${categoryOf(criteria, category).name}, which is not quantified, decides the rated level ${level}.`;

function readingOf(criteria: Criteria, figures: Figures, left: Left, whole: MeasuredRating): QuantifiedReading {
  const rated = ratingOf(criteria, whole.frequency, whole.loss);
  // Twelve digits, as everywhere a value is banded: what is meant to lie on an edge lies on it.
  const frequency = significant(figures.meanFrequency * left.frequency);
  const rating = ratingOf(criteria, frequency, significant(figures.medianLoss * left.loss));
  const reading = {
    rating,
    percentile95Loss: significant(figures.percentile95Loss * left.loss),
    expectedAnnualLoss: frequency * figures.meanLoss * left.loss,
    rated,
    agreement: agreementOf(rating, rated),
  };
  const other = whole.category === moneyKey ? '' : ` ${decidesOtherwise(criteria, whole)}`;
  return { ...reading, explanation: `${explanationOf(criteria, reading)}${other}` };
}

/**
 * A quantified risk before and with the controls that exist: the bands that hold the mean frequency and the median loss, the 95th
 * percentile beside them, and why that differs from the rating where it does (domain model, 5 and 6). What is quantified is money, so money
 * is compared with money; where another category decides the rated level, the explanation says so.
 */
export function readingsOf(
  criteria: Criteria,
  figures: Figures,
  risk: {
    readonly inherentLikelihood: number;
    readonly inherentConsequence: number;
    readonly consequences: ByCategory | null;
  },
  current: MeasuredRating,
  factors: readonly Factor[],
): { readonly inherent: QuantifiedReading; readonly current: QuantifiedReading } {
  const { inherentLikelihood: likelihood, inherentConsequence: consequence, consequences } = risk;
  const inherent = inherentLevel(criteria, likelihood, consequence, consequences);
  return {
    inherent: readingOf(criteria, figures, { frequency: 1, loss: 1 }, inherent),
    current: readingOf(criteria, figures, leftOf(criteria, figures, factors), current),
  };
}

/** The 90 % interval that a band is taken for: itself where it is closed, otherwise as far on its open side as on the other. */
function intervalOf({ lower, upper, representative }: Band): { readonly low: number; readonly high: number } {
  if (lower > 0 && upper !== null) return { low: lower, high: upper };
  if (upper !== null) return { low: representative ** 2 / upper, high: upper };
  // A last band that begins at 0 or at its own representative says only how much it stands for.
  const low = lower > 0 ? lower : representative;
  return { low, high: representative ** 2 / low };
}

/** The widest interval of a frequency or a loss that can be simulated; a wider band is taken for its middle. */
const widest = 10_000;

function bounded({ low, high }: { readonly low: number; readonly high: number }) {
  if (high <= low * widest) return { low, high };
  const middle = Math.sqrt(low) * Math.sqrt(high);
  return { low: middle / Math.sqrt(widest), high: middle * Math.sqrt(widest) };
}

/** The distributions that a risk which is only rated is simulated with: its bands are the 90 % intervals (domain model, 5). */
export function ratedScenario(
  criteria: Criteria,
  risk: { readonly inherentLikelihood: number; readonly inherentConsequence: number },
): Quantified {
  const frequency: Frequency = {
    kind: 'LOGNORMAL',
    ...bounded(intervalOf(bandAt(criteria.likelihoods, risk.inherentLikelihood))),
  };
  const loss = bounded(intervalOf(bandAt(criteria.consequences, risk.inherentConsequence)));
  return { frequency, forms: [{ category: 'rated', probability: 1, loss: { kind: 'LOGNORMAL', ...loss } }] };
}
