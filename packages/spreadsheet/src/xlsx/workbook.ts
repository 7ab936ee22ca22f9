import type { Limits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { meaningOf, type NumberMeaning } from './number-formats.ts';
import type { WorkbookPackage } from './package.ts';
import { textLimit, unescapeText } from './text-escapes.ts';
import { parseXml } from './xml.ts';

interface SheetEntry {
  readonly name: string;
  readonly hidden: boolean;
  readonly part: string;
}

export interface Workbook {
  /** Worksheets in the order of their tabs; chart sheets are none. */
  readonly sheets: readonly SheetEntry[];
  readonly epoch1904: boolean;
  readonly sharedStrings: readonly string[];
  /** What each cell style makes of a number, by the style's index. */
  readonly meanings: readonly NumberMeaning[];
}

/** The workbook's own part and what all its sheets share. */
export async function readWorkbook(opened: WorkbookPackage, limits: Limits): Promise<Workbook> {
  const main =
    (await opened.relationships('')).find(({ kind }) => kind === 'officeDocument')?.target ?? 'xl/workbook.xml';
  const related = await opened.relationships(main);
  const sheets: SheetEntry[] = [];
  let epoch1904 = false;
  await parseXml(main, opened.part(main), {
    open(path, attributes) {
      const place = path.join('/');
      if (place === 'workbook/workbookPr') epoch1904 = /^(?:1|true|on)$/.test(attributes.date1904 ?? '');
      if (place !== 'workbook/sheets/sheet') return;
      const id = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1];
      const target = related.find((each) => each.id === id && each.kind === 'worksheet');
      if (target === undefined) return;
      const hidden = attributes.state === 'hidden' || attributes.state === 'veryHidden';
      sheets.push({ name: unescapeText(attributes.name ?? ''), hidden, part: target.target });
    },
  });
  const partOf = (kind: string) => related.find((each) => each.kind === kind)?.target;
  const strings = partOf('sharedStrings');
  const styles = partOf('styles');
  return {
    sheets,
    epoch1904,
    sharedStrings: strings === undefined ? [] : await readSharedStrings(strings, opened.part(strings), limits),
    meanings: styles === undefined ? [] : await readStyles(styles, opened.part(styles)),
  };
}

/** The sheet of that name in any case; without a name the first that is not hidden. */
export function chooseSheet(workbook: Workbook, name: string | undefined): SheetEntry {
  const sheets = workbook.sheets;
  const wanted = name?.trim().toLowerCase();
  const chosen =
    wanted === undefined
      ? (sheets.find((sheet) => !sheet.hidden) ?? sheets[0])
      : sheets.find((sheet) => sheet.name.trim().toLowerCase() === wanted);
  if (chosen !== undefined) return chosen;
  const names = sheets.map((sheet) => `"${sheet.name}"`).join(', ');
  throw new SheetError({
    problem: name === undefined ? 'the workbook has no sheet with cells' : `the workbook has no sheet named "${name}"`,
    place: 'the file',
    given: name,
    allowed: names === '' ? 'a workbook with a sheet' : `one of its sheets: ${names}`,
  });
}

async function readSharedStrings(part: string, content: Uint8Array, limits: Limits): Promise<string[]> {
  const strings: string[] = [];
  const limit = textLimit(limits);
  let current = '';
  await parseXml(part, content, {
    open(path) {
      if (path.length === 2) current = '';
    },
    text(path, text) {
      // Phonetic runs (rPh) say how a text is read aloud; they are not part of it.
      if (path.at(-1) === 't' && path[2] !== 'rPh' && current.length < limit) current += text.slice(0, limit);
    },
    close(path) {
      if (path.length === 2 && path[1] === 'si') strings.push(unescapeText(current));
    },
  });
  return strings;
}

async function readStyles(part: string, content: Uint8Array): Promise<NumberMeaning[]> {
  const codes = new Map<number, string>();
  const formats: number[] = [];
  await parseXml(part, content, {
    open(path, attributes) {
      const place = path.join('/');
      const id = Number(attributes.numFmtId ?? 0);
      if (place === 'styleSheet/numFmts/numFmt') codes.set(id, attributes.formatCode ?? '');
      if (place === 'styleSheet/cellXfs/xf') formats.push(id);
    },
  });
  return formats.map((id) => meaningOf(id, codes.get(id)));
}
