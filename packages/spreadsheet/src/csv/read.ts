import type { Limits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { type SourceRow, type Table, TableBuilder } from '../table.ts';
import { decodeCsv } from './decode.ts';
import { detectDelimiter } from './delimiter.ts';
import { unguarded } from './guard.ts';
import { csvRecords } from './records.ts';

// Excel's own convention: a first line that names the delimiter and is no row.
const SEPARATOR_LINE = /^sep=([,;\t|])(?:\r\n|\r|\n|$)/i;

/** The table of a CSV file. `formulaGuard` takes off the apostrophes that `writeCsv` puts on; `cornerName` names a first column without a name. */
export async function readCsv(
  bytes: Uint8Array,
  limits: Limits,
  formulaGuard: boolean,
  cornerName?: string,
): Promise<Table> {
  const text = decodeCsv(bytes);
  refuseBinary(text);
  const separatorLine = SEPARATOR_LINE.exec(text);
  const body = separatorLine ? text.slice(separatorLine[0].length) : text;
  const delimiter = separatorLine?.[1] ?? detectDelimiter(body);
  const builder = new TableBuilder(limits, cornerName);
  const records = csvRecords(body, delimiter, limits, separatorLine ? 2 : 1);
  await builder.addAll(records, formulaGuard ? withoutGuards : (record) => record);
  return builder.finish(null, 'the file');
}

function withoutGuards(record: SourceRow): SourceRow {
  return { ...record, cells: record.cells.map((cell) => cell && unguarded(cell)) };
}

function refuseBinary(text: string): void {
  const nul = text.indexOf('\0');
  if (nul < 0) return;
  throw new SheetError({
    problem: 'the file is not text: it has a NUL character in it',
    place: `line ${text.slice(0, nul).split(/\r\n|\r|\n/).length}`,
    allowed: 'UTF-8, or UTF-16 with a byte order mark',
  });
}
