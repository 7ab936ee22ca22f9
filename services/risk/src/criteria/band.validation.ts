import type { FieldFault } from '@annex/schema';
import { type Band, bandOf, geometricMean } from './criteria.ts';

export interface BandInput {
  readonly name: string;
  readonly lower: number;
  readonly upper?: number | null;
  readonly representative?: number | null;
}

/** Takes a fault down. */
export type Complain = (field: string, given: unknown, allowed: string) => void;

/** A scale has no more bands, and a matrix no more levels. */
export const maxBands = 10;
export const isText = (text: string, most: number) => text.trim().length > 0 && text.length <= most;
export const isAmount = (value: number) => Number.isFinite(value) && value >= 0;

/** Names are there and each of them once. */
export function checkNames(field: string, items: readonly { name: string }[], complain: Complain): void {
  const seen = new Set<string>();
  for (const [index, { name }] of items.entries()) {
    if (!isText(name, 100)) complain(`${field}[${index}].name`, name, 'a name of 1 to 100 characters');
    if (seen.has(name)) complain(`${field}[${index}].name`, name, 'a name that no other of them has');
    seen.add(name);
  }
}

/** The representative of a band: the geometric mean where it is closed on both sides, the stated one otherwise. */
function representativeOf(field: string, band: BandInput, complain: Complain): number {
  const { name, lower, upper = null, representative: stated = null } = band;
  const mean = geometricMean(lower, upper);
  if (mean === undefined) {
    const inside =
      stated !== null && Number.isFinite(stated) && stated > 0 && stated >= lower && (upper === null || stated < upper);
    if (!inside) {
      const range = upper === null ? `of at least ${lower}` : `above ${lower} and below ${upper}`;
      complain(`${field}.representative`, stated, `a value ${range}, stated because ${name} is open on a side`);
    }
    return stated ?? Number.NaN;
  }
  if (stated !== null && !(Math.abs(stated - mean) <= mean * 1e-9)) {
    complain(`${field}.representative`, stated, `the geometric mean of ${name}, ${mean}, or nothing`);
  }
  return mean;
}

/** Bands that touch and rise, each fault named by band. */
export function bandsOf(field: string, inputs: readonly BandInput[], complain: Complain): Band[] {
  if (inputs.length < 2 || inputs.length > maxBands) complain(field, inputs.length, `2 to ${maxBands} bands`);
  checkNames(field, inputs, complain);
  return inputs.map((input, index) => {
    const at = `${field}[${index}]`;
    const { name, lower, upper = null } = input;
    const before = inputs[index - 1];
    if (!isAmount(lower)) complain(`${at}.lower`, lower, `a number of at least 0 for ${name}`);
    else if (before && before.upper !== lower) {
      complain(`${at}.lower`, lower, `${before.upper ?? 'nothing'}: ${name} begins where ${before.name} ends`);
    }
    if (upper === null) {
      if (index < inputs.length - 1)
        complain(`${at}.upper`, null, `a number: only the last band has no top, and ${name} is not the last`);
    } else if (!(Number.isFinite(upper) && upper > lower)) {
      complain(`${at}.upper`, upper, `more than the lower edge of ${name}, ${lower}`);
    }
    return { name, lower, upper, representative: representativeOf(at, input, complain) };
  });
}

/** Faults of bands that are too narrow for the representative which they have; looked at once everything else is right. */
export function narrowBands(field: string, bands: readonly Band[]): FieldFault[] {
  return bands.flatMap((band, index) =>
    bandOf(bands, band.representative) === index + 1
      ? []
      : [
          {
            field: `${field}[${index}]`,
            given: band.name,
            allowed: `wide enough to hold its own representative, ${band.representative}`,
          },
        ],
  );
}
