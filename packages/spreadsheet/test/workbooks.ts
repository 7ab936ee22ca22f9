import { writeZip } from '../src/xlsx/zip-write.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

interface WorkbookXml {
  /** What is inside `worksheet`, by sheet. */
  sheets?: Record<string, string>;
  /** `si` elements. */
  strings?: string;
  /** What is inside `styleSheet`. */
  styles?: string;
  workbookProperties?: string;
  hidden?: readonly string[];
  /** Parts that are added, or stand in place of others. */
  parts?: Record<string, string | Uint8Array>;
}

/** The parts of a workbook as Excel lays them out, from the XML that a test is about. */
export function workbookParts(given: WorkbookXml): Map<string, string | Uint8Array> {
  const sheets = Object.entries(given.sheets ?? {});
  const relationship = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  const relationships = (content: string) =>
    `<Relationships xmlns="${PACKAGE}/relationships">${content}</Relationships>`;
  const parts = new Map<string, string | Uint8Array>([
    ['[Content_Types].xml', `<Types xmlns="${PACKAGE}/content-types"/>`],
    ['_rels/.rels', relationships(relationship('rId1', 'officeDocument', 'xl/workbook.xml'))],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">${given.workbookProperties ?? ''}<sheets>${sheets
        .map(([name], index) => {
          const state = given.hidden?.includes(name) ? ' state="hidden"' : '';
          return `<sheet name="${name}" sheetId="${index + 1}"${state} r:id="s${index + 1}"/>`;
        })
        .join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relationships(
        sheets
          .map((_, index) => relationship(`s${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`))
          .join('') +
          relationship('strings', 'sharedStrings', '/xl/sharedStrings.xml') +
          relationship('styles', 'styles', 'styles.xml'),
      ),
    ],
    ['xl/sharedStrings.xml', `<sst xmlns="${MAIN}">${given.strings ?? ''}</sst>`],
    ['xl/styles.xml', `<styleSheet xmlns="${MAIN}">${given.styles ?? ''}</styleSheet>`],
    ...sheets.map(
      ([, content], index) =>
        [`xl/worksheets/sheet${index + 1}.xml`, `<worksheet xmlns="${MAIN}">${content}</worksheet>`] as const,
    ),
  ]);
  for (const [name, content] of Object.entries(given.parts ?? {})) parts.set(name, content);
  return parts;
}

export const workbook = (given: WorkbookXml) => writeZip(workbookParts(given));

/** Rows of cells in XML; the header `Name`, `Value` stands over them. */
export const sheetData = (...rows: string[]) =>
  `<sheetData><row r="1">${inline('A1', 'Name')}${inline('B1', 'Value')}</row>${rows.join('')}</sheetData>`;

export const inline = (reference: string, text: string) =>
  `<c r="${reference}" t="inlineStr"><is><t>${text}</t></is></c>`;

/** A workbook with one sheet, `Controls`, of a header and these rows. */
export const controls = (...rows: string[]) => workbook({ sheets: { Controls: sheetData(...rows) } });
