import { badInput } from '@annex/schema';
import {
  type Distribution,
  type Frequency,
  type Left,
  type LossBelief,
  type LossForm,
  learnLosses,
  learnRate,
  lossBelief,
  type RateBelief,
  rateBelief,
} from '@annex/simulation';
import type { Confirmation, IncidentLoss } from '../incident/incident.ts';
import { totalLoss } from '../incident/incident.ts';
import { atInstant, placeInWindow } from '../incident/occurrence.ts';

/** What incidents say of a risk: how often it came true and what it cost, against what was believed (27005, 7.3). Pure. */

/** What is learned from of an incident. */
export interface Seen {
  readonly id: string;
  readonly reference: string;
  readonly confirmation: Confirmation;
  readonly occurredFrom: Date | null;
  readonly occurredUntil: Date | null;
  readonly detectedAt: Date | null;
  readonly reportedAt: Date | null;
  readonly losses: readonly IncidentLoss[];
  readonly currency: string | null;
}

/** From a moment to before another. */
export interface Window {
  readonly from: Date;
  readonly until: Date;
}

/** How much what is believed is worth where the quantification does not say it. */
export interface Weights {
  /** Of a rate that is known: in years of observation. */
  readonly priorYears: number;
  /** Of a loss: in losses. */
  readonly priorEvents: number;
}

const yearInMs = 365.25 * 86_400_000;
export const yearsOf = ({ from, until }: Window): number => (until.getTime() - from.getTime()) / yearInMs;

/** @throws AnnexError BAD_INPUT for a window that has no length or reaches beyond now, and for weights that are none */
export function checkAsked(window: Window, weights: Weights, now: Date, at: string): void {
  const { from, until } = window;
  if (until > now)
    throw badInput(`${at}until`, until.toISOString(), 'must not lie in the future: nothing was observed there');
  if (from >= until) throw badInput(`${at}from`, from.toISOString(), 'must lie before the end of the window');
  if (yearsOf(window) > 100)
    throw badInput(`${at}from`, from.toISOString(), 'must lie at most 100 years before the end');
  for (const name of ['priorYears', 'priorEvents'] as const) {
    const given = weights[name];
    if (!(given >= 0.1 && given <= 1000)) throw badInput(`${at}${name}`, given, 'must be a number from 0.1 to 1,000');
  }
}

/** The incidents of a risk by what a window makes of them. */
export interface Sorted {
  /** Confirmed, and wholly inside. Only these count. */
  readonly inside: readonly Seen[];
  /** Confirmed, and perhaps inside: known only to a day, month or year that reaches over an end. */
  readonly partly: readonly Seen[];
  /** Confirmed, and without any date. */
  readonly undated: readonly Seen[];
  /** Not confirmed, and not outside. */
  readonly unconfirmed: readonly Seen[];
}

/** Sorts incidents by a window. One of which nobody knows when it happened counts by when it was detected, or else reported. */
export function sortSeen(seen: readonly Seen[], { from, until }: Window): Sorted {
  const sorted = { inside: [] as Seen[], partly: [] as Seen[], undated: [] as Seen[], unconfirmed: [] as Seen[] };
  for (const one of seen) {
    const noticed = one.detectedAt ?? one.reportedAt;
    const dated = one.occurredFrom || !noticed ? one : atInstant(noticed);
    const place = placeInWindow(dated, from, until);
    if (place === 'OUTSIDE') continue;
    if (one.confirmation !== 'CONFIRMED') sorted.unconfirmed.push(one);
    else if (place === 'INSIDE') sorted.inside.push(one);
    else (place === 'PARTLY' ? sorted.partly : sorted.undated).push(one);
  }
  return sorted;
}

/** How a belief moved. */
export interface Update<Belief> {
  readonly prior: Belief;
  readonly posterior: Belief;
}

export interface LossUpdate extends Update<LossBelief> {
  readonly category: string;
  /** What the incidents cost in this form, each above 0, as it was seen: with the controls that existed. */
  readonly observed: readonly number[];
}

export interface Learned {
  readonly frequency: Update<RateBelief>;
  /** A form with a median of 0 has none. */
  readonly losses: readonly LossUpdate[];
  /** The years of observation as they count before controls. */
  readonly exposure: number;
  readonly left: Left;
}

/** Controls are taken to leave at least a hundredth: what nearly nothing is let through by says nearly nothing. */
const leastLeft = 0.01;

/** What the incidents in a window cost in a form; of a risk with one form, all that they cost. */
function observedLosses(
  form: LossForm,
  forms: readonly LossForm[],
  inside: readonly Seen[],
  currency: string,
): number[] {
  const name = form.category.toLowerCase();
  return inside
    .filter((one) => one.currency === currency)
    .map(({ losses }) => {
      if (forms.length === 1) return totalLoss(losses) ?? 0;
      return losses.reduce((sum, loss) => sum + (loss.category.toLowerCase() === name ? loss.minorUnits : 0), 0);
    })
    .filter((loss) => loss > 0);
}

/**
 * What a quantification becomes by the incidents of a window. It speaks of a risk before controls, while incidents happen with them: the years
 * count by the share of events that controls leave, and losses are made greater by the share of loss that they leave.
 * @param kept by category of loss, how many losses a form is worth that was learned before
 */
export function learn(
  quantified: { readonly frequency: Frequency; readonly forms: readonly LossForm[]; readonly currency: string },
  inside: readonly Seen[],
  years: number,
  given: Left,
  weights: Weights,
  kept: Readonly<Record<string, number>>,
): Learned {
  const left = { frequency: Math.max(leastLeft, given.frequency), loss: Math.max(leastLeft, given.loss) };
  const exposure = years * left.frequency;
  const prior = rateBelief(quantified.frequency, weights.priorYears);
  const losses = quantified.forms.flatMap((form): LossUpdate[] => {
    const weight = Object.hasOwn(kept, form.category) ? (kept[form.category] as number) : weights.priorEvents;
    const believed = lossBelief(form.loss, weight);
    if (!believed) return [];
    const observed = observedLosses(form, quantified.forms, inside, quantified.currency);
    const before = observed.map((loss) => loss / left.loss);
    return [{ category: form.category, observed, prior: believed, posterior: learnLosses(believed, before) }];
  });
  return { frequency: { prior, posterior: learnRate(prior, inside.length, exposure) }, losses, exposure, left };
}

/** The forms of a quantification with what was learned: a form without an observed loss stays as it was. */
export function formsAfter(
  forms: readonly LossForm[],
  { losses }: Learned,
  asDistribution: (belief: LossBelief) => Distribution,
): LossForm[] {
  const learned = new Map(
    losses.filter(({ observed }) => observed.length > 0).map((one) => [one.category, one.posterior]),
  );
  return forms.map((form) => {
    const posterior = learned.get(form.category);
    return posterior ? { ...form, loss: asDistribution(posterior) } : form;
  });
}
