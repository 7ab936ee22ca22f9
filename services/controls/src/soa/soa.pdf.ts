import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { disclaimer, inWords, moment, type SoaDocument, shortId } from './soa.document.ts';
import type { SoaRow } from './soa.ts';

const margin = 36;
const padding = 4;
const sizes = { title: 16, text: 8, head: 8, small: 7 } as const;
const colours = {
  text: '#1b2430',
  quiet: '#5b6672',
  line: '#c6ced6',
  head: '#e8edf2',
  out: '#f4f1ea',
  open: '#fdeaea',
} as const;
/** Of one text; a row that would not fit a page is cut as well. What is cut says so: the whole is in the JSON. */
const longest = 5000;
const cutHere = ' … (cut here; the whole text is in the JSON)';
/** Of a fact at the head of the statement, in points. */
const tallestFact = 60;

interface Column {
  readonly title: string;
  /** Of the width that the page leaves. */
  readonly share: number;
  text(row: SoaRow): string;
}

const columns: readonly Column[] = [
  { title: 'Control', share: 0.065, text: (row) => row.number },
  { title: 'Title', share: 0.165, text: (row) => row.title },
  { title: 'Necessary', share: 0.075, text: (row) => inWords(row.decision) },
  {
    title: 'Justification and reasons',
    share: 0.245,
    text: (row) =>
      [row.justification, ...row.reasons.map(({ kind, text }) => `${inWords(kind)}: ${text}`)]
        .filter((part) => part !== '')
        .join('\n'),
  },
  {
    title: 'Needed by',
    share: 0.15,
    text: (row) => [...row.risks, ...row.obligations].map(({ reference, title }) => `${reference} ${title}`).join('\n'),
  },
  {
    title: 'Implemented',
    share: 0.09,
    text: (row) => (row.decision === 'NECESSARY' ? inWords(row.status) : ''),
  },
  {
    title: 'By (verified strength)',
    share: 0.21,
    text: (row) =>
      row.implementations
        .map(({ reference, title, verified }) => `${reference} ${title} (${Math.round(verified * 100)} %)`)
        .join('\n'),
  },
];

function shown(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a page has no signs for them
  const printable = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ');
  return printable.length > longest ? `${printable.slice(0, longest).toWellFormed()}${cutHere}` : printable;
}

const fonts = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
const font = (name: string) => join(fonts, 'ttf', `${name}.ttf`);

const fillOf = ({ decision }: SoaRow) =>
  decision === 'NOT_NECESSARY' ? colours.out : decision === 'UNDECIDED' ? colours.open : undefined;

/**
 * The statement for people, on A4 across: who approved which version when, then a line a control, what is left out on another ground. The
 * same version always makes the same bytes. Latin, Greek and Cyrillic letters are shown.
 */
