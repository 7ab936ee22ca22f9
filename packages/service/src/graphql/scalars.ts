import { badInput, isUuid } from '@annex/schema';
import { type GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

type ScalarFunctions = Pick<GraphQLScalarType, 'serialize' | 'parseValue' | 'parseLiteral'>;

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/**
 * Reads a moment of RFC 3339; finer parts than milliseconds are cut.
 * @returns undefined where the text is none, also for days that no month has
 */
export function parseMoment(text: string): Date | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // V8 rolls 30 February over into March instead of refusing it.
  const midnight = new Date(Date.UTC(2000, 0, 1));
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const fraction = (match[7] ?? '').slice(0, 4);
  const moment = new Date(`${text.slice(0, 19)}${fraction}${match[8]}`.toUpperCase());
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

function dateTime(value: unknown): Date {
  const moment = typeof value === 'string' ? parseMoment(value) : undefined;
  if (!moment) throw badInput('DateTime', value, 'must be a moment as of RFC 3339, such as 2026-11-24T09:30:00Z');
  return moment;
}

function uuid(value: unknown): string {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (!isUuid(text)) throw badInput('UUID', value, 'must be a UUID, such as 0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21');
  return text;
}

/** JSON.stringify would drop or refuse what is not JSON, and a refusal would cost the whole answer. */
function json(value: unknown): unknown {
  const check = (part: unknown): void => {
    if (part === null || typeof part === 'string' || typeof part === 'boolean') return;
    if (typeof part === 'number' && Number.isFinite(part)) return;
    if (part instanceof Date) return;
    if (typeof part === 'object') {
      for (const member of Object.values(part)) if (member !== undefined) check(member);
      return;
    }
    throw badInput('JSON', String(part), `must be a JSON value; a ${typeof part} is none`);
  };
  check(value);
  return value;
}

const literal = (parse: (value: unknown) => unknown) => (node: ValueNode) =>
  parse(node.kind === Kind.STRING ? node.value : valueFromASTUntyped(node));

/** A value of ours that a scalar cannot write is a defect, not the caller's bad input. */
const written =
  <R>(write: (value: unknown) => R) =>
  (value: unknown): R => {
    try {
      return write(value);
    } catch (error) {
      throw new Error(`A value cannot be written: ${(error as Error).message}`);
    }
  };

/** How the shared scalars are read and written. Input that is not acceptable is BAD_INPUT naming the value. */
export const scalarResolvers: { readonly [name: string]: ScalarFunctions } = {
  DateTime: {
    serialize: written((value) => (value instanceof Date ? value : dateTime(value)).toISOString()),
    parseValue: dateTime,
    parseLiteral: literal(dateTime),
  },
  UUID: {
    serialize: (value) => (isUuid(value) ? value : written(uuid)(value)),
    parseValue: uuid,
    parseLiteral: literal(uuid),
  },
  JSON: {
    serialize: written(json),
    parseValue: json,
    parseLiteral: (node, variables) => json(valueFromASTUntyped(node, variables)),
  },
};
