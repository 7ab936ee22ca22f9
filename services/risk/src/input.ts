import { badInput } from '@annex/schema';
import type { UploadQuery } from '@annex/service';

/**
 * A text of people, trimmed.
 * @throws AnnexError BAD_INPUT when it is longer than `max` characters or, where one is required, empty
 */
export function text(field: string, given: string, max: number, presence: 'required' | 'optional'): string {
  const trimmed = given.trim();
  if (presence === 'required' && trimmed === '') throw badInput(field, given, 'must not be empty');
  if (trimmed.length > max) throw badInput(field, `${trimmed.slice(0, 60)}…`, `must have at most ${max} characters`);
  if (trimmed.includes('\u0000')) throw badInput(field, 'a NUL character', 'must be text without NUL characters');
  return trimmed;
}

/** The ISMS that a query names; null where it names none. @throws AnnexError BAD_INPUT where it is given more than once */
export function ismsAsked({ ismsId }: UploadQuery): string | null {
  if (Array.isArray(ismsId)) throw badInput('query.ismsId', ismsId, 'must be given once');
  return ismsId ?? null;
}
