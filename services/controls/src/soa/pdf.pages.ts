import { setImmediate } from 'node:timers/promises';
import { printable, type Typeface, type Weight } from './pdf.typeface.ts';

export interface Cell {
  readonly text: string;
  readonly weight?: Weight;
  readonly colour?: string;
  readonly size?: number;
}

export interface Row {
  readonly cells: readonly Cell[];
  /** The ground behind it. */
  readonly fill?: string;
  /** The colour of a bar at its left. */
  readonly bar?: string;
}

export interface Table {
  /** In points. */
  readonly widths: readonly number[];
  /** Over the rows, on every page that has some of them. */
  readonly head?: Row;
  readonly rows: readonly Row[];
  /** Whether a line is drawn under each row. */
  readonly ruled: boolean;
  /** Above and under the text of a cell, in points. */
  readonly padding: number;
}

/** A row, or as much of it as stands on one page, broken into lines. */
export interface Piece {
  readonly table: Table;
  readonly row: Row;
  /** A list for each cell. */
  readonly lines: readonly (readonly string[])[];
  readonly top: number;
  readonly height: number;
}

export const sizeOf = (cell: Cell) => cell.size ?? 7.5;
export const lineHeight = (cell: Cell) => sizeOf(cell) * 1.28;
/** Left and right of a cell's text, in points. */
export const gutter = 4;

/** So many rows are laid out, or pages drawn, before others get their turn. */
export const inOneGo = 8;

interface Area {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Puts tables onto pages, one under the other. A row that is higher than a third of a page may go on on the next one, so that texts of any
 * length are shown whole; others stay together.
 */
export class Pages {
  readonly pages: Piece[][] = [[]];
  /** Whether something was there to be shown that the typeface has no sign for. */
  lacking = false;
  readonly #area: Area;
  readonly #typefaces: Readonly<Record<Weight, Typeface>>;
  #y: number;

  constructor(area: Area, typefaces: Readonly<Record<Weight, Typeface>>) {
    this.#area = area;
    this.#typefaces = typefaces;
    this.#y = area.top;
  }

  /** Leaves room, except at the top of a page. */
  space(points: number): void {
    if (this.#y > this.#area.top) this.#y += points;
  }

  async add(table: Table): Promise<void> {
    const { head } = table;
    let headed = false;
    const headHeight = head ? this.#heightOf(table, head, this.#linesOf(table, head)) : 0;
    const startPage = () => {
      this.pages.push([]);
      this.#y = this.#area.top;
      headed = false;
    };
    for (const [count, row] of table.rows.entries()) {
      if (count % inOneGo === inOneGo - 1) await setImmediate();
      let lines = this.#linesOf(table, row);
      const [first = []] = lines;
      const page = this.#area.bottom - this.#area.top - headHeight;
      const whole = this.#heightOf(table, row, lines);
      const room = () => this.#area.bottom - this.#y - (headed ? 0 : headHeight);
      if (whole > room() && this.#y > this.#area.top && (whole <= page / 3 || room() < page / 6)) startPage();
      for (;;) {
        if (head && !headed) this.#place(table, head, this.#linesOf(table, head));
        headed = true;
        if (this.#heightOf(table, row, lines) <= room()) break;
        const fitting = row.cells.map((cell) =>
          Math.max(1, Math.floor((room() - 2 * table.padding) / lineHeight(cell))),
        );
        this.#place(
          table,
          row,
          lines.map((list, index) => list.slice(0, fitting[index])),
        );
        lines = lines.map((list, index) => list.slice(fitting[index]));
        // What goes on says of what it is the rest.
        if (table.ruled && lines[0]?.length === 0) lines[0] = [...first.slice(0, 3), 'continued'];
        startPage();
      }
      this.#place(table, row, lines);
    }
  }

  #linesOf({ widths }: Table, { cells }: Row): string[][] {
    return cells.map((cell, index) => {
      const typeface = this.#typefaces[cell.weight ?? 'plain'];
      const text = printable(cell.text);
      const shown = typeface.shown(text);
      if (shown !== text) this.lacking = true;
      return typeface.lines(shown, sizeOf(cell), (widths[index] ?? 0) - 2 * gutter);
    });
  }

  #heightOf(table: Table, { cells }: Row, lines: readonly (readonly string[])[]): number {
    const heights = cells.map((cell, index) => (lines[index]?.length ?? 0) * lineHeight(cell));
    return Math.max(0, ...heights) + 2 * table.padding;
  }

  #place(table: Table, row: Row, lines: readonly (readonly string[])[]): void {
    const height = this.#heightOf(table, row, lines);
    this.pages.at(-1)?.push({ table, row, lines, top: this.#y, height });
    this.#y += height;
  }
}
