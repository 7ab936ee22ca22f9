import { AnnexError, type FieldFault } from '@annex/schema';
import { readTable, SheetError, type Table } from '@annex/spreadsheet';
import { type Criteria, lowCells } from '../criteria/criteria.ts';

/** The largest matrix, and beside it a column and a row of names. */
const most = 10;
const corner = 'likelihood';

/** The table of a file. @throws AnnexError INVALID_TABLE where there is none, or one that is too large */
export async function matrixTable(body: Uint8Array): Promise<Table> {
  try {
    const limits = { columns: most + 1, rows: most };
    return await readTable(body, 'csv', { limits, formulaGuard: true, cornerName: corner });
  } catch (error) {
    if (!(error instanceof SheetError)) throw error;
    throw new AnnexError('INVALID_TABLE', error.message, { faults: [error.fault], cause: error });
  }
}

const plain = (name: string) => name.trim().replace(/\s+/g, ' ').toLowerCase();

/** Which of some names is meant, from 0; -1 for none of them. The very name goes before one in another case. */
function indexOf(names: readonly string[], given: string): number {
  const exact = names.indexOf(given.trim());
  return exact >= 0 ? exact : names.findIndex((name) => plain(name) === plain(given));
}

const list = (names: readonly string[]) => names.join(', ');

/** Places of names in a table, each of them once and none missing. */
function placesOf(
  names: readonly string[],
  given: readonly { readonly name: string; readonly field: string }[],
  whole: { readonly field: string; readonly what: string },
  faults: FieldFault[],
): Map<number, number> {
  const places = new Map<number, number>();
  for (const [place, { name, field }] of given.entries()) {
    const index = indexOf(names, name);
    if (index < 0) faults.push({ field, given: name, allowed: `one of ${list(names)}` });
    else if (places.has(index)) faults.push({ field, given: name, allowed: `${names[index]} once` });
    else places.set(index, place);
  }
  for (const [index, name] of names.entries()) {
    if (!places.has(index)) faults.push({ field: whole.field, given: null, allowed: `a ${whole.what} ${name}` });
  }
  return places;
}

/** The ranks of a matrix that is written as a table, in the order of the criteria's bands, and every fault by its cell. */
export function matrixFrom(
  { columns, rows }: Table,
  { likelihoods, consequences, levels }: Pick<Criteria, 'likelihoods' | 'consequences' | 'levels'>,
): { readonly matrix: number[][]; readonly faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const [first = corner, ...given] = columns;
  const columnAt = placesOf(
    consequences.map(({ name }) => name),
    given.map((name) => ({ name, field: `row 1, ${name}` })),
    { field: 'row 1', what: 'column' },
    faults,
  );
  const rowAt = placesOf(
    likelihoods.map(({ name }) => name),
    rows.map(({ row, cells }) => ({ name: cells[first] ?? '', field: `row ${row}, ${first}` })),
    { field: 'the file', what: 'row' },
    faults,
  );
  const names = levels.map(({ name }) => name);
  const cellAt = (likelihood: number, consequence: number) => {
    const row = rows[rowAt.get(likelihood) ?? -1];
    const column = given[columnAt.get(consequence) ?? -1];
    return row && column !== undefined
      ? { field: `row ${row.row}, ${column}`, text: row.cells[column] ?? '' }
      : undefined;
  };
  const matrix = likelihoods.map((_, likelihood) =>
    consequences.map((__, consequence) => {
      const cell = cellAt(likelihood, consequence);
      const rank = cell ? indexOf(names, cell.text) + 1 : 0;
      if (cell && rank === 0) faults.push({ field: cell.field, given: cell.text, allowed: `one of ${list(names)}` });
      return rank;
    }),
  );
  for (const { likelihood, consequence, least } of lowCells(matrix)) {
    const cell = cellAt(likelihood, consequence);
    const allowed = `at least ${names[least - 1]}, as its milder neighbours have`;
    if (cell) faults.push({ field: cell.field, given: cell.text, allowed });
  }
  return { matrix, faults };
}

/** A cell whose level is another than before. */
export interface CellChange {
  readonly likelihood: string;
  readonly consequence: string;
  readonly from: string;
  readonly to: string;
}

/** The cells in which two matrices of the same bands differ. */
export function changedCells(criteria: Criteria, matrix: readonly (readonly number[])[]): CellChange[] {
  const nameOf = (rank: number | undefined) => criteria.levels[(rank ?? 0) - 1]?.name ?? '';
  return criteria.likelihoods.flatMap((likelihood, row) =>
    criteria.consequences.flatMap((consequence, column) => {
      const [from, to] = [criteria.matrix[row]?.[column], matrix[row]?.[column]].map(nameOf);
      return from === undefined || to === undefined || from === to
        ? []
        : [{ likelihood: likelihood.name, consequence: consequence.name, from, to }];
    }),
  );
}
