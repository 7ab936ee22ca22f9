import { columnLetters } from '../column-letters.ts';
import { looksLikeFormula } from '../csv/guard.ts';
import { finiteText } from '../number-text.ts';
import { SheetError } from '../sheet-error.ts';
import { inColumn, nulCharacter } from '../table.ts';
import { refuseSheetNames } from './sheet-names.ts';
import { escapeText } from './text-escapes.ts';
import { packageParts, Style, WrappedStyle, worksheet } from './written-parts.ts';
import { writeZip } from './zip-write.ts';

type Value = string | number | null;

export interface Sheet {
  /** What Excel accepts: 1 to 31 characters, none of `[ ] : * ? / \`, no two alike but for case. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Whether texts are broken into lines within their cells, at the top of them: for sheets that are read, not only filtered. */
  readonly wrap?: boolean;
}

// What Excel can open (Excel specifications and limits).
const MAX_ROWS = 1_048_576;
const MAX_COLUMNS = 16_384;
const MAX_TEXT = 32_767;

/**
 * An XLSX workbook for Excel and LibreOffice. Each sheet has its header in bold, which stays in sight when the rows are
 * scrolled. Texts are cells of text, never formulas, also after someone edits them. The same sheets always make the same bytes.
 * @throws SheetError at what Excel could not open: bad sheet names, too many rows or columns, a text of more than
 * 32,767 characters or with U+0000, a number that is not finite
 */
export async function writeXlsx(sheets: readonly Sheet[]): Promise<Uint8Array> {
  refuseSheetNames(sheets.map((sheet) => sheet.name));
  const parts = new Map<string, Uint8Array | string>(packageParts(sheets.map((sheet) => sheet.name)));
  for (const [index, sheet] of sheets.entries()) {
    parts.set(`xl/worksheets/sheet${index + 1}.xml`, sheetXml(sheet, index === 0));
  }
  return writeZip(parts);
}

function sheetXml(sheet: Sheet, selected: boolean): Uint8Array {
  const place = `sheet "${sheet.name}"`;
  const width = sheet.rows.reduce((most, row) => Math.max(most, row.length), sheet.columns.length);
  refuseMore('rows', sheet.rows.length + 1, MAX_ROWS, place);
  refuseMore('columns', width, MAX_COLUMNS, place);
  const rows: Buffer[] = [];
  for (const [index, values] of [sheet.columns, ...sheet.rows].entries()) {
    rows.push(Buffer.from(rowXml(values, index + 1, `${place}, row ${index + 1}`, sheet.wrap === true)));
  }
  return worksheet(rows, columnWidths(sheet, width), selected);
}

function rowXml(values: readonly Value[], row: number, place: string, wrap: boolean): string {
  const styles = wrap ? WrappedStyle : Style;
  const cells = values.map((value, column) => {
    if (value === null || value === '') return '';
    const reference = `${columnLetters(column)}${row}`;
    const cellPlace = inColumn(place, column);
    if (typeof value === 'number') {
      const style = wrap ? ` s="${styles.normal}"` : '';
      return `<c r="${reference}"${style}><v>${checkedNumber(value, cellPlace)}</v></c>`;
    }
    const style = row === 1 ? Style.header : looksLikeFormula(value) ? styles.apostrophe : styles.normal;
    refuseText(value, cellPlace);
    return `<c r="${reference}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeText(value)}</t></is></c>`;
  });
  return `<row r="${row}">${cells.join('')}</row>`;
}

function checkedNumber(value: number, place: string): string {
  finiteText(value, place);
  return String(value);
}

function refuseText(text: string, place: string): void {
  if (text.includes('\0')) throw nulCharacter(place, text);
  if (text.length <= MAX_TEXT) return;
  throw new SheetError({
    problem: `this text is too long for a cell of a workbook: ${text.length} characters`,
    place,
    given: text,
    allowed: `at most ${MAX_TEXT} characters; CSV has no such limit`,
  });
}

function refuseMore(what: string, given: number, most: number, place: string): void {
  if (given <= most) return;
  throw new SheetError({
    problem: `too many ${what} for a sheet of a workbook`,
    place,
    given: String(given),
    allowed: `at most ${most} ${what}`,
  });
}

/** In characters of the longest line in the header and the first rows, within what is comfortable to read. */
function columnWidths(sheet: Sheet, width: number): number[] {
  const sample = [sheet.columns, ...sheet.rows.slice(0, 100)];
  return Array.from({ length: width }, (_, column) => {
    const lengths = sample.map((row) => {
      const lines = String(row[column] ?? '').split('\n');
      return Math.max(...lines.slice(0, 100).map((line) => line.length));
    });
    return Math.min(60, Math.max(10, ...lengths) + 2);
  });
}
