import { below, OscalError } from '../error.ts';

/** A JSON object whose members are not known. */
export interface JsonObject {
  [name: string]: unknown;
}

/** Sets a member as JSON.parse does, also one with the name `__proto__`. */
export function setMember(object: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}

const uuid = /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$/;
const token = /^[\p{L}_][\p{L}\p{N}.\-_]*$/u;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const uri = /^[a-zA-Z][a-zA-Z0-9+\-.]+:[^\s<>"{}|\\^`]+$/;
const notBlank = (text: string) => text.trim() !== '';

/**
 * OSCAL's data types, as far as an old document must keep to them: what an export repairs (a line break in a title,
 * spaces around a value) is let in.
 */
const datatypes = {
  token: {
    fits: (text: string) => token.test(text),
    allowed: 'a token: letters, digits, ".", "-", "_", a letter first',
  },
  uuid: { fits: (text: string) => uuid.test(text), allowed: 'a UUID of version 4 or 5' },
  string: { fits: notBlank, allowed: 'a string that is not blank' },
  text: { fits: () => true, allowed: 'a string' },
  uri: { fits: (text: string) => uri.test(text), allowed: 'an absolute URI' },
  href: { fits: notBlank, allowed: 'a URI reference' },
  dateTime: {
    fits: (text: string) => dateTime.test(text) && !Number.isNaN(Date.parse(text)),
    allowed: 'a date and time with a zone (RFC 3339)',
  },
} as const;
export type Datatype = keyof typeof datatypes;

/** @throws OscalError unless the value is an object */
export function asObject(value: unknown, pointer: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OscalError(pointer, value, value === undefined ? 'must be given: an object' : 'must be an object');
  }
  return value as JsonObject;
}

/** @throws OscalError unless the value is a string of the data type */
export function asText(value: unknown, pointer: string, datatype: Datatype): string {
  const { fits, allowed } = datatypes[datatype];
  if (typeof value !== 'string' || !fits(value)) {
    throw new OscalError(pointer, value, `must be ${value === undefined ? 'given: ' : ''}${allowed}`);
  }
  return value;
}

/** @throws OscalError unless the value is one of these */
export function asOneOf(value: unknown, pointer: string, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw new OscalError(pointer, value, `must be one of ${allowed.join(', ')}`);
}

/** Which members an object has, by data type; a name that ends in `!` must be there. */
export type Members = Readonly<Record<string, Datatype>>;

/** @throws OscalError where a member is missing that must be there, or is of another data type */
export function checkMembers(object: JsonObject, pointer: string, members: Members): void {
  for (const [entry, datatype] of Object.entries(members)) {
    const required = entry.endsWith('!');
    const name = required ? entry.slice(0, -1) : entry;
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (required || value !== undefined) asText(value, below(pointer, name), datatype);
  }
}

/** Runs a check over the array that is the object's member, where there is one. */
export function checkEach(
  object: JsonObject,
  pointer: string,
  name: string,
  check: (item: unknown, pointer: string) => void,
): void {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value === undefined) return;
  const place = below(pointer, name);
  if (!Array.isArray(value)) throw new OscalError(place, value, 'must be an array');
  for (const [index, item] of value.entries()) check(item, below(place, index));
}

/** Like `checkEach` where the array must be there and have an item. */
export function checkSome(
  object: JsonObject,
  pointer: string,
  name: string,
  check: (item: unknown, pointer: string) => void,
): void {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (!Array.isArray(value) || value.length === 0) {
    throw new OscalError(below(pointer, name), value, 'must be an array with at least one item');
  }
  checkEach(object, pointer, name, check);
}

const limits = { depth: 100, stringCharacters: 4 * 1024 * 1024 } as const;

/**
 * Holds parsed JSON to the limits that a catalog is read with.
 * @throws OscalError where it is nested too deep, or has a string that is too long or that no database takes
 */
export function checkShape(value: unknown, pointer = '', depth = 0): void {
  if (typeof value === 'string') {
    if (value.length > limits.stringCharacters) {
      throw new OscalError(pointer, value, `must be a string of at most ${limits.stringCharacters} characters`);
    }
    if (!value.isWellFormed() || value.includes('\0')) {
      throw new OscalError(pointer, value.toWellFormed(), 'must be text without U+0000 and lone surrogates');
    }
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= limits.depth) {
      throw new OscalError(pointer, value, `must have at most ${limits.depth} arrays and objects within each other`);
    }
    const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [step, inner] of entries) checkShape(inner, below(pointer, step), depth + 1);
  }
}
