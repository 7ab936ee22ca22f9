import type { Limits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { cellTooLong, inColumn, type SourceRow, tooManyColumns } from '../table.ts';

const QUOTE = '"';

/**
 * The records of a CSV text (RFC 4180), blank lines among them, so that rows count as a spreadsheet shows them. Lines
 * end in CRLF, LF or CR. As in Excel, a quote is a plain character unless it is the first of its field.
 * Own code: csv-parse 7 names the last line of the file, not the opening one, for a quote that is never closed.
 * @throws SheetError with the line where the field, or its quote, begins
 */
export function* csvRecords(text: string, delimiter: string, limits: Limits, firstLine = 1): Generator<SourceRow> {
  let at = 0;
  let line = firstLine;
  for (let row = 1; at < text.length; row += 1) {
    const place = `line ${line}`;
    const cells: string[] = [];
    for (;;) {
      const fieldPlace = inColumn(`line ${line}`, cells.length);
      if (cells.length >= limits.columns) {
        if (restOfLine(text, at).replaceAll(delimiter, '').trim() === '') {
          at += restOfLine(text, at).length;
          break;
        }
        throw tooManyColumns(place, cells.length + 1, limits);
      }
      const field = text[at] === QUOTE ? quoted(text, at, line, delimiter) : plain(text, at, delimiter);
      if (field.value.length > limits.cellChars) throw cellTooLong(fieldPlace, field.value, limits);
      cells.push(field.value);
      at = field.end;
      line += field.lineBreaks;
      if (text[at] !== delimiter) break;
      at += 1;
    }
    at += lineBreakAt(text, at);
    line += 1;
    yield { row, place, cells };
  }
}

interface Field {
  value: string;
  /** The position after the field: a delimiter, a line break or the end. */
  end: number;
  lineBreaks: number;
}

function plain(text: string, start: number, delimiter: string): Field {
  let end = start;
  while (end < text.length && text[end] !== delimiter && lineBreakAt(text, end) === 0) end += 1;
  return { value: text.slice(start, end), end, lineBreaks: 0 };
}

function quoted(text: string, start: number, line: number, delimiter: string): Field {
  let end = start;
  do {
    end = text.indexOf(QUOTE, end + 1);
    if (end < 0) {
      throw new SheetError({
        problem: 'the quote that opens here is never closed',
        place: `line ${line}`,
        given: text.slice(start, start + 200),
        allowed: 'a closing quote; a quote inside a quoted field is written twice',
      });
    }
    end += 1;
  } while (text[end] === QUOTE);
  const inner = text.slice(start + 1, end - 1);
  const lineBreaks = inner.match(/\r\n|\r|\n/g)?.length ?? 0;
  if (end < text.length && text[end] !== delimiter && lineBreakAt(text, end) === 0) {
    throw new SheetError({
      problem: 'there is text after a closing quote',
      place: `line ${line + lineBreaks}`,
      given: text.slice(Math.max(start, end - 50), end) + restOfLine(text, end).slice(0, 50),
      allowed: 'a delimiter or the end of the line; a quote inside a quoted field is written twice',
    });
  }
  return { value: inner.replaceAll('""', QUOTE), end, lineBreaks };
}

/** How many characters the line break at a position has, 0 where there is none. */
function lineBreakAt(text: string, at: number): 0 | 1 | 2 {
  const character = text[at];
  if (character === '\n') return 1;
  if (character !== '\r') return 0;
  return text[at + 1] === '\n' ? 2 : 1;
}

function restOfLine(text: string, start: number): string {
  let end = start;
  while (end < text.length && lineBreakAt(text, end) === 0) end += 1;
  return text.slice(start, end);
}