export async function soaPdf({
  content,
  contentHash,
  status,
  approvals,
  approvedAt,
}: SoaDocument): Promise<Uint8Array> {
  const { default: PDFDocument } = await import('pdfkit');
  const { isms, number, rows } = content;
  const document = new PDFDocument({
    size: 'A4',
    layout: 'landscape',
    margin,
    // Pages are numbered when their count is known.
    bufferPages: true,
    lang: 'en',
    info: {
      Title: `Statement of Applicability: ${isms.name}, version ${number}`,
      CreationDate: new Date(approvedAt ?? content.submittedAt),
      ModDate: new Date(approvedAt ?? content.submittedAt),
      Producer: 'Annex',
      Creator: 'Annex',
    },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((done, fail) => {
    document.once('end', () => done());
    document.once('error', fail);
  });
  document.registerFont('plain', font('DejaVuSansCondensed'));
  document.registerFont('bold', font('DejaVuSansCondensed-Bold'));
  const width = document.page.width - 2 * margin;
  const bottom = document.page.height - margin - 14;
  const plain = (size: number, colour: string = colours.text) =>
    document.font('plain').fontSize(size).fillColor(colour);
  const bold = (size: number) => document.font('bold').fontSize(size).fillColor(colours.text);

  bold(sizes.title).text('Statement of Applicability', margin, margin);
  plain(10).text(shown(isms.name), { width });
  document.moveDown(0.5);
  const facts: [string, string][] = [
    ['Version', `${number}, ${inWords(status)}`],
    ['Submitted', `${moment(content.submittedAt)} by ${shortId(content.submittedBy)}`],
    ...approvals.map(({ role, personId, decision, decidedAt, note }): [string, string] => [
      role,
      [`${shortId(personId)}: ${inWords(decision)}`, moment(decidedAt), note].filter((part) => part !== '').join(', '),
    ]),
    ['Scope', isms.scope || 'not written yet'],
    ['Compared with', 'ISO/IEC 27001:2022, Annex A'],
    ['SHA-256 of the content', contentHash],
  ];
  for (const [name, value] of facts) {
    plain(sizes.text);
    const [left, right] = [{ width: 120 }, { width: width - 126 }];
    const needed = Math.max(
      document.heightOfString(shown(name), left),
      document.heightOfString(shown(value) || ' ', right),
    );
    const height = Math.min(needed, tallestFact);
    if (document.y + height > bottom) {
      document.addPage();
      document.y = margin;
    }
    const top = document.y;
    const cut = height < needed ? { height, ellipsis: cutHere } : {};
    plain(sizes.text, colours.quiet).text(shown(name), margin, top, { ...left, ...cut });
    plain(sizes.text).text(shown(value), margin + 126, top, { ...right, ...cut });
    document.y = top + height + 1;
  }
  const count = (decision: SoaRow['decision']) => rows.filter((row) => row.decision === decision).length;
  document.moveDown(0.5);
  bold(sizes.text).text(
    `${rows.length} controls: ${count('NECESSARY')} necessary, ${count('NOT_NECESSARY')} left out${count('UNDECIDED') > 0 ? `, ${count('UNDECIDED')} undecided` : ''}`,
    margin,
    document.y,
  );
  plain(sizes.small, colours.quiet).text(disclaimer, { width });
  document.moveDown(0.8);

  const widths = columns.map(({ share }) => share * width);
  const lefts = widths.map((_, index) => margin + widths.slice(0, index).reduce((sum, one) => sum + one, 0));
  // A page has room for one row of this height and the head above it.
  const tallestRow = bottom - margin - 3 * sizes.head;
  const cells = (texts: readonly string[], write: () => unknown, fill: string | undefined) => {
    write();
    const heights = texts.map((text, index) =>
      document.heightOfString(text || ' ', { width: (widths[index] ?? 0) - 2 * padding }),
    );
    const height = Math.min(Math.max(...heights) + 2 * padding, tallestRow);
    if (document.y + height > bottom) {
      document.addPage();
      document.y = margin;
      head();
    }
    const top = document.y;
    if (fill) document.rect(margin, top, width, height).fill(fill);
    texts.forEach((text, index) => {
      write();
      document.text(text, (lefts[index] ?? 0) + padding, top + padding, {
        width: (widths[index] ?? 0) - 2 * padding,
        ...((heights[index] ?? 0) > height - 2 * padding ? { height: height - 2 * padding, ellipsis: cutHere } : {}),
      });
    });
    document
      .moveTo(margin, top + height)
      .lineTo(margin + width, top + height)
      .lineWidth(0.5)
      .strokeColor(colours.line)
      .stroke();
    document.y = top + height;
  };
  const head = () =>
    cells(
      columns.map(({ title }) => title),
      () => bold(sizes.head),
      colours.head,
    );
  head();
  for (const row of rows) {
    cells(
      columns.map((column) => shown(column.text(row))),
      () => plain(sizes.text),
      fillOf(row),
    );
  }

  const { count: pages } = document.bufferedPageRange();
  for (let page = 0; page < pages; page++) {
    document.switchToPage(page);
    // Below the margin, where text would otherwise begin a new page.
    document.page.margins.bottom = 0;
    plain(sizes.small, colours.quiet).text(
      `${shown(isms.name).slice(0, 80)}, version ${number} · ${contentHash.slice(0, 16)}`,
      margin,
      document.page.height - margin + 4,
      { width: width / 2, height: sizes.small + 2, ellipsis: true, lineBreak: false },
    );
    plain(sizes.small, colours.quiet).text(
      `${page + 1} of ${pages}`,
      margin + width / 2,
      document.page.height - margin + 4,
      {
        width: width / 2,
        align: 'right',
        lineBreak: false,
      },
    );
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
