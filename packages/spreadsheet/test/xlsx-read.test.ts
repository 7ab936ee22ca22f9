import { readTable } from '../src/index.ts';
import { refusal } from './refusal.ts';
import { controls, inline, sheetData, workbook } from './workbooks.ts';

const values = async (bytes: Uint8Array) => (await readTable(bytes, 'xlsx')).rows.map(({ cells }) => cells.Value);

/** What a number is read as, by the code of its cell's format; null for a built-in format of that number. */
async function formatted(value: string, format: string | number, workbookProperties = ''): Promise<string | undefined> {
  const id = typeof format === 'number' ? format : 170;
  const code = typeof format === 'string' ? `<numFmts><numFmt numFmtId="170" formatCode="${format}"/></numFmts>` : '';
  const styles = `${code}<cellXfs><xf numFmtId="0"/><xf numFmtId="${id}"/></cellXfs>`;
  const row = `<row r="2"><c r="B2" s="1"><v>${value}</v></c></row>`;
  return (await values(await workbook({ sheets: { S: sheetData(row) }, styles, workbookProperties })))[0];
}

describe('a sheet of a workbook', () => {
  it('has rows as people count them, and blank rows and cells are skipped', async () => {
    const rows = [
      '<row r="4"><c r="A4" s="0"/><c r="D4"/></row>',
      `<row r="7">${inline('B7', 'x')}</row>`,
      '<row><c t="str"><v>no reference</v></c></row>',
    ];
    expect(await readTable(await controls(...rows), 'xlsx')).toEqual({
      sheet: 'Controls',
      columns: ['Name', 'Value'],
      rows: [
        { row: 7, cells: { Name: '', Value: 'x' } },
        { row: 8, cells: { Name: 'no reference', Value: '' } },
      ],
    });
  });

  it('has texts as they are seen: shared, rich, preserved, escaped, without their phonetic reading', async () => {
    const strings =
      '<si><t xml:space="preserve"> a &amp; b </t></si>' +
      '<si><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r><rPh sb="0" eb="1"><t>phonetic</t></rPh></si>' +
      '<si><t>two_x000D__x000A_lines<![CDATA[<&>]]></t></si>';
    const row = (index: number) => `<row r="${index + 2}"><c r="B${index + 2}" t="s"><v>${index}</v></c></row>`;
    const bytes = await workbook({ sheets: { S: sheetData(row(0), row(1), row(2)) }, strings });
    expect(await values(bytes)).toEqual([' a & b ', 'rich', 'two\r\nlines<&>']);
  });

  it.each([
    ['12.0', '12'],
    ['0.10000000000000001', '0.1'],
    ['0.30000000000000004', '0.3'],
    ['1E-7', '0.0000001'],
    ['1.5E+20', '150000000000000000000'],
    ['-0', '0'],
    ['-3.50', '-3.5'],
  ])('has the number %s as %s', async (value, text) => {
    expect(await formatted(value, 0)).toBe(text);
  });

  it.each([
    ['45351', 14, '2024-02-29'],
    ['45351.573611111111', 22, '2024-02-29T13:46:00'],
    ['45351', 'dd/mm/yyyy hh:mm', '2024-02-29T00:00:00'],
    ['45351.9', 'd. mmmm yyyy', '2024-02-29'],
    ['45351', '[$-407]mmm\\ yy;@', '2024-02-29'],
    ['1', 'yyyy-mm-dd', '1900-01-01'],
    ['59', 'yyyy-mm-dd', '1900-02-28'],
    ['60', 'yyyy-mm-dd', '60'],
    ['61', 'yyyy-mm-dd', '1900-03-01'],
    ['2958465', 'yyyy-mm-dd', '9999-12-31'],
    ['2958466', 'yyyy-mm-dd', '2958466'],
    ['0.75', 'h:mm AM/PM', '18:00:00'],
    ['0.75', 20, '18:00:00'],
    ['1.5', '[h]:mm', '36:00:00'],
    ['45351.000005787', 'yyyy-mm-dd hh:mm:ss.000', '2024-02-29T00:00:00.500'],
    ['45351', '#,##0.00 &quot;days&quot;', '45351'],
    ['45351', '[Red]General', '45351'],
    ['45351', '0.00E+00', '45351'],
    ['0.12', 9, '12%'],
    ['0.07', '0.0%', '7%'],
    ['7', '0000', '0007'],
  ])('has %s in the format %s as %s', async (value, format, text) => {
    expect(await formatted(value, format)).toBe(text);
  });

  it('counts days from 1904 where the workbook says so', async () => {
    expect(await formatted('0', 14, '<workbookPr date1904="1"/>')).toBe('1904-01-01');
    expect(await formatted('43889', 14, '<workbookPr date1904="true"/>')).toBe('2024-02-29');
  });

  it('has booleans as TRUE and FALSE, and dates that are written as ISO 8601', async () => {
    const cells = [
      't="b"><v>1</v>',
      't="b"><v>0</v>',
      't="d"><v>2024-02-29T00:00:00</v>',
      't="d"><v>2024-02-29T13:45:00</v>',
    ];
    const rows = cells.map((cell, index) => `<row r="${index + 2}"><c r="B${index + 2}" ${cell}</c></row>`);
    expect(await values(await controls(...rows))).toEqual(['TRUE', 'FALSE', '2024-02-29', '2024-02-29T13:45:00']);
  });

  it('has the last result of a formula', async () => {
    const cells = ['><f>1+1</f><v>2</v>', ' t="str"><f>A1&amp;"x"</f><v>Namex</v>', ' t="b"><f>1=1</f><v>1</v>'];
    const rows = cells.map((cell, index) => `<row r="${index + 2}"><c r="B${index + 2}"${cell}</c></row>`);
    expect(await values(await controls(...rows))).toEqual(['2', 'Namex', 'TRUE']);
  });

  it('has the value of a merged area in its first cell only', async () => {
    const row = (r: number) => `<row r="${r}">${inline(`A${r}`, `a${r}`)}${inline(`B${r}`, `b${r}`)}</row>`;
    const merges = '<mergeCells><mergeCell ref="B4:XFD5"/><mergeCell ref="A2:B3"/></mergeCells>';
    const bytes = await workbook({ sheets: { S: sheetData(row(2), row(3), row(4), row(5), row(6)) + merges } });
    expect((await readTable(bytes, 'xlsx')).rows.map(({ row, cells }) => [row, cells.Name, cells.Value])).toEqual([
      [2, 'a2', ''],
      [4, 'a4', 'b4'],
      [5, 'a5', ''],
      [6, 'a6', 'b6'],
    ]);
  });

  it('is read with any namespace prefix, in UTF-16, and past extensions that use the same names', async () => {
    const namespace = 'http://purl.oclc.org/ooxml/spreadsheetml/main';
    const content =
      `\ufeff<?xml version="1.0" encoding="UTF-16"?><x:worksheet xmlns:x="${namespace}"><x:sheetData>` +
      '<x:row><x:c t="inlineStr"><x:is><x:t>Ñame</x:t></x:is></x:c></x:row><x:row><x:c><x:v>1</x:v></x:c></x:row>' +
      '</x:sheetData><x:extLst><x:ext><x:row r="1"><x:c><x:v>9</x:v></x:c></x:row></x:ext></x:extLst></x:worksheet>';
    const parts = { 'xl/worksheets/sheet1.xml': Buffer.from(content, 'utf16le') };
    const table = await readTable(await workbook({ sheets: { S: '' }, parts }), 'xlsx');
    expect(table.rows).toEqual([{ row: 2, cells: { Ñame: '1' } }]);
  });

  it('is found by its name in any case; without a name it is the first that is not hidden', async () => {
    const sheets = { Lists: sheetData(`<row>${inline('A2', 'l')}</row>`), Risks: sheetData(), Assets: sheetData() };
    const bytes = await workbook({ sheets, hidden: ['Lists'] });
    expect((await readTable(bytes, 'xlsx')).sheet).toBe('Risks');
    expect((await readTable(bytes, 'xlsx', { sheet: ' assets' })).sheet).toBe('Assets');
    expect((await readTable(bytes, 'xlsx', { sheet: 'Lists' })).rows).toHaveLength(1);
  });
});

