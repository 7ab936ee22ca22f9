import type { SoaContent, VersionStatus } from './soa.ts';

/** A version of the Statement of Applicability as it is made into a file: its frozen content and what was decided of it since. */
export interface SoaDocument {
  readonly content: SoaContent;
  /** SHA-256 of the content's exact text, hexadecimal. */
  readonly contentHash: string;
  readonly status: VersionStatus;
  readonly approvals: readonly {
    readonly personId: string;
    readonly role: string;
    readonly decision: 'PENDING' | 'APPROVED' | 'SENT_BACK';
    readonly decidedAt: string | null;
    readonly note: string;
  }[];
  readonly approvedAt: string | null;
}

/** What stands at the head of every rendering, so that nobody takes it for more. */
export const disclaimer =
  'Computed from recorded facts and decided by the organisation. An internal statement, not an audit opinion.';

/** People are known here by their ids alone; its beginning tells two of one role apart. */
export const shortId = (id: string): string => id.replace(/^(person|key):/, '').slice(0, 8);

/** `2026-03-03 09:00 UTC` */
export const moment = (text: string | null): string => (text ? `${text.slice(0, 16).replace('T', ' ')} UTC` : '');

const words: Readonly<Record<string, string>> = {
  NECESSARY: 'yes',
  NOT_NECESSARY: 'no',
  UNDECIDED: 'undecided',
  IMPLEMENTED: 'implemented',
  PARTIAL: 'partly implemented',
  PLANNED: 'planned',
  NOT_STARTED: 'not implemented',
  IN_REVIEW: 'in review',
  APPROVED: 'approved',
  SENT_BACK: 'sent back',
  WITHDRAWN: 'withdrawn',
  SUPERSEDED: 'superseded',
  PENDING: 'pending',
  LEGAL: 'law',
  CONTRACTUAL: 'contract',
  BUSINESS: 'business',
};

/** A value of an enumeration as people read it. */
export const inWords = (value: string): string => words[value] ?? value.toLowerCase();
