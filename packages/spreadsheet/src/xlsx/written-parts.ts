import { escapeMarkup } from './text-escapes.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Indexes of the cell formats in `styles`. */
export const Style = { normal: 0, header: 1, apostrophe: 2 } as const;
/** In place of those, where texts are broken into lines. */
export const WrappedStyle = { normal: 3, apostrophe: 4 } as const;

/** Every part of a workbook but its sheets, which are `xl/worksheets/sheet1.xml` and on. */
export function packageParts(sheetNames: readonly string[]): [name: string, content: string][] {
  const sheets = sheetNames.map((name, index) => ({ name, number: index + 1 }));
  const stylesId = `rId${sheets.length + 1}`;
  return [
    [
      '[Content_Types].xml',
      `${DECLARATION}<Types xmlns="${PACKAGE}/content-types">` +
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
        '<Default Extension="xml" ContentType="application/xml"/>' +
        override('/xl/workbook.xml', 'sheet.main') +
        sheets.map(({ number }) => override(`/xl/worksheets/sheet${number}.xml`, 'worksheet')).join('') +
        `${override('/xl/styles.xml', 'styles')}</Types>`,
    ],
    ['_rels/.rels', relationships([['rId1', 'officeDocument', 'xl/workbook.xml']])],
    [
      'xl/workbook.xml',
      `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets
        .map(({ name, number }) => `<sheet name="${escapeMarkup(name)}" sheetId="${number}" r:id="rId${number}"/>`)
        .join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relationships([
        ...sheets.map(({ number }) => [`rId${number}`, 'worksheet', `worksheets/sheet${number}.xml`] as const),
        [stylesId, 'styles', 'styles.xml'],
      ]),
    ],
    ['xl/styles.xml', styles],
  ];
}

/** A sheet of rows (`row` elements), with its first row frozen. Widths are in characters. */
export function worksheet(rows: readonly Uint8Array[], widths: readonly number[], selected: boolean): Uint8Array {
  const columns = widths.map((width, index) => {
    const position = index + 1;
    return `<col min="${position}" max="${position}" width="${width}" customWidth="1"/>`;
  });
  const head =
    `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews>` +
    `<sheetView${selected ? ' tabSelected="1"' : ''} workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>' +
    `${columns.length > 0 ? `<cols>${columns.join('')}</cols>` : ''}<sheetData>`;
  return Buffer.concat([Buffer.from(head), ...rows, Buffer.from('</sheetData></worksheet>')]);
}

function override(part: string, type: string): string {
  return `<Override PartName="${part}" ContentType="${TYPES}.${type}+xml"/>`;
}

function relationships(entries: readonly (readonly [id: string, kind: string, target: string])[]): string {
  const elements = entries.map(
    ([id, kind, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`,
  );
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${elements.join('')}</Relationships>`;
}

const wrapping = 'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>';

const styles =
  `${DECLARATION}<styleSheet xmlns="${MAIN}">` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>' +
  '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>' +
  `<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" ${wrapping}` +
  `<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" ${wrapping}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';