describe('a cell is refused', () => {
  const at = async (row: string, limits = {}) => refusal(await controls(row), 'xlsx', { limits });

  it('where it shows an error', async () => {
    expect(await at('<row r="12"><c r="B12" t="e"><f>A1/0</f><v>#DIV/0!</v></c></row>')).toMatchObject({
      place: 'sheet "Controls", row 12, column B',
      given: '#DIV/0!',
    });
  });

  it('where its formula has no result', async () => {
    const { message } = await at('<row r="3"><c r="A3"><f>SUM(B:B)</f></c></row>');
    expect(message).toBe('sheet "Controls", row 3, column A: this formula has no result in the file');
  });

  it('where the header has no name for it', async () => {
    expect(await at(`<row r="12">${inline('A12', 'x')}${inline('C12', 'stray')}</row>`)).toMatchObject({
      place: 'sheet "Controls", row 12, column C',
      given: 'stray',
      allowed: 'a row of 2 columns, as the header has',
    });
  });

  it('where it is too long, in the sheet as among the shared texts', async () => {
    const long = 'x'.repeat(10 * 1024 * 1024);
    const limits = { ratio: 2000 };
    const expected = { place: 'sheet "Controls", row 2, column B', problem: expect.stringContaining('too long') };
    expect(await at(`<row r="2">${inline('B2', long)}</row>`, limits)).toMatchObject(expected);
    const sheets = { Controls: sheetData('<row r="2"><c r="B2" t="s"><v>0</v></c></row>') };
    const shared = await workbook({ sheets, strings: `<si><t>${long}</t></si>` });
    expect(await refusal(shared, 'xlsx', { limits })).toMatchObject(expected);
  });

  it('where its text has a NUL character', async () => {
    expect((await at(`<row r="2">${inline('B2', 'a_x0000_b')}</row>`)).problem).toContain('NUL');
  });

  it.each([
    ['refers to a shared text that is not there', '<c r="A2" t="s"><v>5</v></c>', 'sheet "Controls", row 2, column A'],
    ['is no number', '<c r="A2"><v>0x10</v></c>', 'sheet "Controls", row 2, column A'],
    ['is of no known type', '<c r="A2" t="z"><v>1</v></c>', 'sheet "Controls", row 2, column A'],
    ['comes before one on its left', '<c r="B2"/><c r="A2"/>', 'sheet "Controls", row 2'],
  ])('where it %s', async (_, cells, place) => {
    expect((await at(`<row r="2">${cells}</row>`)).place).toBe(place);
  });
});

