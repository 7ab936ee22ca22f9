import { lossAsLognormal, quantile, rateMean } from '@annex/simulation';
import type { CriteriaRow } from '../criteria/criteria.store.ts';
import { bandAt, bandOf } from '../criteria/criteria.ts';
import { money, short } from '../level/level.explanation.ts';
import type { Learned, Sorted } from './learning.ts';

const counted = (count: number, kind: string) => `${count} ${kind}${count === 1 ? '' : 's'}`;
const names = (seen: readonly { readonly reference: string }[]) => {
  const shown = seen.slice(0, 10).map(({ reference }) => reference);
  return seen.length > shown.length ? `${shown.join(', ')} and ${seen.length - shown.length} more` : shown.join(', ');
};
const years = (value: number) => `${short(value)} ${short(value) === '1' ? 'year' : 'years'}`;
const percent = (share: number) => `${short(share * 100)} %`;

function moved(before: number, after: number, amount: (value: number) => string): string {
  if (Math.abs(after / before - 1) < 0.0005) return `stays ${amount(before)}`;
  return `${after > before ? 'rises' : 'falls'} from ${amount(before)} to ${amount(after)}`;
}

/** Why what was observed says what it says, in sentences. */
export function sentencesOf(
  criteria: CriteriaRow,
  sorted: Sorted,
  length: number,
  rated: number,
  learned: Learned | null,
  adoptedUntil: Date | null,
  overlaps: boolean,
): string[] {
  const { inside, partly, undated, unconfirmed } = sorted;
  const seen = inside.length / length;
  const band = bandOf(criteria.likelihoods, seen);
  const own = bandAt(criteria.likelihoods, band).name;
  const ratedName = bandAt(criteria.likelihoods, rated).name;
  const against = band === rated ? 'as rated' : `${band < rated ? 'below' : 'above'} the rated ${ratedName}`;
  const sentences = [
    `${counted(inside.length, 'confirmed incident')} in ${years(length)}${inside.length > 0 ? ` (${names(inside)})` : ''}: ${short(seen)} a year, which lies in ${own}, ${against}.`,
  ];
  if (partly.length > 0)
    sentences.push(
      `${names(partly)} may have happened in the window or outside it, for the date is not known so exactly; not counted.`,
    );
  if (undated.length > 0)
    sentences.push(`${names(undated)} ${undated.length === 1 ? 'has' : 'have'} no date; not counted.`);
  if (unconfirmed.length > 0)
    sentences.push(`${names(unconfirmed)} ${unconfirmed.length === 1 ? 'is' : 'are'} not confirmed; not counted.`);
  if (!learned) {
    sentences.push('The risk is not quantified in the currency of the criteria, so nothing is learned beyond that.');
    return sentences;
  }
  const { frequency, losses, exposure, left } = learned;
  if (left.frequency < 1)
    sentences.push(
      `The linked controls leave ${percent(left.frequency)} of the events, so these years count as ${short(exposure)} before controls; that they were as strong throughout is assumed.`,
    );
  if (left.loss < 1)
    sentences.push(
      `They leave ${percent(left.loss)} of a loss, so what was lost is taken for that much more before controls.`,
    );
  const { prior, posterior } = frequency;
  sentences.push(
    `Before, the frequency was worth ${short(prior.shape)} events in ${years(prior.rate)}; now it is worth ${short(posterior.shape)} in ${years(posterior.rate)}. Its mean ${moved(rateMean(prior), rateMean(posterior), (value) => `${short(value)} a year`)}.`,
  );
  for (const { category, observed, ...loss } of losses) {
    const median = (belief: typeof loss.prior) => quantile(lossAsLognormal(belief), 0.5);
    sentences.push(
      observed.length === 0
        ? `No loss above 0 in ${criteria.currency} was seen of the form “${category}”, so it stays as it was.`
        : `Of the form “${category}”, which was worth ${short(loss.prior.weight)} losses, ${counted(observed.length, 'loss').replace(/losss$/, 'losses')} ${observed.length === 1 ? 'was' : 'were'} seen: its median ${moved(median(loss.prior), median(loss.posterior), (value) => money(criteria, value))}.`,
    );
  }
  const counting = inside.filter((one) => one.losses.length > 0 && one.currency !== criteria.currency);
  if (counting.length > 0) sentences.push(`The losses of ${names(counting)} are in another currency; not counted.`);
  if (adoptedUntil)
    sentences.push(
      overlaps
        ? `The quantification was learned from incidents until ${adoptedUntil.toISOString().slice(0, 10)} already: a window that begins before that would count them twice and cannot be adopted.`
        : `The quantification was learned from incidents until ${adoptedUntil.toISOString().slice(0, 10)}; this window comes after that.`,
    );
  return sentences;
}
