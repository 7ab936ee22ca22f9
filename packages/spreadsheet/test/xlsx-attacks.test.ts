import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { readTable, SheetError } from '../src/index.ts';
import { writeZip } from '../src/xlsx/zip-write.ts';
import { refusal } from './refusal.ts';
import { controls, inline, sheetData, workbook, workbookParts } from './workbooks.ts';

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;
const sheetPart = 'xl/worksheets/sheet1.xml';

/** One gibibyte of blanks, packed: a mebibyte that ends at a whole byte, over and over. */
function packedGibibyte(): Buffer {
  const once = deflateRawSync(Buffer.alloc(MiB, ' '), { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
  return Buffer.concat([...Array<Buffer>(1024).fill(once), deflateRawSync(Buffer.alloc(0))]);
}

/** A workbook whose sheet holds packed data as it stands, and says of it what it likes. */
async function withPacked(packed: Buffer, size: number): Promise<Buffer> {
  const parts = workbookParts({ sheets: { Controls: '' } });
  parts.set(sheetPart, '');
  const bytes = Buffer.from(await writeZip(parts));
  const nothing = deflateRawSync(Buffer.alloc(0));
  const local = bytes.indexOf(sheetPart) - 30;
  const dataStart = local + 30 + sheetPart.length;
  const grown = Buffer.concat([bytes.subarray(0, dataStart), packed, bytes.subarray(dataStart + nothing.length)]);
  const central = grown.lastIndexOf(sheetPart) - 46;
  for (const at of [local + 18, central + 20]) {
    grown.writeUInt32LE(packed.length, at);
    grown.writeUInt32LE(size, at + 4);
  }
  const end = grown.lastIndexOf('PK\x05\x06');
  grown.writeUInt32LE(grown.readUInt32LE(end + 16) + packed.length - nothing.length, end + 16);
  return grown;
}

/** The refusal of a file, and by how much the memory of the process grew until it. */
async function costOf(bytes: Uint8Array) {
  const before = process.resourceUsage().maxRSS;
  const error = await refusal(bytes, 'xlsx');
  return { error, grownMiB: (process.resourceUsage().maxRSS - before) / 1024 };
}

describe('a zip bomb', () => {
  const packed = packedGibibyte();

  it('of 1 GiB in a small file is refused before it is inflated', async () => {
    expect(packed.length).toBeLessThan(2 * MiB);
    const { error, grownMiB } = await costOf(await withPacked(packed, GiB));
    expect(error.problem).toBe(`the part ${sheetPart} unpacks to far more than it is`);
    expect(error.given).toMatch(/^1(\.\d)? MiB unpack to 1024 MiB$/);
    expect(grownMiB).toBeLessThan(100);
  });

  it('that announces less than it holds is refused where that is exceeded', async () => {
    const { error, grownMiB } = await costOf(await withPacked(packed, 1000));
    expect(error).toMatchObject({
      problem: `the part ${sheetPart} unpacks to more than the archive says`,
      given: 'more than 1000 bytes',
    });
    expect(grownMiB).toBeLessThan(100);
  });

  it('of many parts, none of them suspicious, is refused by their sum', async () => {
    const parts = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`xl/p${index}.xml`, 'x'.repeat(MiB)]));
    const bytes = await workbook({ sheets: { S: sheetData() }, parts });
    expect(await refusal(bytes, 'xlsx', { limits: { uncompressed: 20 * MiB } })).toMatchObject({
      problem: 'the workbook is too large when it is unpacked',
      given: '30 MiB',
      allowed: 'at most 20 MiB',
    });
    expect(await refusal(bytes, 'xlsx', { limits: { entries: 30 } })).toMatchObject({
      problem: 'the workbook has too many parts',
      given: '37',
    });
  });

  it('of parts that share their data is refused', async () => {
    const noise = Uint8Array.from({ length: 3000 }, (_, index) => ((index ** 3) >> 3) % 256);
    const bytes = Buffer.from(await workbook({ sheets: { S: '' }, parts: { 'a.bin': noise, 'b.bin': noise } }));
    const central = (name: string) => bytes.lastIndexOf(name) - 46;
    bytes.writeUInt32LE(bytes.length, central('b.bin') + 20);
    expect((await refusal(bytes, 'xlsx')).problem).toBe('parts of the archive share their data');
  });
});

