import { createHash } from 'node:crypto';
import { badInput } from '@annex/schema';

/** The value of each sort column of an entry, as PostgreSQL writes it; null where the column is null. */
export type CursorValues = readonly (string | null)[];

const version = 1;

/** Binds the values to their ordering and shows damage. It is no secret: a forged cursor reaches nothing but its own tenant's rows. */
const sealOf = (ordering: string, values: CursorValues) =>
  createHash('sha256')
    .update(JSON.stringify([version, ordering, values]))
    .digest('base64url')
    .slice(0, 8);

/** An opaque text for a place in a list. */
export function encodeCursor(ordering: string, values: CursorValues): string {
  return Buffer.from(JSON.stringify([version, sealOf(ordering, values), ...values])).toString('base64url');
}

/**
 * @param argument named in the refusal: `after` or `before`
 * @throws AnnexError BAD_INPUT for anything but a cursor of the same ordering
 */
export function decodeCursor(argument: string, cursor: string, ordering: string, columns: number): CursorValues {
  const refusal = () =>
    badInput(
      argument,
      cursor.slice(0, 200),
      'must be a cursor of this list in this order, as an edge or pageInfo gave it',
    );
  if (cursor.length > 4096 || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw refusal();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refusal();
  }
  if (!Array.isArray(parts) || parts.length !== columns + 2 || parts[0] !== version) throw refusal();
  const values: unknown[] = parts.slice(2);
  if (!values.every((value): value is string | null => value === null || typeof value === 'string')) throw refusal();
  if (parts[1] !== sealOf(ordering, values)) throw refusal();
  return values;
}
