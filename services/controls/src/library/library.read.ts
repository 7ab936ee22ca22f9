import { createHash } from 'node:crypto';
import {
  assembleProfile,
  OscalError,
  type OscalProfile,
  type ResolvedCatalog,
  readProfile,
  resolveProfile,
} from '@annex/oscal';
import { AnnexError, refuseAll } from '@annex/schema';
import { parseJson } from '@annex/service';
import { readTable, SheetError, type TableFormat } from '@annex/spreadsheet';
import { columns, itemsOfRows, type ReadItems, type WrittenItem } from './library.ts';

const mostItems = 100_000;

/** What a refusal of the OSCAL package says, in the catalogue's words. */
export function oscalRefusal(error: unknown): unknown {
  if (!(error instanceof OscalError)) return error;
  const { pointer, given, allowed, position } = error;
  return new AnnexError('INVALID_OSCAL', error.message, {
    faults: [{ field: pointer || '/', ...(given === undefined ? {} : { given }), allowed }],
    details: { pointer, ...position },
    cause: error,
  });
}

/** The rows of a table. @throws AnnexError INVALID_TABLE */
async function rowsOfTable(body: Uint8Array, format: TableFormat): Promise<WrittenItem[]> {
  try {
    const table = await readTable(body, format, { limits: { columns: 20 } });
    const unknown = table.columns.filter((column) => !(columns as readonly string[]).includes(column.toLowerCase()));
    const missing = ['number', 'title'].filter(
      (name) => !table.columns.some((column) => column.toLowerCase() === name),
    );
    refuseAll('INVALID_TABLE', [
      ...unknown.map((column) => ({
        field: `row 1, ${column}`,
        given: column,
        allowed: `must be one of ${columns.join(', ')}`,
      })),
      ...missing.map((column) => ({ field: 'row 1', allowed: `must have a column ${column}` })),
    ]);
    return table.rows.map(({ row, cells }) => ({
      place: `row ${row}`,
      cells: Object.fromEntries(Object.entries(cells).map(([column, value]) => [column.toLowerCase(), value])),
    }));
  } catch (error) {
    if (!(error instanceof SheetError)) throw error;
    throw new AnnexError('INVALID_TABLE', error.message, { faults: [error.fault], cause: error });
  }
}

/** The entries of `{ items: [...] }` in JSON or YAML. @throws AnnexError MALFORMED_JSON, INVALID_TABLE */
async function rowsOfList(body: Buffer, format: 'json' | 'yaml'): Promise<WrittenItem[]> {
  let read: unknown;
  if (format === 'json') read = parseJson(body);
  else {
    // Loaded where it is needed: few lists are YAML, and each start would wait for it.
    const { parse, YAMLParseError } = await import('yaml');
    try {
      // Aliases can make a small file stand for a huge one.
      read = parse(body.toString('utf8'), { maxAliasCount: 0, uniqueKeys: true });
    } catch (error) {
      const [at] = error instanceof YAMLParseError ? (error.linePos ?? []) : [];
      const place = at ? `line ${at.line}, column ${at.col}` : 'the file';
      throw new AnnexError(
        'INVALID_TABLE',
        `${place}: ${error instanceof Error ? error.message.split('\n', 1)[0] : error}`,
        {
          faults: [{ field: place, allowed: 'must be YAML 1.2 without aliases' }],
          cause: error,
        },
      );
    }
  }
  const items = (read as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) {
    refuseAll('INVALID_TABLE', [{ field: 'items', allowed: 'must be a list of items, each with number and title' }]);
    return [];
  }
  return items.map((item, index) => ({
    place: `items[${index}]`,
    cells: typeof item === 'object' && item !== null && !Array.isArray(item) ? (item as WrittenItem['cells']) : {},
  }));
}

/** Items of a table or list, with everything that is wrong with them. @throws AnnexError where no rows can be had at all */
export async function readRows(body: Buffer, format: 'csv' | 'xlsx' | 'json' | 'yaml'): Promise<ReadItems> {
  const rows = format === 'csv' || format === 'xlsx' ? await rowsOfTable(body, format) : await rowsOfList(body, format);
  if (rows.length === 0) refuseAll('INVALID_TABLE', [{ field: 'the file', allowed: 'must have at least one item' }]);
  if (rows.length > mostItems)
    refuseAll('INVALID_TABLE', [
      { field: 'the file', given: rows.length, allowed: `must have at most ${mostItems} items` },
    ]);
  return itemsOfRows(rows);
}

/** A profile, as 1.2.1 has it, and what it chooses from a catalogue. @throws AnnexError INVALID_OSCAL, MALFORMED_JSON */
export async function resolvedProfile(
  body: Buffer,
  source: Parameters<typeof resolveProfile>[1],
): Promise<ResolvedCatalog & { readonly profile: OscalProfile }> {
  try {
    const read = readProfile(parseJson(body));
    return { ...(await resolveProfile(read, source)), profile: assembleProfile(read).profile };
  } catch (error) {
    throw oscalRefusal(error);
  }
}

export function sha256(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
