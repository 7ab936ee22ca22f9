import { columnIndex } from '../column-letters.ts';

const RANGE = /^\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})$/;

interface Range {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The merged areas of a sheet. A merged area has the value of its first cell; others in it may hide old values. */
export class MergedCells {
  private readonly ranges: Range[] = [];
  private readonly covering: (Range | undefined)[] = [];
  private started = 0;
  private readonly columns: number;

  /** Only so many columns are looked at: a sheet may name any number of wide areas. */
  constructor(columns: number) {
    this.columns = columns;
  }

  /** Takes a reference such as `A1:C2`; anything else is no merged area. */
  add(reference: string): void {
    const [, left, top, right, bottom] = RANGE.exec(reference) ?? [];
    if (left === undefined || right === undefined) return;
    this.ranges.push({ top: Number(top), left: columnIndex(left), bottom: Number(bottom), right: columnIndex(right) });
  }

  /** Call when all areas are added, before the first row is asked for. */
  sort(): void {
    this.ranges.sort((a, b) => a.top - b.top);
  }

  /**
   * A row's cells without those hidden by a merged area. Rows are to be asked for in ascending order: the areas that
   * begin above are kept by column, so the work is in proportion to the areas and not to the cells they cover.
   */
  visible<T>(row: number, cells: readonly T[], empty: T): T[] {
    for (let range = this.ranges[this.started]; range !== undefined && range.top <= row; ) {
      for (let column = range.left; column <= Math.min(range.right, this.columns - 1); column += 1)
        this.covering[column] = range;
      this.started += 1;
      range = this.ranges[this.started];
    }
    return Array.from(cells, (cell, column) => {
      const range = this.covering[column];
      const hidden = range !== undefined && row <= range.bottom && !(row === range.top && column === range.left);
      return hidden ? empty : cell;
    });
  }
}
