import { SheetError } from '../sheet-error.ts';
import { inColumn } from '../table.ts';
import { formattedNumber } from './number-formats.ts';
import { unescapeText } from './text-escapes.ts';
import type { Workbook } from './workbook.ts';

/** A cell as a sheet's XML has it. */
export interface RawCell {
  readonly column: number;
  /** `s`, `inlineStr`, `str`, `b`, `e`, `d` or `n`. */
  readonly type: string;
  readonly style: number;
  /** The content of `v` or of the texts in `is`, still escaped. */
  content: string;
  hasValue: boolean;
  hasFormula: boolean;
}

/**
 * The text of a cell, as the person who made the sheet sees it.
 * @throws SheetError at an error value, a formula that was never calculated, and content that its type cannot have
 */
export function cellText(cell: RawCell, workbook: Workbook, rowPlace: string): string {
  const place = inColumn(rowPlace, cell.column);
  if (cell.hasFormula && !cell.hasValue) {
    throw new SheetError({
      problem: 'this formula has no result in the file',
      place,
      allowed: 'a value, or a formula that was calculated: open the workbook in a spreadsheet program and save it',
    });
  }
  switch (cell.type) {
    case 'inlineStr':
    case 'str':
      return unescapeText(cell.content);
    case 's':
      return sharedText(cell, workbook, place);
    case 'b':
      return cell.content.trim() === '' ? '' : /^(?:1|true)$/i.test(cell.content.trim()) ? 'TRUE' : 'FALSE';
    case 'e':
      throw new SheetError({
        problem: `this cell shows the error ${cell.content}`,
        place,
        given: cell.content,
        allowed: 'a value, or a formula without an error',
      });
    case 'd':
      return cell.content.trim().replace(/T00:00:00(?:\.0+)?Z?$/, '');
    case 'n':
      return numberOf(cell, workbook, place);
    default:
      throw damagedCell(`this cell has the unknown type ${cell.type}`, cell, place);
  }
}

function sharedText(cell: RawCell, workbook: Workbook, place: string): string {
  if (!cell.hasValue) return '';
  const text = /^\s*\d+\s*$/.test(cell.content) ? workbook.sharedStrings[Number(cell.content)] : undefined;
  if (text === undefined) throw damagedCell('this cell refers to a text that the workbook does not have', cell, place);
  return text;
}

function numberOf(cell: RawCell, workbook: Workbook, place: string): string {
  const content = cell.content.trim();
  if (content === '') return '';
  const value = Number(content);
  if (!/^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(content) || !Number.isFinite(value)) {
    throw damagedCell('this cell should hold a number', cell, place);
  }
  const meaning = workbook.meanings[cell.style];
  return formattedNumber(value, meaning, workbook.epoch1904);
}

function damagedCell(problem: string, cell: RawCell, place: string): SheetError {
  return new SheetError({
    problem,
    place,
    given: cell.content,
    allowed: 'a workbook as a spreadsheet program saves it',
  });
}
