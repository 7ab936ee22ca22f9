import { setImmediate } from 'node:timers/promises';
import { columnLetters } from './column-letters.ts';
import type { Limits } from './limits.ts';
import { SheetError } from './sheet-error.ts';

export interface TableRow {
  /** As people count in a spreadsheet: the top row is 1. */
  readonly row: number;
  /** Every column's text by its name; an empty cell is an empty text. */
  readonly cells: Record<string, string>;
}

export interface Table {
  /** The sheet's name; null for CSV. */
  readonly sheet: string | null;
  readonly columns: string[];
  readonly rows: TableRow[];
}

/** A row as a file holds it. A column that is absent is empty. */
export interface SourceRow {
  readonly row: number;
  /** Where the row is, for errors: `line 3`. */
  readonly place: string;
  readonly cells: readonly (string | undefined)[];
}

const ROWS_IN_A_TURN = 1_000;

const isBlank = (text: string | undefined) => text === undefined || text.trim() === '';

/**
 * Makes a table from rows. The first row that is not blank is the header; blank rows are skipped. Empty columns after
 * the last name are tolerated, because spreadsheets write them for cells that are only formatted; a value in one is
 * refused, and so is an empty name among the names.
 */
export class TableBuilder {
  private columns: string[] | undefined;
  private readonly rows: TableRow[] = [];
  private readonly limits: Limits;
  private readonly cornerName: string;

  constructor(limits: Limits, cornerName = '') {
    this.limits = limits;
    this.cornerName = cornerName;
  }

  private add(source: SourceRow): void {
    const cells = source.cells;
    cells.forEach((text, index) => {
      if (text !== undefined) this.refuseBadText(text, source, index);
    });
    if (cells.every(isBlank)) return;
    if (this.columns === undefined) {
      this.columns = this.header(source);
      return;
    }
    if (this.rows.length >= this.limits.rows) {
      throw new SheetError({
        problem: 'the table has too many rows',
        place: source.place,
        allowed: `at most ${this.limits.rows} rows under the header`,
      });
    }
    this.refuseNameless(source, this.columns.length);
    this.rows.push({
      row: source.row,
      cells: Object.fromEntries(this.columns.map((name, index) => [name, cells[index] ?? ''])),
    });
  }

  /** Adds rows in turn, letting other work in between. */
  async addAll<Source>(sources: Iterable<Source>, asRow: (source: Source) => SourceRow): Promise<void> {
    let count = 0;
    for (const source of sources) {
      this.add(asRow(source));
      count += 1;
      if (count % ROWS_IN_A_TURN === 0) await setImmediate();
    }
  }

  /** The finished table. `place` is where a header was looked for. */
  finish(sheet: string | null, place: string): Table {
    if (this.columns === undefined) {
      throw new SheetError({
        problem: 'there is no table, every row is empty',
        place,
        allowed: 'a first row with the names of the columns, and the rows under it',
      });
    }
    return { sheet, columns: this.columns, rows: this.rows };
  }

  private header(source: SourceRow): string[] {
    const names = Array.from(source.cells, (text) => (text ?? '').trim());
    if (names[0] === '') names[0] = this.cornerName;
    names.length = names.findLastIndex((name) => name !== '') + 1;
    if (names.length > this.limits.columns) throw tooManyColumns(source.place, names.length, this.limits);
    const seen = new Map<string, number>();
    for (const [index, name] of names.entries()) {
      const first = seen.get(name);
      if (name === '' || first !== undefined) {
        throw new SheetError({
          problem:
            first === undefined || name === ''
              ? 'this column has no name'
              : `this column has the name of column ${columnLetters(first)}`,
          place: inColumn(source.place, index),
          given: name,
          allowed: 'a name of its own for every column',
        });
      }
      seen.set(name, index);
    }
    return names;
  }

  private refuseNameless(source: SourceRow, width: number): void {
    for (let index = width; index < source.cells.length; index += 1) {
      const text = source.cells[index];
      if (text === undefined || isBlank(text)) continue;
      throw new SheetError({
        problem: 'this value has no column: the header has no name for it',
        place: inColumn(source.place, index),
        given: text,
        allowed: width === 1 ? 'a row of 1 column, as the header has' : `a row of ${width} columns, as the header has`,
      });
    }
  }

  private refuseBadText(text: string, source: SourceRow, index: number): void {
    if (text.length > this.limits.cellChars) throw cellTooLong(inColumn(source.place, index), text, this.limits);
    const nul = text.indexOf('\0');
    if (nul >= 0) throw nulCharacter(inColumn(source.place, index), text);
  }
}

/** The place of a cell, from the place of its row. */
export const inColumn = (place: string, index: number) => `${place}, column ${columnLetters(index)}`;

export function cellTooLong(place: string, text: string, limits: Limits): SheetError {
  return new SheetError({
    problem: `this cell is too long: more than ${limits.cellChars} characters`,
    place,
    given: text,
    allowed: `at most ${limits.cellChars} characters in a cell`,
  });
}

export function tooManyColumns(place: string, given: number, limits: Limits): SheetError {
  return new SheetError({
    problem: 'the table has too many columns',
    place,
    given: String(given),
    allowed: `at most ${limits.columns} columns`,
  });
}

/** U+0000 is no text anywhere: databases refuse it, and in a file it means UTF-16 or a binary format. */
export function nulCharacter(place: string, text: string): SheetError {
  return new SheetError({
    problem: 'this text has a NUL character in it',
    place,
    given: text.replaceAll('\0', '\u2400'),
    allowed: 'text without U+0000',
  });
}
