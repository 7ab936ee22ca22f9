import { badInput } from '@annex/schema';

/** How exactly it is known when something happened. */
export type Precision = 'YEAR' | 'MONTH' | 'DAY' | 'INSTANT';

/**
 * When something happened, as exactly as is known (UTC): not before `occurredFrom` and before `occurredUntil`; the two are the same where the
 * instant is known. All null where nothing is known.
 */
export interface Occurrence {
  readonly occurredFrom: Date | null;
  readonly occurredUntil: Date | null;
  readonly occurredPrecision: Precision | null;
}

export const unknownOccurrence: Occurrence = { occurredFrom: null, occurredUntil: null, occurredPrecision: null };

/** The first moments in which a year, a month of it or a day of that begins; undefined where there is no such date. */
export function partialDate(year: number, month: number | null, day: number | null): Occurrence | undefined {
  if (!Number.isInteger(year) || year < 1900 || year > 9999) return undefined;
  const at = (y: number, m: number, d: number) => new Date(Date.UTC(y, m - 1, d));
  if (month === null)
    return { occurredFrom: at(year, 1, 1), occurredUntil: at(year + 1, 1, 1), occurredPrecision: 'YEAR' };
  if (!Number.isInteger(month) || month < 1 || month > 12) return undefined;
  if (day === null)
    return { occurredFrom: at(year, month, 1), occurredUntil: at(year, month + 1, 1), occurredPrecision: 'MONTH' };
  const from = at(year, month, day);
  if (!Number.isInteger(day) || from.getUTCMonth() !== month - 1 || from.getUTCDate() !== day) return undefined;
  return { occurredFrom: from, occurredUntil: at(year, month, day + 1), occurredPrecision: 'DAY' };
}

export const atInstant = (moment: Date): Occurrence => ({
  ...{ occurredFrom: moment, occurredUntil: moment, occurredPrecision: 'INSTANT' },
});

const dateForm = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const momentForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * When something happened, as people write it: `2026`, `2026-03`, `2026-03-14` or a moment in RFC 3339.
 * @param now what has not begun yet has not happened
 * @throws AnnexError BAD_INPUT
 */
export function occurrenceOf(field: string, given: string | null | undefined, now: Date): Occurrence {
  const text = given?.trim() ?? '';
  if (text === '') return unknownOccurrence;
  const date = dateForm.exec(text);
  const moment = momentForm.test(text) ? new Date(text) : undefined;
  let found: Occurrence | undefined;
  if (date) {
    const [year = 0, month, day] = date.slice(1).map((part) => (part === undefined ? null : Number(part)));
    found = partialDate(year ?? 0, month ?? null, day ?? null);
  } else if (moment && !Number.isNaN(moment.getTime())) found = atInstant(moment);
  if (!found?.occurredFrom)
    throw badInput(field, text, 'must be a date such as 2026, 2026-03 or 2026-03-14, or a moment in RFC 3339');
  if (found.occurredFrom > now) throw badInput(field, text, 'must not lie in the future');
  return found;
}

/** An occurrence as people write it; null where nothing is known. */
export function occurrenceText({ occurredFrom, occurredPrecision }: Occurrence): string | null {
  if (!occurredFrom || !occurredPrecision) return null;
  const text = occurredFrom.toISOString();
  const lengths = { YEAR: 4, MONTH: 7, DAY: 10, INSTANT: text.length } as const;
  return text.slice(0, lengths[occurredPrecision]);
}

/** Where an occurrence lies to a window from one moment to before another; nothing is known of one without a date. */
export function placeInWindow(
  { occurredFrom, occurredUntil }: Pick<Occurrence, 'occurredFrom' | 'occurredUntil'>,
  from: Date,
  until: Date,
): 'INSIDE' | 'PARTLY' | 'OUTSIDE' | 'UNKNOWN' {
  if (!occurredFrom || !occurredUntil) return 'UNKNOWN';
  if (occurredFrom.getTime() === occurredUntil.getTime())
    return occurredFrom >= from && occurredFrom < until ? 'INSIDE' : 'OUTSIDE';
  if (occurredFrom >= from && occurredUntil <= until) return 'INSIDE';
  return occurredFrom < until && occurredUntil > from ? 'PARTLY' : 'OUTSIDE';
}
