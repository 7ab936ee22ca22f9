import { type ByCategory, bandAt, bandOf, type Criteria, categoriesOf, moneyKey } from '../criteria/criteria.ts';
import {
  type CountedFactor,
  type CurrentLevel,
  currentLevel,
  type Factor,
  inherentLevel,
  type MeasuredRating,
} from './level.ts';

/** A factor as it is shown: how much it leaves of each axis, and why it counts or not. */
export interface ExplainedFactor extends CountedFactor {
  readonly likelihoodLeft: number;
  readonly consequenceLeft: number;
  readonly why: string;
}

/** Why the current level is what it is. */
export interface Explanation {
  readonly sentence: string;
  readonly inherent: MeasuredRating;
  readonly current: MeasuredRating;
  readonly factors: readonly ExplainedFactor[];
}

const rules = {
  ACCEPTABLE: 'acceptable',
  TOLERABLE: 'tolerable',
  ABOVE_CRITERIA: 'above the criteria',
} as const;

/** A number for reading: three significant digits. */
export const short = (value: number) => String(Number(value.toPrecision(3)));

/** A loss for reading, in the currency's own unit. */
export function money({ currency }: Pick<Criteria, 'currency'>, minorUnits: number): string {
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    maximumFractionDigits: 0,
    maximumSignificantDigits: 3,
  });
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return format.format(minorUnits / 10 ** (digits.maximumFractionDigits ?? 2));
}

function axisText(name: string, from: { name: string; amount: string }, to: { name: string; amount: string }): string {
  if (from.name === to.name && from.amount === to.amount) return `${name} stays ${from.name} (${from.amount})`;
  if (from.name === to.name) return `${name} stays ${from.name} (${from.amount} becomes ${to.amount})`;
  return `${name} falls from ${from.name} (${from.amount}) to ${to.name} (${to.amount})`;
}

/** Of which controls a level is: those that are linked and verified, or those that a treatment promises as well. */
export type ExplainedReading = 'CURRENT' | 'EXPECTED';

const words = {
  CURRENT: {
    none: 'no implementation is linked',
    kind: 'linked implementation',
    have: ['has', 'have'],
    level: 'current',
  },
  EXPECTED: {
    none: 'no implementation is linked or promised',
    kind: 'linked or promised implementation',
    have: ['is to have', 'are to have'],
    level: 'expected',
  },
} as const;

/** What becomes of the consequence, in words: of money alone as such, of several categories each by its name. */
function consequenceTexts(criteria: Criteria, inherent: MeasuredRating, current: MeasuredRating) {
  const alone = current.amounts === null || Object.keys(current.amounts).length === 0;
  return categoriesOf(criteria).flatMap(({ key, name, unit, bands }) => {
    const isMoney = key === moneyKey;
    const [before, now] = [inherent, current].map((rating) => (isMoney ? rating.loss : rating.amounts?.[key]));
    if (before === undefined || now === undefined) return [];
    const shown = (amount: number) => ({
      name: bandAt(bands, bandOf(bands, amount)).name,
      amount: isMoney ? money(criteria, amount) : `${short(amount)} ${unit}`,
    });
    return [{ key, name, text: axisText(alone ? 'consequence' : name, shown(before), shown(now)) }];
  });
}

function sentenceOf(
  criteria: Criteria,
  inherent: MeasuredRating,
  current: CurrentLevel,
  reading: ExplainedReading,
): string {
  const { none, kind, have, level } = words[reading];
  const frequencies = [inherent, current].map((rating) => ({
    name: bandAt(criteria.likelihoods, rating.likelihood).name,
    amount: `${short(rating.frequency)} a year`,
  }));
  const [frequency, reduced] = frequencies;
  if (!frequency || !reduced) throw new Error('A rating is missing');
  const consequences = consequenceTexts(criteria, inherent, current);
  const { factors } = current;
  const working = factors.filter((factor) => factor.counted !== 'NONE' && factor.strength > 0).length;
  const because =
    factors.length === 0
      ? none
      : `${working} of ${factors.length} ${kind}${factors.length === 1 ? '' : 's'} ${working === 1 ? have[0] : have[1]} an effect`;
  const decides = consequences.find(({ key }) => key === current.category);
  const deciding = consequences.length > 1 && decides ? ` ${decides.name} decides.` : '';
  const texts = [axisText('Likelihood', frequency, reduced), ...consequences.map(({ text }) => text)];
  return `${texts.join(', ')}: ${because}.${deciding} The ${level} level is ${current.level}, ${rules[current.rule]}.`;
}

function whyOf(factor: CountedFactor): string {
  const cause = `of the common cause “${factor.commonCause}”`;
  const strength = factor.strengthNote ?? `verified strength ${short(factor.strength)}`;
  switch (factor.counted) {
    case 'BOTH':
      return factor.commonCause === null ? `Counts: ${strength}.` : `Counts as the strongest ${cause}: ${strength}.`;
    case 'LIKELIHOOD':
      return `Counts on likelihood, where it is the strongest ${cause}: ${strength}.`;
    case 'CONSEQUENCE':
      return `Counts on consequence, where it is the strongest ${cause}: ${strength}.`;
    case 'NONE':
      return `Does not count: another link ${cause} cuts at least as much.`;
  }
}

const counts = (factor: CountedFactor, axis: 'LIKELIHOOD' | 'CONSEQUENCE') =>
  factor.counted === 'BOTH' || factor.counted === axis;

/**
 * The current level with everything that went into it, in order of the implementations.
 * @param reading EXPECTED where the links are those that a treatment promises
 */
export function explain(
  criteria: Criteria,
  risk: {
    readonly inherentLikelihood: number;
    readonly inherentConsequence: number;
    readonly consequences: ByCategory | null;
  },
  links: readonly Factor[],
  reading: ExplainedReading = 'CURRENT',
): Explanation {
  const likelihood = risk.inherentLikelihood;
  const consequence = risk.inherentConsequence;
  const { consequences } = risk;
  const inherent = inherentLevel(criteria, likelihood, consequence, consequences);
  const current = currentLevel(criteria, { likelihood, consequence, consequences }, links);
  return {
    sentence: sentenceOf(criteria, inherent, current, reading),
    inherent,
    current,
    factors: current.factors.map((factor) => ({
      ...factor,
      likelihoodLeft: counts(factor, 'LIKELIHOOD') ? 1 - factor.likelihoodEffect * factor.strength : 1,
      consequenceLeft: counts(factor, 'CONSEQUENCE') ? 1 - factor.consequenceEffect * factor.strength : 1,
      why: whyOf(factor),
    })),
  };
}
