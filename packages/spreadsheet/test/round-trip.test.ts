import fc from 'fast-check';
import { readTable, type Table, writeCsv, writeXlsx } from '../src/index.ts';

const anyText = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc.string({ maxLength }),
      fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n,;|"\'_x0041_ \u00a0\ufeff\u0001\uffff&<>'), maxLength }),
      fc.constantFrom('=1+1', "'=1", "''@x", '-5', '007', '1e5', '_x000D_', '_x005F_', ']]>', '\r\n', 'sep=;', 'TRUE'),
    )
    .filter((text) => !text.includes('\0'));

const isBlank = (text: string) => text.trim() === '';

const anyTable = fc
  .uniqueArray(
    anyText(12)
      .map((text) => text.trim())
      .filter((text) => text !== ''),
    { minLength: 1, maxLength: 6 },
  )
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.array(anyText(30), { minLength: columns.length, maxLength: columns.length }), {
        maxLength: 12,
      }),
    }),
  );

/** What reading gives: blank rows are skipped but counted. */
function asRead(sheet: string | null, columns: string[], rows: string[][]): Table {
  return {
    sheet,
    columns,
    rows: rows
      .map((row, index) => ({
        row: index + 2,
        cells: Object.fromEntries(columns.map((name, column) => [name, row[column] ?? ''])),
      }))
      .filter((_, index) => !rows[index]?.every(isBlank)),
  };
}

it('does not take a delimiter within quotes for the one between fields', async () => {
  const columns = ['=1+1', ';;='];
  const table = await readTable(Buffer.from(writeCsv(columns, [])), 'csv', { formulaGuard: true });
  expect(table.columns).toEqual(columns);
});

describe('any table of texts', () => {
  it('is the same after writeXlsx and readTable', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ({ columns, rows }) => {
        const bytes = await writeXlsx([{ name: 'A & "B"', columns, rows }]);
        expect(await readTable(bytes, 'xlsx')).toEqual(asRead('A & "B"', columns, rows));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same after writeCsv and readTable with the formula guard', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ({ columns, rows }) => {
        const bytes = Buffer.from(writeCsv(columns, rows));
        expect(await readTable(bytes, 'csv', { formulaGuard: true })).toEqual(asRead(null, columns, rows));
      }),
      { numRuns: 500 },
    );
  });

  it('never has a field in CSV that begins as a formula', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ({ columns, rows }) => {
        const table = await readTable(Buffer.from(writeCsv(columns, rows)), 'csv');
        for (const text of [...table.columns, ...table.rows.flatMap((row) => Object.values(row.cells))]) {
          expect(text).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
    );
  });
});

describe('any finite number of 15 digits', () => {
  const digits15 = fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 })
    .map((value) => Number(value.toPrecision(15)) || 0);

  it('has the same value after writing and reading, as CSV and as XLSX', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(digits15, { minLength: 1, maxLength: 20 }), async (numbers) => {
        const rows = numbers.map((number) => [number]);
        const xlsx = await readTable(await writeXlsx([{ name: 'S', columns: ['n'], rows }]), 'xlsx');
        const csv = await readTable(Buffer.from(writeCsv(['n'], rows)), 'csv');
        for (const table of [xlsx, csv]) expect(table.rows.map(({ cells }) => Number(cells.n))).toEqual(numbers);
        expect(csv.rows).toEqual(xlsx.rows);
      }),
    );
  });
});

describe('writeXlsx', () => {
  it('keeps half of a surrogate pair, which UTF-8 cannot', async () => {
    const bytes = await writeXlsx([{ name: 'S', columns: ['a'], rows: [['x\ud800y']] }]);
    expect((await readTable(bytes, 'xlsx')).rows[0]?.cells.a).toBe('x\ud800y');
  });
});
