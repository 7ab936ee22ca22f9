import { AnnexError, type FieldFault } from '@annex/schema';
import { readTable, SheetError, type TableRow } from '@annex/spreadsheet';
import {
  type AssetCategory,
  type AssetFacts,
  type AssetKind,
  assetKinds,
  type Classification,
  classifications,
  faultsOfAsset,
  valueFields,
} from '../asset/asset.ts';
import type { WrittenAsset, WrittenAssets } from './written.ts';

const columns = [
  'name',
  'kind',
  'category',
  'ownerId',
  'classification',
  ...valueFields,
  'description',
  'externalKey',
  'dependsOn',
] as const;
type Column = (typeof columns)[number];
const needed: readonly Column[] = ['name', 'kind', 'category'];
const mostRows = 20_000;

const byLowerCase = new Map<string, Column>(columns.map((column) => [column.toLowerCase(), column]));
/** `Business process` is `BUSINESS_PROCESS`. */
const asValue = (cell: string) => cell.toUpperCase().replace(/[\s-]+/g, '_');

/** An asset of a row, with its faults. */
function readRow({ row, cells }: TableRow): { asset: WrittenAsset; faults: FieldFault[] } {
  const place = `row ${row}`;
  const found = new Map<Column, string>();
  for (const [name, cell] of Object.entries(cells)) {
    const column = byLowerCase.get(name.toLowerCase());
    if (column && cell.trim() !== '') found.set(column, cell.trim());
  }
  const faults: FieldFault[] = [];
  const chosen = <Value extends string>(column: Column, allowed: readonly Value[]): Value | undefined => {
    const given = found.get(column);
    const value = allowed.find((one) => one === asValue(given ?? ''));
    if (given !== undefined && value === undefined)
      faults.push({ field: `${place}, ${column}`, given, allowed: `must be one of ${allowed.join(', ')}` });
    return value;
  };
  const value = (column: Column) => {
    const given = found.get(column);
    return given === undefined ? null : Number(given);
  };
  if (!found.has('kind'))
    faults.push({ field: `${place}, kind`, given: '', allowed: `must be one of ${assetKinds.join(', ')}` });
  const facts: AssetFacts = {
    name: found.get('name') ?? '',
    kind: chosen<AssetKind>('kind', assetKinds) ?? 'SUPPORTING',
    category: asValue(found.get('category') ?? '') as AssetCategory,
    ownerId: found.get('ownerId') ?? null,
    classification: chosen<Classification>('classification', classifications) ?? null,
    confidentiality: value('confidentiality'),
    integrity: value('integrity'),
    availability: value('availability'),
    description: found.get('description') ?? '',
    externalKey: found.get('externalKey') ?? null,
  };
  const at = (field: string) => `${place}, ${field}`;
  // Which categories there are follows from the kind: without one nothing is said of them.
  const wrongKind = faults.some((fault) => fault.field === at('kind'));
  faults.push(...faultsOfAsset(facts, at).filter((fault) => !wrongKind || fault.field !== at('category')));
  const { externalKey, name } = facts;
  const needs = found.get('dependsOn')?.split(';');
  return {
    asset: {
      place,
      facts,
      key: externalKey === null ? { name } : { external: externalKey },
      said: new Set([...found.keys()].filter((column) => column !== 'dependsOn')),
      needs: needs?.map((one) => one.trim()).filter((one) => one !== '') ?? null,
    },
    faults,
  };
}

/** What is wrong with the header of a table. */
function faultsOfHeader(names: readonly string[]): FieldFault[] {
  const given = names.map((name) => name.toLowerCase());
  return [
    ...names
      .filter((name) => !byLowerCase.has(name.toLowerCase()))
      .map((name) => ({ field: `row 1, ${name}`, given: name, allowed: `must be one of ${columns.join(', ')}` })),
    ...names
      .filter((name, index) => given.indexOf(name.toLowerCase()) < index)
      .map((name) => ({ field: `row 1, ${name}`, given: name, allowed: 'must be there once' })),
    ...needed
      .filter((column) => !given.includes(column.toLowerCase()))
      .map((column) => ({ field: 'row 1', given: null, allowed: `must have a column ${column}` })),
  ];
}

/** The assets of a CSV file. @throws AnnexError INVALID_TABLE where there is no table */
export async function readCsvAssets(body: Uint8Array): Promise<WrittenAssets> {
  let table: Awaited<ReturnType<typeof readTable>>;
  try {
    table = await readTable(body, 'csv', { limits: { columns: 20, rows: mostRows }, formulaGuard: true });
  } catch (error) {
    if (!(error instanceof SheetError)) throw error;
    throw new AnnexError('INVALID_TABLE', error.message, { faults: [error.fault], cause: error });
  }
  const header = faultsOfHeader(table.columns);
  if (header.length > 0) return { assets: [], faults: header, warnings: [] };
  const rows = table.rows.map(readRow);
  const nobody = [{ field: 'the file', given: 0, allowed: 'must have at least one asset' }];
  return {
    assets: rows.map(({ asset }) => asset),
    faults: rows.length === 0 ? nobody : rows.flatMap(({ faults }) => faults),
    warnings: [],
  };
}
