import { columnIndex } from '../column-letters.ts';
import type { Limits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { inColumn, type Table, TableBuilder, tooManyColumns } from '../table.ts';
import { cellText, type RawCell } from './cell.ts';
import { MergedCells } from './merged-cells.ts';
import { textLimit } from './text-escapes.ts';
import type { Workbook } from './workbook.ts';
import { type Attributes, parseXml, type XmlHandler } from './xml.ts';

interface Row {
  readonly row: number;
  readonly cells: (string | undefined)[];
}

/** The table of a worksheet. Hidden rows and columns are read as well; they are data. */
export async function readSheet(
  name: string,
  part: string,
  content: Uint8Array,
  workbook: Workbook,
  limits: Limits,
): Promise<Table> {
  const place = `sheet "${name}"`;
  const { rows, merged } = await rawRows(new SheetReader(place, workbook, limits), part, content);
  const builder = new TableBuilder(limits);
  await builder.addAll(rows, ({ row, cells }) => ({
    row,
    place: `${place}, row ${row}`,
    cells: merged.visible(row, cells, undefined),
  }));
  return builder.finish(name, place);
}

async function rawRows(reader: SheetReader, part: string, content: Uint8Array): Promise<SheetReader> {
  await parseXml(part, content, reader);
  reader.merged.sort();
  return reader;
}

class SheetReader implements XmlHandler {
  readonly rows: Row[] = [];
  readonly merged: MergedCells;
  private readonly place: string;
  private readonly workbook: Workbook;
  private readonly limits: Limits;
  private readonly textLimit: number;
  private row = 0;
  private cells: (string | undefined)[] = [];
  private column = -1;
  private cell: RawCell | undefined;

  constructor(place: string, workbook: Workbook, limits: Limits) {
    this.place = place;
    this.workbook = workbook;
    this.limits = limits;
    this.textLimit = textLimit(limits);
    this.merged = new MergedCells(limits.columns);
  }

  open(path: readonly string[], attributes: Attributes): void {
    if (path[1] === 'mergeCells' && path.length === 3) this.merged.add(attributes.ref ?? '');
    if (path[1] !== 'sheetData') return;
    if (path.length === 3 && path[2] === 'row') this.openRow(attributes);
    if (path.length === 4 && path[3] === 'c') this.openCell(attributes);
    if (path.length !== 5 || this.cell === undefined) return;
    if (path[4] === 'f') this.cell.hasFormula = true;
    if (path[4] === 'v' || path[4] === 'is') this.cell.hasValue = true;
  }

  text(path: readonly string[], text: string): void {
    const cell = this.cell;
    if (cell === undefined || path.length < 5 || cell.content.length >= this.textLimit) return;
    const isValue = path.length === 5 && path[4] === 'v';
    const isInline = path[4] === 'is' && path.at(-1) === 't' && path[5] !== 'rPh';
    if (isValue || isInline) cell.content += text.slice(0, this.textLimit);
  }

  close(path: readonly string[]): void {
    if (path[1] !== 'sheetData') return;
    if (path.length === 4 && this.cell !== undefined) this.closeCell(this.cell);
    if (path.length === 3 && this.cells.length > 0) this.closeRow();
  }

  private openRow(attributes: Attributes): void {
    const row = attributes.r === undefined ? this.row + 1 : Number(attributes.r);
    if (!Number.isInteger(row) || row <= this.row) {
      throw this.damaged('rows are out of order', this.rowPlace, `row ${attributes.r}`);
    }
    this.row = row;
    this.column = -1;
    this.cells = [];
  }

  private openCell(attributes: Attributes): void {
    const letters = /^([A-Z]{1,3})\d+$/.exec(attributes.r ?? '')?.[1];
    const column = letters === undefined ? this.column + 1 : columnIndex(letters);
    if (column <= this.column || (letters === undefined && attributes.r !== undefined)) {
      throw this.damaged('cells are out of order', this.rowPlace, `cell ${attributes.r}`);
    }
    this.column = column;
    this.cell = {
      column,
      type: attributes.t ?? 'n',
      style: Number(attributes.s ?? 0),
      content: '',
      hasValue: false,
      hasFormula: false,
    };
  }

  private closeCell(cell: RawCell): void {
    this.cell = undefined;
    const text = cellText(cell, this.workbook, this.rowPlace);
    if (text === '') return;
    if (cell.column >= this.limits.columns) {
      throw tooManyColumns(inColumn(this.rowPlace, cell.column), cell.column + 1, this.limits);
    }
    this.cells[cell.column] = text;
  }

  private closeRow(): void {
    if (this.rows.length > this.limits.rows) {
      throw new SheetError({
        problem: 'the table has too many rows',
        place: this.rowPlace,
        allowed: `at most ${this.limits.rows} rows under the header`,
      });
    }
    this.rows.push({ row: this.row, cells: this.cells });
    this.cells = [];
  }

  private get rowPlace(): string {
    return `${this.place}, row ${this.row}`;
  }

  private damaged(problem: string, place: string, given: string): SheetError {
    return new SheetError({ problem, place, given, allowed: 'a workbook as a spreadsheet program saves it' });
  }
}
