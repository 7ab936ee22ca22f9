import { type Sheet, writeXlsx } from '@annex/spreadsheet';
import { disclaimer, inWords, moment, personOf, type SoaDocument } from './soa.document.ts';
import type { SoaRow, Source } from './soa.ts';

/** What a cell of a workbook holds at most. */
const longest = 32_767;
/** Of lists in the statement's own sheet; every item stands whole in a sheet of its own. */
const longestList = 4_000;

/** Text for a cell: whole as far as a cell goes, without the one character that no workbook has. */
function cell(text: string, most = longest, more = '…'): string {
  const writable = text.replaceAll('\0', '\ufffd').toWellFormed();
  return writable.length > most ? `${writable.slice(0, most - more.length).toWellFormed()}${more}` : writable;
}

const list = (parts: readonly string[], sheet: string) => cell(parts.join('\n'), longestList, ` … see ${sheet}`);
const named = (sources: readonly Source[]) => sources.map(({ reference, title }) => `${reference} ${title}`);

const reasonsName = 'Reasons';
const implementationsName = 'Implementations';

function statement(rows: readonly SoaRow[]): Sheet {
  return {
    name: 'Statement of Applicability',
    wrap: true,
    columns: [
      ...['Control', 'Title', 'Necessary', 'Justification', 'Reasons', 'Risks', 'Obligations', 'Implemented'],
      ...['Implementations', 'Verified strength, lowest', 'Decided at', 'Decided by', 'Identifier'],
    ],
    rows: rows.map((row) => {
      const { implementations } = row;
      return [
        cell(row.number),
        cell(row.title),
        inWords(row.decision),
        cell(row.justification),
        list(
          row.reasons.map(({ kind, text }) => `${inWords(kind)}: ${text}`),
          reasonsName,
        ),
        list(named(row.risks), reasonsName),
        list(named(row.obligations), reasonsName),
        row.decision === 'NECESSARY' ? inWords(row.status) : '',
        list(
          implementations.map((one) => `${one.reference} ${one.title} (${inWords(one.status)})`),
          implementationsName,
        ),
        implementations.length > 0 ? Math.min(...implementations.map((one) => one.verified)) : null,
        moment(row.decidedAt),
        row.decidedBy === null ? '' : personOf(row.decidedBy),
        cell(row.controlId),
      ];
    }),
  };
}

/** Why each control is needed, a line a reason. */
function reasons(rows: readonly SoaRow[]): Sheet {
  const of = (row: SoaRow, kind: string, sources: readonly Source[]) =>
    sources.map((source) => [row.number, kind, source.reference, source.title, source.id].map((text) => cell(text)));
  return {
    name: reasonsName,
    wrap: true,
    columns: ['Control', 'Kind', 'Reference', 'Reason', 'Identifier'],
    rows: rows.flatMap((row) => [
      ...row.reasons.map(({ kind, text }) => [cell(row.number), inWords(kind), null, cell(text), null]),
      ...of(row, 'risk', row.risks),
      ...of(row, 'obligation', row.obligations),
    ]),
  };
}

/** What implements each control, a line for each pair. */
function implementations(rows: readonly SoaRow[]): Sheet {
  return {
    name: implementationsName,
    wrap: true,
    columns: [
      ...['Control', 'Reference', 'Title', 'Status', 'Share done', 'Verified strength', 'Claimed strength'],
      ...['Verification', 'Owner', 'Identifier'],
    ],
    rows: rows.flatMap((row) =>
      row.implementations.map((one) => [
        ...[cell(row.number), cell(one.reference), cell(one.title), inWords(one.status)],
        ...[one.share, one.verified, one.claimed],
        ...[inWords(one.verification), one.ownerId === null ? null : personOf(one.ownerId), one.id],
      ]),
    ),
  };
}

function version({ content, contentHash, status, approvals, approvedAt }: SoaDocument): Sheet {
  const { isms, number, submittedAt, submittedBy } = content;
  return {
    name: 'Version',
    wrap: true,
    columns: ['What', 'Value', 'Person', 'When', 'Note'],
    rows: [
      ['ISMS', cell(isms.name)],
      ['Scope', cell(isms.scope)],
      ['Version', number],
      ['Status', inWords(status)],
      ['Submitted', null, personOf(submittedBy), moment(submittedAt)],
      ['Approved', null, null, moment(approvedAt)],
      ['Compared with', 'ISO/IEC 27001:2022, Annex A'],
      ['SHA-256 of the content', contentHash],
      ['Note', disclaimer],
      ...approvals.map(({ role, personId, decision, decidedAt, note }) => [
        cell(`Approval: ${role}`),
        inWords(decision),
        personOf(personId),
        moment(decidedAt),
        cell(note),
      ]),
    ],
  };
}

/**
 * A workbook: the statement on its first sheet, a line a control; then version and approvals, and the reasons and implementations a line
 * each. Nothing in it is a formula. The same version always makes the same bytes.
 */
export async function soaXlsx(document: SoaDocument): Promise<Uint8Array> {
  const { rows } = document.content;
  return writeXlsx([statement(rows), version(document), reasons(rows), implementations(rows)]);
}
