import { AnnexError, type FieldFault, refuseAll } from '@annex/schema';
import { readTable, SheetError, type TableFormat, type TableRow } from '@annex/spreadsheet';
import { type Criteria, moneyKey } from '../criteria/criteria.ts';
import { faultsOf } from '../risk/risk.operations.ts';
import type { Affected, TreatmentOption } from '../risk/risk.ts';
import { categoryOfColumn, consequenceColumn, registerColumns, type Settable, settable } from './register.table.ts';

const mostRows = 10_000;
/** More than its own columns a register of elsewhere may have, so that the refusal can name each. */
const mostColumns = 100;
const mostKey = 200;
const affectedProperties: readonly Affected[] = ['CONFIDENTIALITY', 'INTEGRITY', 'AVAILABILITY'];
const treatmentOptions: readonly TreatmentOption[] = ['MODIFY', 'RETAIN', 'AVOID', 'SHARE'];

/** What a file says of one risk; what has no column is left out. */
export interface GivenRisk {
  /** `row 2`, as people count in a spreadsheet. */
  readonly place: string;
  readonly reference: string | null;
  readonly externalKey: string | null;
  readonly values: GivenValues;
}

export interface GivenValues {
  readonly title?: string;
  readonly description?: string;
  readonly ownerId?: string | null;
  readonly affects?: Affected[];
  readonly treatmentOption?: TreatmentOption | null;
  readonly inherentLikelihood?: number;
  readonly inherentConsequence?: number;
  /** Of the further categories that the file has a column of; null where a risk is not rated in it. */
  readonly consequences?: readonly { readonly category: string; readonly level: number | null }[];
}

export interface GivenTable {
  /** As the file names them, in small letters; categories of consequence in capital ones. */
  readonly columns: ReadonlySet<string>;
  readonly rows: readonly { readonly place: string; readonly cells: ReadonlyMap<string, string> }[];
}

/** A category is known by its key, in which an underscore is no space. */
function nameOf(column: string): string {
  const category = categoryOfColumn(column);
  return category === undefined ? column.toLowerCase().replace(/[\s_-]+/g, ' ') : consequenceColumn(category);
}

function checkHeader(columns: readonly string[]): void {
  const names = columns.map(nameOf);
  const fault = (column: string, allowed: string): FieldFault => ({
    field: `row 1, ${column}`,
    given: column,
    allowed,
  });
  refuseAll('INVALID_TABLE', [
    ...columns
      .filter(
        (column) =>
          categoryOfColumn(column) === undefined && !(registerColumns as readonly string[]).includes(nameOf(column)),
      )
      .map((column) =>
        fault(column, `must be one of ${registerColumns.join(', ')}, or ${consequenceColumn('<category>')}`),
      ),
    ...columns
      .filter((column, index) => names.indexOf(nameOf(column)) < index)
      .map((column) => fault(column, 'must be a column that no other is called like')),
    ...(names.includes('reference') || names.includes('external key')
      ? []
      : [{ field: 'row 1', allowed: 'must have a column external key or reference, by which a risk is found again' }]),
  ]);
}

/** The table in a file, its header checked. @throws AnnexError INVALID_TABLE */
export async function registerTable(body: Uint8Array, format: TableFormat): Promise<GivenTable> {
  try {
    const table = await readTable(body, format, {
      limits: { rows: mostRows, columns: mostColumns },
      formulaGuard: true,
    });
    checkHeader(table.columns);
    if (table.rows.length === 0)
      refuseAll('INVALID_TABLE', [{ field: 'the file', allowed: 'must have at least one risk' }]);
    return {
      columns: new Set(table.columns.map(nameOf)),
      rows: table.rows.map(({ row, cells }: TableRow) => ({
        place: `row ${row}`,
        cells: new Map(Object.entries(cells).map(([column, text]) => [nameOf(column), text])),
      })),
    };
  } catch (error) {
    if (!(error instanceof SheetError)) throw error;
    throw new AnnexError('INVALID_TABLE', error.message, { faults: [error.fault], cause: error });
  }
}

/** Columns of the file that an import does not read: what they say is computed, or has steps of its own. */
export const ignoredColumns = ({ columns }: GivenTable): string[] =>
  registerColumns.filter(
    (column) => columns.has(column) && column !== 'reference' && !(settable as readonly string[]).includes(column),
  );

