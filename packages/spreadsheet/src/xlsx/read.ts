import type { Limits } from '../limits.ts';
import type { Table } from '../table.ts';
import { WorkbookPackage } from './package.ts';
import { readSheet } from './sheet.ts';
import { chooseSheet, readWorkbook } from './workbook.ts';

/** The table of one sheet of an XLSX file (ECMA-376, SpreadsheetML). */
export async function readXlsx(bytes: Uint8Array, sheet: string | undefined, limits: Limits): Promise<Table> {
  const opened = await WorkbookPackage.open(bytes, limits);
  const workbook = await readWorkbook(opened, limits);
  const { name, part } = chooseSheet(workbook, sheet);
  return readSheet(name, part, opened.part(part), workbook, limits);
}
