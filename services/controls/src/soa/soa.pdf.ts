import { setImmediate } from 'node:timers/promises';
import { type Cell, gutter, inOneGo, lineHeight, Pages, type Piece, type Row, sizeOf } from './pdf.pages.ts';
import { printable, typefaces } from './pdf.typeface.ts';
import { disclaimer, inWords, moment, type SoaDocument, shortNames } from './soa.document.ts';
import type { RowImplementation, SoaRow, VersionStatus } from './soa.ts';

/** A4 across, in points. */
const page = { width: 841.89, height: 595.28, margin: 36, foot: 18 } as const;
const inner = page.width - 2 * page.margin;
const colours = {
  text: '#1b2430',
  quiet: '#56616d',
  line: '#c6ced6',
  head: '#e4e9ee',
  out: '#efece4',
  outBar: '#7a6a45',
  open: '#fbe3e3',
  openBar: '#a32020',
} as const;
const small = 7;

/** Points for columns by their shares of the page. */
const spread = (...shares: readonly number[]) => {
  const sum = shares.reduce((all, one) => all + one, 0);
  return shares.map((share) => (share / sum) * inner);
};

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** One under the other; of several, each says where it begins. */
const listed = (parts: readonly string[]) =>
  parts.map((part) => (parts.length > 1 ? `\u2022 ${part}` : part)).join('\n');

const verified = ({ verification, verified: strength }: RowImplementation) =>
  verification === 'NOT_VERIFIED' ? 'not verified' : `${inWords(verification)} ${Math.round(strength * 100)} %`;

const necessity = { NECESSARY: 'Yes', NOT_NECESSARY: 'No: left out', UNDECIDED: 'Undecided' } as const;
const grounds = {
  NECESSARY: {},
  NOT_NECESSARY: { fill: colours.out, bar: colours.outBar },
  UNDECIDED: { fill: colours.open, bar: colours.openBar },
} as const;

const heads = [
  'Control',
  'Title',
  'Necessary',
  'Justification and reasons',
  'Needed by',
  'Implemented',
  'Implementations, verified strength',
  'Decided',
];

function rowOf(row: SoaRow): Row {
  const necessary = row.decision === 'NECESSARY';
  const texts = [
    row.number,
    row.title,
    necessity[row.decision],
    [row.justification, listed(row.reasons.map(({ kind, text }) => `${capital(inWords(kind))}: ${text}`))].join('\n'),
    listed([...row.risks, ...row.obligations].map(({ reference, title }) => `${reference} ${title}`)),
    necessary ? capital(inWords(row.status)) : '',
    listed(row.implementations.map((one) => `${one.reference} ${one.title}: ${inWords(one.status)}, ${verified(one)}`)),
    row.decidedAt?.slice(0, 10) ?? '',
  ];
  const bold = (index: number) => index === 0 || (index === 2 && !necessary);
  return {
    cells: texts.map((text, index): Cell => (bold(index) ? { text, weight: 'bold' } : { text })),
    ...grounds[row.decision],
  };
}

/** What whoever holds a version in their hands must know of it first. */
const standing: Readonly<Record<VersionStatus, string>> = {
  IN_REVIEW: 'Under review: this version is not approved.',
  APPROVED: 'Approved: this version was in force when it was printed.',
  SENT_BACK: 'Sent back: this version was not approved.',
  WITHDRAWN: 'Withdrawn: this version was not approved.',
  SUPERSEDED: 'Superseded: it was approved, and a later version has taken its place.',
};

function counts(rows: readonly SoaRow[]): string {
  const necessary = rows.filter((row) => row.decision === 'NECESSARY');
  const of = (decision: SoaRow['decision']) => rows.filter((row) => row.decision === decision).length;
  const implemented = necessary.filter((row) => row.status === 'IMPLEMENTED').length;
  const undecided = of('UNDECIDED');
  return (
    `${rows.length} controls: ${necessary.length} necessary, ${implemented} of them implemented; ` +
    `${of('NOT_NECESSARY')} left out${undecided > 0 ? `; ${undecided} undecided` : ''}`
  );
}

