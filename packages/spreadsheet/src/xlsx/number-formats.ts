import { numberText } from '../number-text.ts';

const DAY = 86_400_000;
/** 31 December 9999. */
const LAST_DAY = 2_958_465;
const DAYS_1904 = 1_462;
/** Excel's own limit is 255 characters; what is longer costs time and means nothing. */
const MAX_CODE = 255;

/** What a cell's number means to the person who sees it. */
export interface NumberMeaning {
  readonly date: boolean;
  readonly time: boolean;
  /** Hours that run past 24: `[h]:mm`. */
  readonly elapsed: boolean;
  readonly percent: boolean;
  /** Digits of a number that is filled up with zeros, as a code or a postcode is; 0 for none. */
  readonly zeros: number;
}

const plain: NumberMeaning = { date: false, time: false, elapsed: false, percent: false, zeros: 0 };
const date: NumberMeaning = { ...plain, date: true };
const time: NumberMeaning = { ...plain, time: true };

/** The formats that every workbook has without declaring them (ECMA-376 Part 1, 18.8.30), East Asian dates too. */
const builtIn = new Map<number, NumberMeaning>([
  [9, { ...plain, percent: true }],
  [10, { ...plain, percent: true }],
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, date] as const),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id) => [id, time] as const),
  [22, { ...date, time: true }],
  [46, { ...time, elapsed: true }],
]);

export function meaningOf(id: number, code: string | undefined): NumberMeaning {
  return code === undefined ? (builtIn.get(id) ?? plain) : meaningOfCode(code);
}

function meaningOfCode(code: string): NumberMeaning {
  const bare = code.slice(0, MAX_CODE).replace(/"[^"]*"|\\.|_.|\*./g, '');
  const elapsed = /\[(h+|m+|s+)\]/i.test(bare);
  const first = bare.replace(/\[[^\]]*\]/g, '').split(';')[0] ?? '';
  const letters = first.replace(/general|am\/pm|a\/p|e[+-]/gi, '').toLowerCase();
  const hasTime = elapsed || /[hs]/.test(letters);
  const hasDate = /[yd]/.test(letters) || (letters.includes('m') && !hasTime);
  if (hasTime || hasDate) return { ...plain, date: hasDate, time: hasTime, elapsed };
  return { ...plain, percent: first.includes('%'), zeros: /^0{2,}$/.test(first) ? first.length : 0 };
}

/**
 * A cell's number as text: a date in ISO 8601 (`2024-02-29`, `2024-02-29T13:45:00`), a time of day (`13:45:00`), an
 * elapsed time (`36:00:00`), a percentage (`12%`), or the number itself with at most 15 significant digits.
 */
export function formattedNumber(value: number, meaning: NumberMeaning = plain, epoch1904: boolean): string {
  if ((meaning.date || meaning.time) && value >= 0) {
    const text = meaning.date ? dateText(value, meaning.time, epoch1904) : timeText(value, meaning.elapsed);
    if (text !== null) return text;
  }
  if (meaning.percent) return `${numberText(Number((value * 100).toPrecision(15)))}%`;
  const text = numberText(value);
  return meaning.zeros > 0 && /^\d+$/.test(text) ? text.padStart(meaning.zeros, '0') : text;
}

function dateText(serial: number, withTime: boolean, epoch1904: boolean): string | null {
  const days = epoch1904 ? serial + DAYS_1904 : serial;
  // Excel counts a 29 February 1900 that never was. Day 60 is that day, and day 0 is 'January 0': neither is a date.
  const whole = Math.floor(days);
  if (whole === 60 || whole === 0 || whole > LAST_DAY) return null;
  const sinceEpoch = whole < 60 ? days + 1 : days;
  const moment = new Date(Math.round(sinceEpoch * DAY) + Date.UTC(1899, 11, 30));
  const iso = moment.toISOString();
  return withTime ? iso.slice(0, 23).replace(/\.000$/, '') : iso.slice(0, 10);
}

function timeText(serial: number, elapsed: boolean): string | null {
  if (serial > LAST_DAY) return null;
  const milliseconds = Math.round((elapsed ? serial : serial % 1) * DAY);
  const hours = Math.floor(milliseconds / 3_600_000);
  const rest = new Date(milliseconds % 3_600_000)
    .toISOString()
    .slice(14, 23)
    .replace(/\.000$/, '');
  return `${String(elapsed ? hours : hours % 24).padStart(2, '0')}:${rest}`;
}
