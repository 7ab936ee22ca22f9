import { finiteText } from '../number-text.ts';
import { inColumn, nulCharacter } from '../table.ts';
import { guarded } from './guard.ts';

// Any delimiter that a reader might guess, not only the comma.
const NEEDS_QUOTES = /[",;\t|\r\n]|^\s|\s$|^sep=/i;

/**
 * A CSV text (RFC 4180: comma, CRLF), header first. A text that a spreadsheet could take for a formula (it begins with
 * `=`, `+`, `-`, `@`, tab or a line break) gets an apostrophe in front, and so does one that already has such an
 * apostrophe; numbers stay bare. `readTable` with `formulaGuard: true` gives back the texts as they were.
 * @throws SheetError at a text with U+0000 or a number that is not finite
 */
export function writeCsv(columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [columns, ...rows]
    .map((cells, index) => `${cells.map((cell, column) => field(cell, index + 1, column)).join(',')}\r\n`)
    .join('');
}

function field(value: string | number | null, row: number, column: number): string {
  if (value === null) return '';
  const place = inColumn(`row ${row}`, column);
  if (typeof value === 'number') return finiteText(value, place);
  if (value.includes('\0')) throw nulCharacter(place, value);
  const text = guarded(value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
