import { createHash } from 'node:crypto';
import { AnnexError, badInput, checkFollows, type FieldFault, type Transitions } from '@annex/schema';
import type { ImplementationStatus, Verification } from '../strength/strength.ts';

/**
 * The Statement of Applicability (27001, 6.1.3 d): which controls are necessary and why, whether they are implemented, and why those of
 * Annex A that are left out are not. Pure: rows in, problems, differences and texts out.
 */

/** UNDECIDED: nobody has said yet whether the control is necessary. */
export type Decision = 'NECESSARY' | 'NOT_NECESSARY' | 'UNDECIDED';

/** Where the need for a control comes from beside the treatment of risks, which is told by the links of the risks themselves. */
export type ReasonKind = 'LEGAL' | 'CONTRACTUAL' | 'BUSINESS';

export interface Reason {
  readonly kind: ReasonKind;
  readonly text: string;
}

/** A thing in another register that gives a reason: a risk whose treatment needs the control, an obligation that demands it. */
export interface Source {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
}

export interface RowImplementation {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly status: ImplementationStatus;
  readonly share: number | null;
  readonly ownerId: string | null;
  /** 0..1, shown by measurement and assessment. */
  readonly verified: number;
  /** 0..1, with what the owner claims where nothing is verified. */
  readonly claimed: number;
  readonly verification: Verification;
}

/** Whether a control is implemented: as far as the least far of what implements it, NOT_STARTED where nothing does. */
export type RowStatus = ImplementationStatus;

/** A control's line in a Statement of Applicability, live or frozen. */
export interface SoaRow {
  /** `iso27001:2022:A.5.1`, or an own catalogue's. */
  readonly controlId: string;
  readonly number: string;
  readonly title: string;
  readonly decision: Decision;
  /** Why it is necessary, or why it is left out. */
  readonly justification: string;
  readonly reasons: readonly Reason[];
  readonly risks: readonly Source[];
  readonly obligations: readonly Source[];
  readonly status: RowStatus;
  readonly implementations: readonly RowImplementation[];
  readonly decidedBy: string | null;
  /** When the present decision was made. */
  readonly decidedAt: string | null;
}

/** What an approved version holds, in this order of keys; its SHA-256 is the version's content hash. */
export interface SoaContent {
  readonly format: 'annex-soa-1';
  readonly isms: { readonly id: string; readonly name: string; readonly scope: string };
  readonly number: number;
  readonly comparedWith: 'iso27001:2022';
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly rows: readonly SoaRow[];
}

/** How far the implementations of a control are, taken together. */
export function statusOf(implementations: readonly Pick<RowImplementation, 'status'>[]): RowStatus {
  const has = (status: ImplementationStatus) => implementations.some((one) => one.status === status);
  if (implementations.length > 0 && implementations.every((one) => one.status === 'IMPLEMENTED')) return 'IMPLEMENTED';
  if (has('IMPLEMENTED') || has('PARTIAL')) return 'PARTIAL';
  return has('PLANNED') ? 'PLANNED' : 'NOT_STARTED';
}

export type ProblemCode =
  | 'UNDECIDED'
  | 'UNKNOWN_CONTROL'
  | 'INCLUSION_NOT_JUSTIFIED'
  | 'EXCLUSION_NOT_JUSTIFIED'
  | 'NEEDED_BUT_EXCLUDED'
  | 'IMPLEMENTED_BUT_EXCLUDED'
  | 'NOT_IMPLEMENTED';

/** BLOCKING stands in the way of approval; a REMARK is for those who approve to know. */
export type Severity = 'BLOCKING' | 'REMARK';

export interface Problem {
  readonly controlId: string;
  readonly number: string;
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly message: string;
}

const named = (sources: readonly Source[]) => {
  const shown = sources.slice(0, 3).map((source) => source.reference);
  return shown.join(', ') + (sources.length > 3 ? ` and ${sources.length - 3} more` : '');
};

/** What is wrong with a row, the blocking first. */
function problemsOf(row: SoaRow): Problem[] {
  const found: Problem[] = [];
  const add = (code: ProblemCode, severity: Severity, message: string) =>
    found.push({ controlId: row.controlId, number: row.number, code, severity, message });
  const needing = [...row.risks, ...row.obligations];
  if (row.title === '')
    add('UNKNOWN_CONTROL', 'BLOCKING', `${row.controlId} is of a catalogue that is no longer there.`);
  if (row.decision === 'UNDECIDED') {
    add('UNDECIDED', 'BLOCKING', `Nobody has decided whether ${row.number} is necessary.`);
  }
  if (row.decision === 'NECESSARY') {
    if (row.justification === '' && row.reasons.length === 0 && needing.length === 0)
      add('INCLUSION_NOT_JUSTIFIED', 'BLOCKING', `${row.number} is included without a justification or a reason.`);
    if (row.implementations.length === 0)
      add('NOT_IMPLEMENTED', 'REMARK', `${row.number} is necessary, and nothing implements it yet.`);
  }
  if (row.decision === 'NOT_NECESSARY') {
    if (row.justification === '')
      add('EXCLUSION_NOT_JUSTIFIED', 'BLOCKING', `${row.number} is left out without a justification.`);
    if (needing.length > 0)
      add('NEEDED_BUT_EXCLUDED', 'BLOCKING', `${row.number} is left out, and ${named(needing)} needs it.`);
    if (row.implementations.some((one) => one.status === 'IMPLEMENTED' || one.status === 'PARTIAL'))
      add('IMPLEMENTED_BUT_EXCLUDED', 'REMARK', `${row.number} is left out, and something implements it.`);
  }
  return found;
}

