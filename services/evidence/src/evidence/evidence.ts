import { AnnexError, type FieldFault } from '@annex/schema';

export type Validity = 'NOT_YET_VALID' | 'VALID' | 'EXPIRED';

/** From when until when something holds; without an end it holds until somebody says otherwise. */
export interface Period {
  readonly validFrom: Date;
  readonly validUntil: Date | null;
}

/** Whether evidence shows anything at a moment: from its beginning on, up to its end without it. */
export function validityOf({ validFrom, validUntil }: Period, now: Date): Validity {
  if (now < validFrom) return 'NOT_YET_VALID';
  return validUntil !== null && now >= validUntil ? 'EXPIRED' : 'VALID';
}

/** The next moment at which the validity changes by itself. */
export function nextChange({ validFrom, validUntil }: Period, now: Date): Date | null {
  if (now < validFrom) return validFrom;
  return validUntil !== null && now < validUntil ? validUntil : null;
}

const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const dateTime = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads a date (midnight UTC) or a moment of RFC 3339. @returns undefined where the text is neither, as 30 February is not */
export function parseMoment(text: string): Date | undefined {
  const date = dateOnly.test(text) ? text : dateTime.exec(text)?.[1];
  if (date === undefined) return undefined;
  // A day that no month has rolls over into the next month instead of being refused.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined;
  const moment = new Date(dateOnly.test(text) ? `${text}T00:00:00Z` : text.toUpperCase());
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

export const longestTitle = 200;
export const longestDescription = 4000;
export const mostImplementations = 200;

/** What people say of a piece of evidence. */
export interface EvidenceContent extends Period {
  readonly title: string;
  readonly description: string;
  readonly implementationIds: readonly string[];
}

/** What is wrong with it; `prefix` names the place: `input.` for a mutation, nothing for a form. */
export function contentFaults(content: EvidenceContent, prefix: '' | 'input.'): FieldFault[] {
  const { title, description, validFrom, validUntil, implementationIds } = content;
  const faults: FieldFault[] = [];
  const fault = (name: string, given: unknown, allowed: string) => {
    faults.push({ field: `${prefix}${name}`, given, allowed });
  };
  if (title === '' || title.length > longestTitle) {
    fault('title', title.slice(0, 60), `must have 1 to ${longestTitle} characters`);
  }
  if (description.length > longestDescription) {
    fault('description', `${description.slice(0, 60)}…`, `must have at most ${longestDescription} characters`);
  }
  if (title.includes('\u0000')) fault('title', 'a NUL character', 'must be text without NUL characters');
  if (description.includes('\u0000')) fault('description', 'a NUL character', 'must be text without NUL characters');
  if (validUntil !== null && validUntil <= validFrom) {
    fault('validUntil', validUntil, `must be later than validFrom, ${validFrom.toISOString()}`);
  }
  if (implementationIds.length > mostImplementations) {
    fault('implementationIds', implementationIds.length, `must be at most ${mostImplementations}`);
  }
  return faults;
}

/** @throws AnnexError BAD_INPUT naming all of the faults, if there are some */
export function refuseFaults(faults: readonly FieldFault[]): void {
  if (faults.length === 0) return;
  throw new AnnexError('BAD_INPUT', faults.map((fault) => `${fault.field} ${fault.allowed}`).join('; '), { faults });
}

/** Why evidence is valid or not, in a sentence. */
export function explainValidity(period: Period, now: Date): string {
  const { validFrom, validUntil } = period;
  const until = validUntil === null ? 'without an end' : `until ${validUntil.toISOString()}`;
  return `It is valid from ${validFrom.toISOString()} ${until}, judged at ${now.toISOString()}.`;
}
