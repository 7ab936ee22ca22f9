import { readTable } from '../src/index.ts';
import { refusal } from './refusal.ts';

const read = (text: string | Uint8Array, options = {}) => readTable(Buffer.from(text as string), 'csv', options);
const cells = async (text: string | Uint8Array) => (await read(text)).rows.map((row) => Object.values(row.cells));

describe('a CSV table', () => {
  it('has the first row that is not blank as its header, trimmed, and skips blank rows but counts them', async () => {
    expect(await read('\n , \n Name ,Value\n\na,1\n,\nb,2')).toEqual({
      sheet: null,
      columns: ['Name', 'Value'],
      rows: [
        { row: 5, cells: { Name: 'a', Value: '1' } },
        { row: 7, cells: { Name: 'b', Value: '2' } },
      ],
    });
  });

  it('has no rows where there is only a header', async () => {
    expect(await read('Name,Value\r\n')).toEqual({ sheet: null, columns: ['Name', 'Value'], rows: [] });
  });

  it('keeps quotes, delimiters and line breaks in quoted fields', async () => {
    expect(await cells('a,b\r\n"x ""y"", z","1\r\n2"\r\n')).toEqual([['x "y", z', '1\r\n2']]);
  });

  it('keeps a quote inside a plain field as it is', async () => {
    expect(await cells('a,b\n19" rack,1\n')).toEqual([['19" rack', '1']]);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('takes %s for the end of a line', async (_, end) => {
    expect(await cells(['a,b', '1,2', '3,4'].join(end))).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it.each([',', ';', '\t', '|'])(
    'finds the delimiter %j, also with other delimiters in the fields',
    async (delimiter) => {
      const others = [',', ';', '\t', '|'].filter((each) => each !== delimiter).join('');
      const text = [`a (x, y)`, 'b'].map((name) => (delimiter === ',' ? `"${name}"` : name)).join(delimiter);
      expect(await cells(`${text}\n1${others}${delimiter}2\n3${delimiter}4\n`)).toEqual([
        [`1${others}`, '2'],
        ['3', '4'],
      ]);
    },
  );

  it('has the delimiter that a first line "sep=" names, and that line is no row', async () => {
    expect((await read('sep=|\r\na,b|c\r\n1,2|3\r\n')).rows).toEqual([{ row: 2, cells: { 'a,b': '1,2', c: '3' } }]);
  });

  it('fills short rows with empty texts, and tolerates empty columns after the last name', async () => {
    expect(await cells('a,b,c,,\n1\n1,2,3,,,\n')).toEqual([
      ['1', '', ''],
      ['1', '2', '3'],
    ]);
  });

  it('holds a column named __proto__ as any other', async () => {
    const { rows } = await read('__proto__,b\n1,2\n');
    expect(Object.entries(rows[0]?.cells ?? {})).toEqual([
      ['__proto__', '1'],
      ['b', '2'],
    ]);
  });

  it('may begin with a byte order mark', async () => {
    expect((await read('\ufeffName\nä\n')).columns).toEqual(['Name']);
  });

  it.each(['utf-16le', 'utf-16be'])('may be %s with a byte order mark', async (encoding) => {
    const bytes = Buffer.from('\ufeffName;Value\nä;1\n', 'utf16le');
    if (encoding === 'utf-16be') bytes.swap16();
    expect((await readTable(bytes, 'csv')).rows).toEqual([{ row: 2, cells: { Name: 'ä', Value: '1' } }]);
  });
});

describe('a CSV file is refused', () => {
  it('at the line of the first byte that is not UTF-8', async () => {
    const latin1 = Buffer.concat([Buffer.from('a,b\r\nö\ufffd,"1\n2"\r\n3\ufffd'), Buffer.from('é', 'latin1')]);
    const error = await refusal(latin1, 'csv');
    expect([error.place, error.given]).toEqual(['line 4', `byte 0xE9 at position ${latin1.length} of the file`]);
    expect(error.allowed).toContain('UTF-8');
  });

  it('at the line where UTF-16 breaks off', async () => {
    const bytes = Buffer.from('\ufeffName\nx\n\ud800', 'utf16le');
    expect((await refusal(bytes, 'csv')).place).toBe('line 3');
  });

  it('at the line where an unclosed quote opened', async () => {
    const error = await refusal('a,b\n"1\n2",3\n4,"5\n6\n7\n', 'csv');
    expect([error.place, error.problem]).toEqual(['line 4', 'the quote that opens here is never closed']);
    expect(error.given).toMatch(/^"5/);
  });

  it('at the line of text after a closing quote', async () => {
    expect(await refusal('a,b\n"x\ny"z,1\n', 'csv')).toMatchObject({ place: 'line 3', given: '"x\ny"z,1' });
  });

  it('at a value beyond the columns of the header', async () => {
    expect(await refusal('a,b\n1,2\n"3\n",4,5\n', 'csv')).toMatchObject({
      place: 'line 3, column C',
      given: '5',
      allowed: 'a row of 2 columns, as the header has',
    });
  });

  it('at a name that another column has', async () => {
    expect(await refusal('\nName,b, Name \n', 'csv')).toMatchObject({
      message: 'line 2, column C: this column has the name of column A',
      given: 'Name',
    });
  });

  it('at a column without a name', async () => {
    expect(await refusal('Name, ,b\n', 'csv')).toMatchObject({
      place: 'line 1, column B',
      problem: 'this column has no name',
    });
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['blank lines', '\n , \r\n\n', 'there is no table, every row is empty'],
    ['a workbook', 'PK\x03\x04', 'this is a workbook or another ZIP archive, not CSV'],
  ])('where it holds %s', async (_, content, problem) => {
    expect(await refusal(content, 'csv')).toMatchObject({ place: 'the file', problem });
  });

  it('at a NUL character, as UTF-16 without a mark has', async () => {
    expect((await refusal('a,b\n1,\0\n', 'csv')).place).toBe('line 2');
  });

  it('beyond the limits, each with its place', async () => {
    const limits = { bytes: 40, rows: 2, columns: 3, cellChars: 5 };
    const at = async (text: string) => {
      const { place, problem } = await refusal(text, 'csv', { limits });
      return `${place}: ${problem}`;
    };
    expect(await at('x'.repeat(41))).toBe('the file: the file is too large');
    expect(await at('a\n1\n\n2\n3\n')).toBe('line 5: the table has too many rows');
    expect(await at('a\n1\n2,,,,\n3,4,5,6\n')).toBe('line 4: the table has too many columns');
    expect(await at('a,b\n1,123456\n')).toBe('line 2, column B: this cell is too long: more than 5 characters');
  });

  it('with at most 100 characters of what was given', async () => {
    const { given } = await refusal(`a\n${'😀'.repeat(200)}`, 'csv', { limits: { cellChars: 300 } });
    expect(given).toHaveLength(100);
    expect(given?.isWellFormed()).toBe(true);
    expect(given).toMatch(/^😀+.…$/u);
  });

  it.each([2, 3, 4])('or read, but never anything else, when it is garbage (%i)', async (seed) => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * index * seed + (index >> seed)) % 251);
    await expect(refusal(bytes, 'csv')).resolves.toHaveProperty('name', 'SheetError');
  });
});