async function laidOut(given: SoaDocument): Promise<Pages> {
  const { content, contentHash, status, approvals, approvedAt } = given;
  const { isms, number, rows } = content;
  const short = shortNames(given);
  const pages = new Pages({ top: page.margin, bottom: page.height - page.margin - page.foot }, typefaces());
  const plainly = (padding: number, ...cells: readonly Cell[]) =>
    pages.add({ widths: [inner], ruled: false, padding, rows: cells.map((cell) => ({ cells: [cell] })) });
  await plainly(
    1,
    { text: 'Statement of Applicability', weight: 'bold', size: 17 },
    { text: isms.name, size: 11 },
    { text: 'ISO/IEC 27001:2022, 6.1.3 d', size: small, colour: colours.quiet },
  );
  pages.space(6);
  const approved = status === 'APPROVED';
  await pages.add({
    ...{ widths: [inner], ruled: false, padding: 4 },
    rows: [
      {
        cells: [{ text: `Version ${number}. ${standing[status]}`, weight: 'bold', size: 9 }],
        fill: approved ? colours.head : colours.open,
        bar: approved ? colours.text : colours.openBar,
      },
    ],
  });
  pages.space(6);
  const facts: readonly (readonly [string, string])[] = [
    ['Scope', isms.scope || 'not written yet'],
    ['Submitted', `${moment(content.submittedAt)} by ${short(content.submittedBy)}`],
    ...(approvedAt === null ? [] : [['Approved', moment(approvedAt)] as const]),
    ['Compared with', 'ISO/IEC 27001:2022, Annex A'],
    ['SHA-256 of the content', contentHash],
  ];
  await pages.add({
    ...{ widths: spread(15, 85), ruled: false, padding: 1 },
    rows: facts.map(([name, text]) => ({ cells: [{ text: name, colour: colours.quiet }, { text }] })),
  });
  pages.space(8);
  const head = (...texts: readonly string[]): Row => ({
    cells: texts.map((text) => ({ text, weight: 'bold' })),
    fill: colours.head,
  });
  if (approvals.length > 0) {
    await pages.add({
      ...{ widths: spread(24, 22, 11, 15, 28), ruled: true, padding: 2.5 },
      head: head('Approval by role', 'Person', 'Decision', 'When', 'Note'),
      rows: approvals.map(({ role, personId, decision, decidedAt, note }) => ({
        cells: [role, short(personId), inWords(decision), moment(decidedAt), note].map((text) => ({ text })),
      })),
    });
    pages.space(8);
  }
  await plainly(
    1,
    { text: counts(rows), weight: 'bold', size: 8.5 },
    { text: disclaimer, size: small, colour: colours.quiet },
  );
  pages.space(5);
  await pages.add({
    ...{ widths: spread(7, 15, 8, 24, 15.5, 10, 21, 7.5), ruled: true, padding: 3.5 },
    head: head(...heads),
    rows: rows.map(rowOf),
  });
  if (pages.lacking) {
    pages.space(6);
    const text = '\ufffd stands for signs that this typeface lacks; the other forms of this version have them.';
    await plainly(1, { text, size: small, colour: colours.quiet });
  }
  return pages;
}

type Pen = InstanceType<typeof import('pdfkit')>;

function draw(pen: Pen, { table, row, lines, top, height }: Piece): void {
  if (row.fill) pen.rect(page.margin, top, inner, height).fill(row.fill);
  if (row.bar) pen.rect(page.margin, top, 2, height).fill(row.bar);
  let left = page.margin + gutter;
  row.cells.forEach((cell, index) => {
    for (const [place, line] of (lines[index] ?? []).entries()) {
      if (line === '') continue;
      pen.font(cell.weight ?? 'plain', sizeOf(cell)).fillColor(cell.colour ?? colours.text);
      pen.text(line, left, top + table.padding + place * lineHeight(cell), { lineBreak: false });
    }
    left += table.widths[index] ?? 0;
  });
  if (!table.ruled) return;
  const bottom = top + height;
  pen
    .moveTo(page.margin, bottom)
    .lineTo(page.width - page.margin, bottom)
    .lineWidth(0.5)
    .stroke(colours.line);
}

/** As much of a text as fits, on one line. */
function cut(text: string, width: number): string {
  const { plain } = typefaces();
  const shown = plain.shown(printable(text).replaceAll('\n', ' '));
  const [first = '', ...rest] = plain.lines(shown, small, width);
  return rest.length > 0 ? `${first} …` : first;
}

/**
 * The statement for people, on A4 across: who approved which version when, then a line a control, what is left out on another ground. Texts
 * are shown whole, however long. The same version always makes the same bytes. The letters of Latin, Greek and Cyrillic scripts are shown;
 * a sign that the typeface lacks is marked as such, and scripts that run from right to left are not set as they should be.
 */
export async function soaPdf(given: SoaDocument): Promise<Uint8Array> {
  const { content, contentHash, status, approvedAt } = given;
  const { default: PDFDocument } = await import('pdfkit');
  const { pages } = await laidOut(given);
  const at = new Date(approvedAt ?? content.submittedAt);
  const name = printable(content.isms.name).replaceAll('\n', ' ');
  const pen = new PDFDocument({
    ...{ size: 'A4', layout: 'landscape', margin: 0, autoFirstPage: false, font: '' },
    ...{ lang: 'en', pdfVersion: '1.7', displayTitle: true },
    // Every word would be kept until the document is made, each with its letters' places.
    fontLayoutCache: false,
    info: {
      Title: `Statement of Applicability: ${name}, version ${content.number}`,
      Subject: `SHA-256 of the content: ${contentHash}`,
      ...{ CreationDate: at, ModDate: at, Producer: 'Annex', Creator: 'Annex' },
    },
  });
  const chunks: Uint8Array[] = [];
  pen.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((done, fail) => {
    pen.once('end', () => done());
    pen.once('error', fail);
  });
  const { plain, bold } = typefaces();
  pen.registerFont('plain', plain.font as never);
  pen.registerFont('bold', bold.font as never);
  const foot = cut(
    `${name}: Statement of Applicability, version ${content.number}, ${inWords(status)} · SHA-256 ${contentHash.slice(0, 16)}…`,
    inner - 80,
  );
  for (const [index, pieces] of pages.entries()) {
    if (index % inOneGo === inOneGo - 1) await setImmediate();
    pen.addPage();
    for (const piece of pieces) draw(pen, piece);
    const bottom = page.height - page.margin - small;
    const count = `${index + 1} of ${pages.length}`;
    pen.font('plain', small).fillColor(colours.quiet);
    pen.text(foot, page.margin, bottom, { lineBreak: false });
    pen.text(count, page.width - page.margin - plain.widthOf(count, small), bottom, { lineBreak: false });
  }
  pen.end();
  await ended;
  return Buffer.concat(chunks);
}