/** The level of a band by its name, in any case, or by its position; NaN where there is none. */
function levelOf(bands: Criteria['likelihoods'], text: string): number {
  const exact = bands.findIndex(({ name }) => name === text);
  const index = exact >= 0 ? exact : bands.findIndex(({ name }) => name.toLowerCase() === text.toLowerCase());
  if (index >= 0) return index + 1;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

/** Names or first letters with commas, semicolons, slashes or spaces between them, in the order of the standard; unknown ones stay to be refused. */
function affectsOf(text: string): Affected[] {
  const given = text
    .toUpperCase()
    .split(/[\s,;/|]+/)
    .filter((one) => one !== '')
    .map((one) => affectedProperties.find((property) => property === one || property[0] === one) ?? (one as Affected));
  return given.sort((a, b) => affectedProperties.indexOf(a) - affectedProperties.indexOf(b));
}

const fieldColumns: Readonly<Record<string, Settable>> = {
  'input.title': 'title',
  'input.description': 'description',
  'input.ownerId': 'owner id',
  'input.affects': 'affects',
  'input.inherentLikelihood': 'inherent likelihood',
  'input.inherentConsequence': 'inherent consequence',
};

function valuesOf(cells: ReadonlyMap<string, string>, criteria: Criteria): GivenValues {
  const trimmed = (column: Settable) => cells.get(column)?.trim();
  const [title, owner, affects, option] = (['title', 'owner id', 'affects', 'treatment option'] as const).map(trimmed);
  const [likelihood, consequence] = (['inherent likelihood', 'inherent consequence'] as const).map(trimmed);
  const description = cells.get('description');
  const consequences = consequencesOf(cells, criteria);
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { ownerId: owner.toLowerCase() || null }),
    ...(affects === undefined ? {} : { affects: affectsOf(affects) }),
    ...(option === undefined ? {} : { treatmentOption: (option.toUpperCase() as TreatmentOption) || null }),
    ...(likelihood === undefined ? {} : { inherentLikelihood: levelOf(criteria.likelihoods, likelihood) }),
    ...(consequence === undefined ? {} : { inherentConsequence: levelOf(criteria.consequences, consequence) }),
    ...(consequences.length === 0 ? {} : { consequences }),
  };
}

/** The levels in further categories, of each that the file has a column of. */
function consequencesOf(
  cells: ReadonlyMap<string, string>,
  { categories }: Criteria,
): NonNullable<GivenValues['consequences']> {
  return categories.flatMap(({ key, bands }) => {
    const text = cells.get(consequenceColumn(key))?.trim();
    return text === undefined ? [] : [{ category: key, level: text === '' ? null : levelOf(bands, text) }];
  });
}

/** Columns of categories that the criteria do not have. */
function unknownCategories({ columns }: GivenTable, { categories }: Criteria): FieldFault[] {
  const known = categories.map(({ key }) => consequenceColumn(key));
  return [...columns]
    .filter((column) => categoryOfColumn(column) !== undefined && !known.includes(column))
    .map((column) => ({
      field: `row 1, ${column}`,
      given: column,
      allowed:
        column === consequenceColumn(moneyKey)
          ? 'not this column: the level in money is inherent consequence'
          : known.length === 0
            ? `no column of this kind: the criteria have no category beside ${moneyKey}`
            : `must be of a category of the criteria: ${known.join(', ')}`,
    }));
}

/** What the rows of a table say, and every fault in them by row and column. */
export function readRisks(
  table: GivenTable,
  criteria: Criteria,
): { readonly risks: GivenRisk[]; readonly faults: FieldFault[] } {
  const faults = unknownCategories(table, criteria);
  const risks = table.rows.map(({ place, cells }): GivenRisk => {
    const fault = (column: string, allowed: string) =>
      faults.push({ field: `${place}, ${column}`, given: cells.get(column) ?? null, allowed });
    const values = valuesOf(cells, criteria);
    const rated = (values.consequences ?? []).flatMap(({ category, level }) =>
      level === null ? [] : [{ category, level }],
    );
    const columns = new Map([
      ...Object.entries(fieldColumns),
      ...rated.map(({ category }, index): [string, string] => [
        `input.consequences[${index}].level`,
        consequenceColumn(category),
      ]),
    ]);
    for (const { field, allowed } of faultsOf({ ...values, consequences: rated }, criteria))
      fault(columns.get(field) ?? field, allowed);
    const unknown = (values.affects ?? []).some((one) => !affectedProperties.includes(one));
    if (unknown) fault('affects', `at least one of ${affectedProperties.join(', ')}, each once`);
    const { treatmentOption } = values;
    if (treatmentOption && !treatmentOptions.includes(treatmentOption))
      fault('treatment option', `one of ${treatmentOptions.join(', ')}, or nothing`);
    const externalKey = cells.get('external key')?.trim() || null;
    if (externalKey !== null && externalKey.length > mostKey)
      fault('external key', `a key of at most ${mostKey} characters`);
    const reference = cells.get('reference')?.trim() || null;
    if (externalKey === null && reference === null) {
      fault(
        cells.has('external key') ? 'external key' : 'reference',
        'must say by what the risk is found again when the file is imported once more',
      );
    }
    return { place, reference, externalKey, values };
  });
  return { risks, faults };
}