describe('a sheet is refused', () => {
  it('where it is not in the workbook, with the names of those that are', async () => {
    const bytes = await workbook({ sheets: { Risks: sheetData(), Assets: sheetData() } });
    expect(await refusal(bytes, 'xlsx', { sheet: 'Controls' })).toMatchObject({
      problem: 'the workbook has no sheet named "Controls"',
      given: 'Controls',
      allowed: 'one of its sheets: "Risks", "Assets"',
    });
  });

  it('where it is empty', async () => {
    const bytes = await workbook({ sheets: { Controls: '<sheetData/>' } });
    expect((await refusal(bytes, 'xlsx')).message).toBe('sheet "Controls": there is no table, every row is empty');
  });

  it('at a name that is missing or given twice', async () => {
    const header = (...cells: string[]) =>
      workbook({ sheets: { Controls: `<sheetData><row r="3">${cells.join('')}</row></sheetData>` } });
    const twice = await refusal(await header(inline('A3', 'Name'), inline('C3', 'x'), inline('D3', 'Name ')), 'xlsx');
    expect(twice.message).toBe('sheet "Controls", row 3, column B: this column has no name');
    const missing = await refusal(await header(inline('A3', 'Name'), inline('B3', 'Name ')), 'xlsx');
    expect(missing.message).toBe('sheet "Controls", row 3, column B: this column has the name of column A');
  });

  it('beyond the rows and columns of the limits', async () => {
    const rows = [2, 3, 5].map((r) => `<row r="${r}">${inline(`A${r}`, 'x')}</row>`);
    const tooMany = await refusal(await controls(...rows), 'xlsx', { limits: { rows: 2 } });
    expect(tooMany.message).toBe('sheet "Controls", row 5: the table has too many rows');
    const far = await controls(`<row r="2">${inline('XFD2', 'x')}</row>`);
    expect((await refusal(far, 'xlsx')).message).toBe(
      'sheet "Controls", row 2, column XFD: the table has too many columns',
    );
  });

  it('where rows are out of order', async () => {
    expect((await refusal(await controls('<row r="5"/>', '<row r="4"/>'), 'xlsx')).problem).toBe(
      'rows are out of order',
    );
  });
});
