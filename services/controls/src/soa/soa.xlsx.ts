import { writeXlsx } from '@annex/spreadsheet';
import { disclaimer, inWords, moment, type SoaDocument, shortId } from './soa.document.ts';
import type { SoaRow } from './soa.ts';

/** What a cell of a workbook holds at most. */
const longest = 32_767;

const cell = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text);

const columns = [
  'Control',
  'Title',
  'Necessary',
  'Justification',
  'Reasons',
  'Risks',
  'Obligations',
  'Implemented',
  'Implementations',
  'Verified strength, lowest',
  'Decided at',
  'Identifier',
];

function line(row: SoaRow): (string | number | null)[] {
  const { implementations } = row;
  return [
    row.number,
    row.title,
    inWords(row.decision),
    row.justification,
    row.reasons.map(({ kind, text }) => `${inWords(kind)}: ${text}`).join('\n'),
    row.risks.map(({ reference, title }) => `${reference} ${title}`).join('\n'),
    row.obligations.map(({ reference, title }) => `${reference} ${title}`).join('\n'),
    row.decision === 'NECESSARY' ? inWords(row.status) : '',
    implementations.map(({ reference, title, status }) => `${reference} ${title} (${inWords(status)})`).join('\n'),
    implementations.length > 0 ? Math.min(...implementations.map((one) => one.verified)) : null,
    moment(row.decidedAt),
    row.controlId,
  ].map((value) => (typeof value === 'string' ? cell(value) : value));
}

/** A workbook: the statement on its first sheet, version and approvals on its second. The same version always makes the same bytes. */
export function soaXlsx({ content, contentHash, status, approvals, approvedAt }: SoaDocument): Promise<Uint8Array> {
  const facts: (string | number)[][] = [
    ['ISMS', cell(content.isms.name)],
    ['Scope', cell(content.isms.scope)],
    ['Version', content.number],
    ['Status', inWords(status)],
    ['Submitted', moment(content.submittedAt)],
    ['Submitted by', shortId(content.submittedBy)],
    ['Approved', moment(approvedAt)],
    ['Compared with', 'ISO/IEC 27001:2022, Annex A'],
    ['SHA-256', contentHash],
    ['Note', disclaimer],
    ...approvals.map(({ role, personId, decision, decidedAt, note }) => [
      `Approval: ${cell(role)}`,
      cell(
        [`${shortId(personId)}: ${inWords(decision)}`, moment(decidedAt), note]
          .filter((part) => part !== '')
          .join(', '),
      ),
    ]),
  ];
  return writeXlsx([
    { name: 'Statement of Applicability', columns, rows: content.rows.map(line) },
    { name: 'Version', columns: ['What', 'Value'], rows: facts },
  ]);
}
