import { SaxesParser } from 'saxes';
import { readTable, writeCsv, writeXlsx } from '../src/index.ts';
import { defaultLimits } from '../src/limits.ts';
import { readDirectory, readEntry } from '../src/xlsx/zip-read.ts';
import { refused } from './refusal.ts';

const sheet = {
  name: 'Controls',
  columns: ['Name', 'Value'],
  rows: [
    ['=1+1', 12.5],
    ['b\r\nc', null],
  ],
};

async function parts(bytes: Uint8Array): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of readDirectory(bytes, defaultLimits).values()) {
    found.set(entry.name, Buffer.from(await readEntry(bytes, entry)).toString());
  }
  return found;
}

/** Every element with its attributes, as a validating reader of namespaces sees them. */
function elements(xml: string): { name: string; uri: string; attributes: Record<string, string> }[] {
  const found: ReturnType<typeof elements> = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.entries(tag.attributes).map(([name, { value }]) => [name, value]);
    found.push({ name: tag.local, uri: tag.uri, attributes: Object.fromEntries(attributes) });
  });
  parser.write(xml).close();
  return found;
}

const named = (xml: string, name: string) => elements(xml).filter((element) => element.name === name);

describe('a workbook that is written', () => {
  it('has well-formed parts, each with its content type, that are related as Excel expects', async () => {
    const found = await parts(await writeXlsx([sheet, { ...sheet, name: 'R&D <"1">' }]));
    for (const xml of found.values()) expect(elements(xml).length).toBeGreaterThan(0);
    const types = found.get('[Content_Types].xml') ?? '';
    const typed = named(types, 'Override').map(({ attributes }) => attributes.PartName?.slice(1));
    expect(new Set([...typed, '[Content_Types].xml', '_rels/.rels', 'xl/_rels/workbook.xml.rels'])).toEqual(
      new Set(found.keys()),
    );
    const relations = (part: string) =>
      named(found.get(part) ?? '', 'Relationship').map(({ attributes }) => [
        attributes.Id,
        attributes.Type?.split('/').at(-1),
        attributes.Target,
      ]);
    expect(relations('_rels/.rels')).toEqual([['rId1', 'officeDocument', 'xl/workbook.xml']]);
    expect(relations('xl/_rels/workbook.xml.rels')).toEqual([
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'worksheet', 'worksheets/sheet2.xml'],
      ['rId3', 'styles', 'styles.xml'],
    ]);
    expect(named(found.get('xl/workbook.xml') ?? '', 'sheet').map(({ attributes }) => attributes)).toEqual([
      { name: 'Controls', sheetId: '1', 'r:id': 'rId1' },
      { name: 'R&D <"1">', sheetId: '2', 'r:id': 'rId2' },
    ]);
  });

  it('has its header bold and frozen', async () => {
    const found = await parts(await writeXlsx([sheet]));
    const xml = found.get('xl/worksheets/sheet1.xml') ?? '';
    expect(named(xml, 'pane')[0]?.attributes).toMatchObject({ ySplit: '1', topLeftCell: 'A2', state: 'frozen' });
    const style = Number(named(xml, 'c')[0]?.attributes.s);
    const styles = elements(found.get('xl/styles.xml') ?? '');
    const formats = styles.slice(styles.findIndex(({ name }) => name === 'cellXfs') + 1);
    const font = Number(formats[style]?.attributes.fontId);
    const fonts = (found.get('xl/styles.xml') ?? '').match(/<font>.*?<\/font>/g);
    expect(fonts?.map((each) => each.includes('<b/>'))).toEqual([false, true]);
    expect(font).toBe(1);
  });

  it('has texts as texts, one that begins like a formula with the mark that keeps it one, and numbers as numbers', async () => {
    const xml = (await parts(await writeXlsx([sheet]))).get('xl/worksheets/sheet1.xml') ?? '';
    expect(xml).not.toContain('<f>');
    expect(named(xml, 'c').map(({ attributes }) => [attributes.r, attributes.t, attributes.s])).toEqual([
      ['A1', 'inlineStr', '1'],
      ['B1', 'inlineStr', '1'],
      ['A2', 'inlineStr', '2'],
      ['B2', undefined, undefined],
      ['A3', 'inlineStr', '0'],
    ]);
    expect(xml).toContain('<v>12.5</v>');
  });

  it('breaks texts into lines in their cells where a sheet asks for it, and keeps what is no formula none', async () => {
    const found = await parts(await writeXlsx([{ ...sheet, wrap: true }]));
    const cells = named(found.get('xl/worksheets/sheet1.xml') ?? '', 'c').map(({ attributes }) => attributes);
    expect(cells.map(({ r, s }) => [r, s])).toEqual([
      ['A1', '1'],
      ['B1', '1'],
      ['A2', '4'],
      ['B2', '3'],
      ['A3', '3'],
    ]);
    const xfs =
      (found.get('xl/styles.xml') ?? '').match(/<cellXfs.*<\/cellXfs>/)?.[0].match(/<xf .*?(\/>|<\/xf>)/g) ?? [];
    expect(xfs.map((xf) => [xf.includes('quotePrefix'), xf.includes('wrapText="1"')])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  it('is the same, byte for byte, each time it is written', async () => {
    expect(await writeXlsx([sheet])).toEqual(await writeXlsx([sheet]));
  });

  it('has every sheet by its name', async () => {
    const bytes = await writeXlsx([sheet, { name: 'Risks', columns: ['Risk'], rows: [['r']] }]);
    expect((await readTable(bytes, 'xlsx', { sheet: 'Risks' })).rows).toEqual([{ row: 2, cells: { Risk: 'r' } }]);
  });

  it.each([
    ['no name', ''],
    ['32 characters', 'x'.repeat(32)],
    ['a slash', 'a/b'],
    ['a bracket', 'a[b'],
    ['an apostrophe at an end', "'a"],
    ['the name that Excel keeps for itself', 'History'],
    ['the name of another sheet in another case', 'CONTROLS'],
  ])('is refused where a sheet has %s', async (_, name) => {
    expect(await refused(() => writeXlsx([sheet, { ...sheet, name }]))).toMatchObject({
      place: 'sheet 2',
      given: name,
    });
  });

  it('is refused at a text, number or width that Excel cannot hold, with the place', async () => {
    const place = async (rows: (string | number)[][]) => (await refused(() => writeXlsx([{ ...sheet, rows }]))).place;
    expect(await place([['a'], ['b', 'x'.repeat(32_768)]])).toBe('sheet "Controls", row 3, column B');
    expect(await place([['a\0']])).toBe('sheet "Controls", row 2, column A');
    expect(await place([[Number.NaN]])).toBe('sheet "Controls", row 2, column A');
    expect(await place([Array<string>(16_385).fill('x')])).toBe('sheet "Controls"');
    expect((await refused(() => writeXlsx([]))).problem).toBe('a workbook needs a sheet');
  });
});

describe('a CSV text that is written', () => {
  it('has CRLF, quotes where needed, apostrophes before formulas and bare numbers', () => {
    const rows = [
      ['=1+1', -5],
      ['-5', 0.1],
      ["'=x", null],
      ['a "b", c', '\tx'],
      ['x\ny', "O'Brien"],
    ];
    expect(writeCsv(['Name', 'a;b'], rows)).toBe(
      'Name,"a;b"\r\n\'=1+1,-5\r\n\'-5,0.1\r\n\'\'=x,\r\n"a ""b"", c","\'\tx"\r\n"x\ny",O\'Brien\r\n',
    );
  });

  it('is refused at a number that is not finite and at a NUL character', async () => {
    expect((await refused(() => writeCsv(['a'], [[Number.POSITIVE_INFINITY]]))).place).toBe('row 2, column A');
    expect((await refused(() => writeCsv(['a'], [['x\0']]))).place).toBe('row 2, column A');
  });
});
