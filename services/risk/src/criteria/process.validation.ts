import { isUuid } from '@annex/schema';
import type { Complain } from './band.validation.ts';
import type { DocumentedProcess } from './criteria.ts';

/** A documented process as it is asked for: what it says, the document that says it, or both. */
export interface ProcessInput {
  readonly text?: string | null;
  readonly documentId?: string | null;
}

const longest = 20_000;
const mostMethods = 10;
const methodForm = /^[A-Z][A-Z0-9_]{0,39}$/;

/** A process that is documented; null where it is not. */
export function processOf(
  field: string,
  input: ProcessInput | null | undefined,
  complain: Complain,
): DocumentedProcess | null {
  if (!input) return null;
  const text = (input.text ?? '').trim();
  const documentId = input.documentId ?? null;
  if (text.length > longest) complain(`${field}.text`, text.length, `at most ${longest} characters`);
  if (text.includes('\u0000')) complain(`${field}.text`, 'a NUL character', 'text without NUL characters');
  if (documentId !== null && !isUuid(documentId)) complain(`${field}.documentId`, documentId, 'the id of a document');
  if (text === '' && documentId === null)
    complain(field, null, 'a text or the id of a document; null where the process is not documented');
  return { text, documentId };
}

/** The names of methods that may confirm an indicated level (ISO/IEC 27001, 6.1.2 b). */
export function confirmingMethodsOf(given: readonly string[], complain: Complain): readonly string[] {
  const field = 'input.confirmingMethods';
  if (given.length === 0 || given.length > mostMethods)
    complain(field, given.length, `1 to ${mostMethods} methods, such as PERSON or SIMULATION`);
  for (const [index, method] of given.entries()) {
    if (!methodForm.test(method))
      complain(
        `${field}[${index}]`,
        method,
        'a capital letter, then at most 39 capital letters, digits or underscores: SIMULATION',
      );
    if (given.indexOf(method) < index) complain(`${field}[${index}]`, method, 'a method that is named once');
  }
  return given;
}

/** How often the register is to be assessed, in whole years, months, weeks or days (ISO/IEC 27001, 8.2). */
export function assessmentPeriodOf(given: string, complain: Complain): string {
  const right = /^P(?=\d)(\d{1,2}Y)?(\d{1,3}M)?(\d{1,3}W)?(\d{1,4}D)?$/.test(given) && /[1-9]/.test(given);
  if (!right)
    complain('input.assessmentPeriod', given, 'a duration of ISO 8601 in years, months, weeks or days, such as P1Y');
  return given;
}
