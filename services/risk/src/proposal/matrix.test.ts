import { AnnexError } from '@annex/schema';
import { defaultCriteria } from '../criteria/criteria.default.ts';
import { changedCells, matrixFrom, matrixTable } from './matrix.ts';

const lines = [
  ['', 'Negligible', 'Minor', 'Moderate', 'Major', 'Severe'],
  ['Rare', 'Low', 'Low', 'Low', 'Medium', 'Medium'],
  ['Unlikely', 'Low', 'Low', 'Medium', 'Medium', 'High'],
  ['Possible', 'Low', 'Medium', 'Medium', 'High', 'High'],
  ['Likely', 'Low', 'Medium', 'High', 'High', 'Critical'],
  ['Frequent', 'Medium', 'Medium', 'High', 'Critical', 'Critical'],
];
const [header = [], ...body] = lines;
const rows = [...body].reverse();
const csv = (rows: readonly (readonly string[])[], delimiter = ',', end = '\n') =>
  rows.map((row) => row.join(delimiter)).join(end);
const changed = (row: number, column: number, text: string) =>
  lines.map((cells, at) => cells.map((cell, index) => (at === row && index === column ? text : cell)));

async function read(text: string) {
  return matrixFrom(await matrixTable(Buffer.from(text)), defaultCriteria);
}
const faultsOf = async (rows: readonly (readonly string[])[]) =>
  (await read(csv(rows))).faults.map(({ field, allowed }) => `${field}: ${allowed}`);

async function refusal(text: string) {
  try {
    await matrixTable(Buffer.from(text));
  } catch (error) {
    if (error instanceof AnnexError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('a matrix from a table', () => {
  it.each([
    ['with commas', csv(lines)],
    ['with semicolons and Windows line ends', csv(lines, ';', '\r\n')],
    ['with tabs', csv(lines, '\t')],
    ['with a byte order mark', `\uFEFF${csv(lines)}`],
    ['with quotes', csv(lines.map((row) => row.map((cell) => `"${cell}"`)))],
    ['in another case and with blanks', csv(lines.map((row) => row.map((cell) => ` ${cell.toUpperCase()}  `)))],
    ['with a name in the corner', csv(changed(0, 0, 'Likelihood \\ consequence'))],
    [
      'with rows and columns in another order',
      csv([header, ...rows].map(([name = '', ...cells]) => [name, ...cells.reverse()])),
    ],
  ])('is read %s', async (_, text) => {
    expect(await read(text)).toEqual({ matrix: defaultCriteria.matrix, faults: [] });
  });

  it('names each cell at fault by row and column', async () => {
    expect(await faultsOf(changed(3, 4, 'Hgih'))).toEqual(['row 4, Major: one of Low, Medium, High, Critical']);
    expect(await faultsOf(changed(3, 4, ''))).toEqual(['row 4, Major: one of Low, Medium, High, Critical']);
    expect(await faultsOf(changed(5, 5, 'Low'))).toEqual([
      'row 6, Severe: at least Critical, as its milder neighbours have',
    ]);
    expect(await faultsOf(changed(0, 2, 'Tiny'))).toEqual([
      'row 1, Tiny: one of Negligible, Minor, Moderate, Major, Severe',
      'row 1: a column Minor',
    ]);
    expect(await faultsOf(changed(0, 2, 'negligible'))).toEqual([
      'row 1, negligible: Negligible once',
      'row 1: a column Minor',
    ]);
    expect(await faultsOf(lines.slice(0, 5))).toEqual(['the file: a row Frequent']);
    expect(await faultsOf([...lines, lines[1] ?? []])).toEqual(['row 7, likelihood: Rare once']);
    expect(await faultsOf(changed(2, 0, 'Now and then'))).toEqual([
      'row 3, likelihood: one of Rare, Unlikely, Possible, Likely, Frequent',
      'the file: a row Unlikely',
    ]);
  });

  it('is refused where there is none or one that is too large', async () => {
    expect(await refusal('')).toContain('INVALID_TABLE the file: the file is empty');
    expect(await refusal('\n\n')).toContain('INVALID_TABLE');
    const wide = csv([['', ...Array.from({ length: 11 }, (_, index) => `c${index}`)]]);
    expect(await refusal(wide)).toContain('too many columns');
    const high = csv([['', 'c'], ...Array.from({ length: 11 }, (_, index) => [`r${index}`, 'Low'])]);
    expect(await refusal(high)).toContain('too many rows');
    expect(await refusal(',a,a\nb,c,d')).toContain('column C');
    expect(await refusal('"a,b')).toContain('INVALID_TABLE');
  });

  it('differs from another in the cells that it names', async () => {
    const { matrix } = await read(csv(changed(1, 4, 'Low')));
    expect(changedCells(defaultCriteria, matrix)).toEqual([
      { likelihood: 'Rare', consequence: 'Major', from: 'Medium', to: 'Low' },
    ]);
  });
});