/** Everything that is to be said of a statement before it is approved, in the order of its rows. */
export function problems(rows: readonly SoaRow[]): Problem[] {
  return rows.flatMap(problemsOf);
}

/** @throws AnnexError STATE_CONFLICT listing each blocking problem by its control */
export function refuseProblems(rows: readonly SoaRow[]): void {
  const blocking = problems(rows).filter((problem) => problem.severity === 'BLOCKING');
  const [first] = blocking;
  if (!first) return;
  const more = blocking.length > 1 ? ` ${blocking.length - 1} more problems stand in the way.` : '';
  throw new AnnexError('STATE_CONFLICT', `${first.message}${more}`, {
    faults: blocking.map(({ controlId, code, message }) => ({ field: controlId, given: code, allowed: message })),
    details: { problems: blocking.length },
  });
}

/** What a difference is about: what was decided, how far it is implemented, or how strong it is. */
export type DifferenceKind = 'DECISION' | 'IMPLEMENTATION' | 'STRENGTH';

export interface Difference {
  readonly controlId: string;
  readonly number: string;
  readonly kind: DifferenceKind;
  readonly field: string;
  /** The earlier value as text; null where there was no such row. */
  readonly before: string | null;
  readonly after: string | null;
}

const sources = (list: readonly Source[]) =>
  list
    .map((source) => source.reference)
    .sort()
    .join(', ');

/** The fields of a row that are compared, each as the text that people read. */
const fields: readonly (readonly [string, DifferenceKind, (row: SoaRow) => string])[] = [
  ['title', 'DECISION', (row) => row.title],
  ['decision', 'DECISION', (row) => row.decision],
  ['justification', 'DECISION', (row) => row.justification],
  ['reasons', 'DECISION', (row) => row.reasons.map((reason) => `${reason.kind}: ${reason.text}`).join('; ')],
  ['risks', 'DECISION', (row) => sources(row.risks)],
  ['obligations', 'DECISION', (row) => sources(row.obligations)],
  ['status', 'IMPLEMENTATION', (row) => row.status],
  [
    'implementations',
    'IMPLEMENTATION',
    (row) =>
      row.implementations
        .map(
          ({ reference, title, status, share }) =>
            `${reference} ${title}: ${status}${share === null ? '' : ` ${share}`}`,
        )
        .sort()
        .join('; '),
  ],
  [
    'owners',
    'IMPLEMENTATION',
    (row) =>
      row.implementations
        .map((one) => `${one.reference}: ${one.ownerId ?? 'nobody'}`)
        .sort()
        .join('; '),
  ],
  [
    'strength',
    'STRENGTH',
    (row) =>
      row.implementations
        .map((one) => `${one.reference}: verified ${one.verified}, claimed ${one.claimed}`)
        .sort()
        .join('; '),
  ],
];

/** How two statements differ, field by field, in the order of the later one's rows; rows that are gone come last. */
export function differences(before: readonly SoaRow[], after: readonly SoaRow[]): Difference[] {
  const earlier = new Map(before.map((row) => [row.controlId, row]));
  const later = new Set(after.map((row) => row.controlId));
  const found: Difference[] = [];
  for (const row of after) {
    const { controlId, number } = row;
    const old = earlier.get(controlId);
    for (const [field, kind, text] of fields) {
      const [was, is] = [old ? text(old) : null, text(row)];
      if (was === is || (was === null && is === '')) continue;
      found.push({ controlId, number, kind, field, before: was, after: is });
    }
  }
  for (const row of before) {
    if (later.has(row.controlId)) continue;
    for (const [field, kind, text] of fields) {
      const was = text(row);
      if (was !== '')
        found.push({ controlId: row.controlId, number: row.number, kind, field, before: was, after: null });
    }
  }
  return found;
}

/** The bytes of a version: what is hashed is what is handed out. */
export function contentText(content: SoaContent): string {
  return JSON.stringify(content);
}

/** SHA-256 of the text in UTF-8, hexadecimal. */
export function contentHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export type VersionStatus = 'IN_REVIEW' | 'APPROVED' | 'SENT_BACK' | 'WITHDRAWN' | 'SUPERSEDED';

/** Which status may follow which. What was sent back or withdrawn stays as a record; a new version takes its place. */
const transitions: Transitions<VersionStatus> = {
  IN_REVIEW: ['APPROVED', 'SENT_BACK', 'WITHDRAWN'],
  APPROVED: ['SUPERSEDED'],
  SENT_BACK: [],
  WITHDRAWN: [],
  SUPERSEDED: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition(id: string, from: VersionStatus, to: VersionStatus): void {
  checkFollows(transitions, { kind: 'SoaVersion', id, name: 'The version' }, from, to);
}

export interface AskedApproval {
  readonly personId: string;
  readonly role: string;
}

const mostApprovals = 20;

/**
 * Who is to approve: 1 to 20 people, each once, each in a named role, the author not among them (four eyes).
 * @throws AnnexError BAD_INPUT
 */
export function checkApprovals(asked: readonly AskedApproval[], author: string | undefined): void {
  if (asked.length < 1 || asked.length > mostApprovals)
    throw badInput('input.approvals', asked.length, `must name 1 to ${mostApprovals} people`);
  const faults: FieldFault[] = [];
  const seen = new Set<string>();
  asked.forEach(({ personId }, index) => {
    const field = `input.approvals.${index}.personId`;
    if (personId === author) faults.push({ field, given: personId, allowed: 'must be somebody else than who submits' });
    if (seen.has(personId)) faults.push({ field, given: personId, allowed: 'must be named once' });
    seen.add(personId);
  });
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}
