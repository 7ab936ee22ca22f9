import { badInput } from '@annex/schema';

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
