import { readCsv } from './csv/read.ts';
import { defaultLimits, type Limits, sizeText } from './limits.ts';
import { SheetError } from './sheet-error.ts';
import type { Table } from './table.ts';
import { readXlsx } from './xlsx/read.ts';

export type TableFormat = 'csv' | 'xlsx';

export interface ReadOptions {
  /** The sheet of a workbook, by name in any case; by default the first that is not hidden. No matter for CSV. */
  readonly sheet?: string;
  /** In place of `defaultLimits`, one by one. */
  readonly limits?: Partial<Limits>;
  /** CSV: take off the apostrophes that `writeCsv` puts in front of what looks like a formula. */
  readonly formulaGuard?: boolean;
  /** CSV: what the first column is called where the header leaves its name out, as the corner of a matrix often is. */
  readonly cornerName?: string;
}

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];

/**
 * A table that a person made, every value as text: numbers and dates as they read them (`12`, `0.1`, `2024-02-29`,
 * `2024-02-29T13:45:00`, `12%`), booleans as TRUE and FALSE, formulas as their last result. Nothing is executed,
 * fetched or written to disk.
 * @throws SheetError where the file is not what it should be, with the place
 */
export async function readTable(bytes: Uint8Array, format: TableFormat, options: ReadOptions = {}): Promise<Table> {
  const limits = { ...defaultLimits, ...options.limits };
  if (bytes.length === 0) throw ofFile('the file is empty', undefined, 'a file with a table in it');
  if (bytes.length > limits.bytes) {
    throw ofFile('the file is too large', sizeText(bytes.length), `at most ${sizeText(limits.bytes)}`);
  }
  if (format === 'xlsx') return readXlsx(bytes, options.sheet, limits);
  if (ZIP_MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw ofFile('this is a workbook or another ZIP archive, not CSV', undefined, 'a CSV file, or the format "xlsx"');
  }
  return readCsv(bytes, limits, options.formulaGuard ?? false, options.cornerName);
}

function ofFile(problem: string, given: string | undefined, allowed: string): SheetError {
  return new SheetError({ problem, place: 'the file', given, allowed });
}
