import { AnnexError } from '@annex/schema';

type Members = { readonly [name: string]: unknown };

const kindOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : typeof value;

/** What was found, short enough to be shown. */
const shown = (value: unknown) =>
  typeof value === 'string' && value.length > 60
    ? `${value.slice(0, 60).toWellFormed()}…`
    : typeof value === 'object' || value === undefined
      ? kindOf(value)
      : value;

/** @throws AnnexError INVALID_SARIF at a place (a JSON pointer, RFC 6901) */
export function invalid(pointer: string, given: unknown, allowed: string): never {
  throw new AnnexError('INVALID_SARIF', `${pointer || 'The log'} ${allowed}`, {
    faults: [{ field: pointer, given: shown(given), allowed }],
    details: { pointer },
  });
}

/** A JSON object of the log together with its place, so that whatever is wrong in it can be named. */
export class Node {
  readonly pointer: string;
  readonly #members: Members;

  private constructor(value: Members, pointer: string) {
    this.#members = value;
    this.pointer = pointer;
  }

  static of(value: unknown, pointer: string): Node {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      invalid(pointer, value, 'must be an object');
    }
    return new Node(value as Members, pointer);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  get(name: string): unknown {
    return this.has(name) ? this.#members[name] : undefined;
  }

  at(name: string): string {
    return `${this.pointer}/${name}`;
  }

  object(name: string): Node | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : Node.of(value, this.at(name));
  }

  requiredObject(name: string): Node {
    return Node.of(this.get(name), this.at(name));
  }

  /** The objects of an array; none where it is absent. */
  list(name: string): Node[] {
    const value = this.get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) invalid(this.at(name), value, 'must be an array');
    return value.map((item, index) => Node.of(item, `${this.at(name)}/${index}`));
  }

  text(name: string, longest?: number): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') invalid(this.at(name), value, 'must be a string');
    if (longest !== undefined && value.length > longest) {
      invalid(this.at(name), value, `must have at most ${longest} characters`);
    }
    return storable(value);
  }

  requiredText(name: string, longest: number): string {
    const value = this.text(name, longest);
    if (!value?.trim()) invalid(this.at(name), this.get(name), 'must be a string that is not empty');
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) invalid(this.at(name), value, 'must be a whole number');
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return invalid(this.at(name), value, 'must be true or false');
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.get(name);
    if (value === undefined || (allowed as readonly unknown[]).includes(value)) return value as T | undefined;
    return invalid(this.at(name), value, `must be one of ${allowed.join(', ')}`);
  }
}

/** Text that PostgreSQL takes: no NUL, no half of a character. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** The first characters of a text, never half of one. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = /[\uD800-\uDBFF]/.test(text[longest - 1] ?? '') ? longest - 1 : longest;
  return text.slice(0, end);
}