describe('an XML bomb', () => {
  const doctype =
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">' +
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>';

  it.each([
    sheetPart,
    'xl/sharedStrings.xml',
    '[Content_Types].xml',
    'xl/workbook.xml',
    'docProps/app.xml',
    '_rels/.rels',
  ])('in %s is refused for its document type', async (part) => {
    const whole = workbookParts({ sheets: { S: sheetData(`<row>${inline('A2', '&amp;c;')}</row>`) } });
    const bytes = await workbook({
      sheets: { S: sheetData() },
      parts: { [part]: doctype + String(whole.get(part) ?? '<x>&c;</x>').replace('&amp;c;', '&c;') },
    });
    expect(await refusal(bytes, 'xlsx')).toMatchObject({ place: `the part ${part}`, given: '<!DOCTYPE' });
  });

  it.each(['utf-16le', 'utf-16be'])('in %s is refused as well', async (encoding) => {
    const content = Buffer.from(`\ufeff${doctype}<x>&c;</x>`, 'utf16le');
    if (encoding === 'utf-16be') content.swap16();
    const bytes = await workbook({ sheets: { S: sheetData() }, parts: { 'docProps/app.xml': content } });
    expect((await refusal(bytes, 'xlsx')).given).toBe('<!DOCTYPE');
  });

  it('has no entities to expand: one that XML does not define is refused', async () => {
    const error = await refusal(await controls(`<row>${inline('A2', '&c;')}</row>`), 'xlsx');
    expect([error.place, error.given]).toEqual([`the part ${sheetPart}, line 1`, 'undefined entity.']);
  });
});

describe('a file that is no plain workbook is refused in clear words', () => {
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex');

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    [
      'encrypted',
      () => Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]),
      'the workbook is encrypted with a password',
    ],
    ['old', () => ole, 'this is an old Excel workbook (.xls) or another old Office file'],
    ['garbage', () => Buffer.from('%PDF-1.7'), 'this is not an XLSX file'],
    ['empty', () => new Uint8Array(), 'the file is empty'],
    ['another archive', () => writeZip(new Map([['a.txt', 'a']])), 'this is a ZIP archive but not an XLSX file'],
    [
      'an OpenDocument file',
      () => writeZip(new Map(Object.entries({ mimetype: 'application/vnd.oasis', 'content.xml': '<a/>' }))),
      'this is an OpenDocument file (.ods)',
    ],
    [
      'with macros',
      () => workbook({ sheets: { S: sheetData() }, parts: { 'xl/vbaProject.bin': 'x' } }),
      'the workbook holds macros (.xlsm)',
    ],
    [
      'of a type with macros',
      () =>
        workbook({
          parts: { '[Content_Types].xml': '<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>' },
        }),
      'the workbook may hold macros (.xlsm)',
    ],
    [
      'without its workbook part',
      () =>
        workbook({ parts: { '_rels/.rels': '<Relationships/>', 'xl/workbook.xml': '' } }).then((bytes) =>
          renamed(bytes, 'xl/workbook.xml', 'xl/workbonk.xml'),
        ),
      'the workbook is damaged: its part xl/workbook.xml is missing',
    ],
  ])('%s', async (_, make, problem) => {
    expect(await refusal(await make(), 'xlsx')).toMatchObject({ place: 'the file', problem });
  });

  it('with a part that its archive says is encrypted', async () => {
    const bytes = Buffer.from(await controls());
    bytes.writeUInt16LE(1, bytes.lastIndexOf(sheetPart) - 46 + 8);
    expect((await refusal(bytes, 'xlsx')).problem).toBe('the workbook is encrypted with a password');
  });

  it('with XML that breaks off, at its line', async () => {
    const bytes = await workbook({ sheets: { S: '' }, parts: { [sheetPart]: '<worksheet>\n<sheetData>\n<row>' } });
    expect(await refusal(bytes, 'xlsx')).toMatchObject({
      place: `the part ${sheetPart}, line 3`,
      problem: 'this part of the workbook is damaged: its XML is not well-formed',
    });
  });

  it('with a part whose checksum is wrong', async () => {
    const bytes = Buffer.from(await controls());
    bytes.writeUInt32LE(1, bytes.lastIndexOf(sheetPart) - 46 + 16);
    expect((await refusal(bytes, 'xlsx')).problem).toContain('its size or checksum is wrong');
  });

  it('cut in half', async () => {
    const bytes = await controls();
    expect((await refusal(bytes.subarray(0, bytes.length / 2), 'xlsx')).problem).toContain('cut short');
  });

  it('without touching a path that a part has for a name', async () => {
    const parts = { '../../../tmp/annex-escape.xml': '<x/>', '/etc/passwd': 'x' };
    expect((await readTable(await workbook({ sheets: { S: sheetData() }, parts }), 'xlsx')).sheet).toBe('S');
  });
});

describe('any damage to a workbook', () => {
  it('is refused or makes no difference to the kind of answer', async () => {
    const whole = await controls(`<row r="2">${inline('A2', 'a')}<c r="B2"><v>1</v></c></row>`);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(whole.length), async (changes, end) => {
        const bytes = Uint8Array.from(end % 3 === 0 ? whole.subarray(0, end) : whole);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const answer = await readTable(bytes, 'xlsx').catch((error: unknown) => error);
        expect(answer instanceof SheetError || (answer as { sheet?: string }).sheet === 'Controls').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function renamed(bytes: Uint8Array, from: string, to: string): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(from, to), 'latin1');
}
