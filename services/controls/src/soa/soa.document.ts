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

/** A person's id, also where it is written as who acted. */
export const personOf = (actor: string): string => actor.replace(/^(person|key):/, '');

/**
 * Short names for the people of a document, who are known here by their ids alone: the first eight characters, and as many more as it takes
 * to tell all of them apart. Ids that were made in the same minute begin alike.
 */
export function shortNames({ content, approvals }: Pick<SoaDocument, 'content' | 'approvals'>): (id: string) => string {
  const people = [...new Set([content.submittedBy, ...approvals.map((one) => one.personId)].map(personOf))];
  const longest = Math.max(...people.map((id) => id.length));
  let length = 8;
  while (length < longest && new Set(people.map((id) => id.slice(0, length))).size < people.length) length++;
  return (id) => personOf(id).slice(0, length);
}

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
  VERIFIED: 'verified',
  PARTLY_VERIFIED: 'partly verified',
  NOT_VERIFIED: 'not verified',
};

/** A value of an enumeration as people read it. */
export const inWords = (value: string): string => words[value] ?? value.toLowerCase();
