import { type TSchema, Type } from 'typebox';

/** A UUID in lower-case hexadecimal text; Annex makes version 7 (RFC 9562), and accepts any. */
export const Uuid = Type.String({
  format: 'uuid',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
});

/** A moment in UTC, RFC 3339, for example `2026-11-24T09:30:00.000Z`. */
export const Moment = Type.String({ format: 'date-time' });

/** A share or an indicator in 0..1. */
export const Fraction = Type.Number({ minimum: 0, maximum: 1 });

/** A version of an entity: 1 for its first state, one more for each change. */
export const Version = Type.Integer({ minimum: 1 });

/** `null` where a value is absent; events name every field so that a reader needs no defaults. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `text` is a UUID in lower-case text, as every identifier of Annex is. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && uuidPattern.test(text);
}
