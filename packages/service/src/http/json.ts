import { isUtf8 } from 'node:buffer';
import { AnnexError, badInput } from '@annex/schema';

/** Where reading stopped and why: `line` and `column` count from 1 (columns in characters), `byte` from 0. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
  readonly problem: string;
}

class Stop extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what may stand unescaped in a string is defined by them (RFC 8259, 7)
const plainCharacters = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const space = /[ \t\n\r]*/y;
/** Levels of a body; ours have less than ten, and what walks through a value must not run out of stack. */
const deepest = 200;

/** Walks a text by the grammar of RFC 8259 until it breaks it. Only used on texts that JSON.parse refused. */
class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value(0);
    this.#skip(space);
    if (this.#at < this.#text.length) this.#stop('expected the end');
  }

  #stop(expectation: string): never {
    const found = this.#text.codePointAt(this.#at);
    const what = found === undefined ? 'the text ended' : `found ${JSON.stringify(String.fromCodePoint(found))}`;
    throw new Stop(this.#at, `${expectation}, ${what}`);
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match !== null;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): void {
    if (depth > deepest) this.#stop(`expected at most ${deepest} levels`);
    this.#skip(space);
    const word = ['true', 'false', 'null'].find((one) => one[0] === this.#text[this.#at]);
    if (this.#take('{')) this.#members('}', depth);
    else if (this.#take('[')) this.#members(']', depth);
    else if (this.#take('"')) this.#string();
    else if (word) for (const character of word) this.#take(character) || this.#stop(`expected ${word}`);
    else if (!this.#skip(number)) this.#stop('expected a value');
  }

  #members(end: '}' | ']', depth: number): void {
    this.#skip(space);
    if (this.#take(end)) return;
    for (;;) {
      this.#skip(space);
      if (end === '}') {
        if (!this.#take('"')) this.#stop('expected the name of a member in double quotes');
        this.#string();
        this.#skip(space);
        if (!this.#take(':')) this.#stop('expected ":"');
      }
      this.#value(depth + 1);
      this.#skip(space);
      if (this.#take(end)) return;
      if (!this.#take(',')) this.#stop(`expected "," or "${end}"`);
    }
  }

  #string(): void {
    for (;;) {
      this.#skip(plainCharacters);
      if (this.#take('"')) return;
      if (this.#text[this.#at] !== '\\') this.#stop('expected the closing quote of a string');
      if (!this.#skip(escaped)) this.#stop('expected an escape of JSON');
    }
  }
}

function placeOf(text: string, at: number, problem: string): JsonFault {
  const before = text.slice(0, at);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1, byte: Buffer.byteLength(before), problem };
}

/** Where a text breaks the grammar of JSON; undefined where it does not. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    new Walk(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof Stop) return placeOf(text, error.at, error.message);
    throw error;
  }
}

function malformed({ line, column, byte, problem }: JsonFault): AnnexError {
  return new AnnexError('MALFORMED_JSON', `Line ${line}, column ${column}: ${problem}`, {
    details: { line, column, byte, problem },
  });
}

/** The quote that ends a string; the end of the text where none does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

/** Where values are nested deeper than is read, found without recursion; undefined where they are not. */
function findTooDeep(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      if (++depth > deepest) return at;
    } else if (character === '}' || character === ']') depth--;
  }
  return undefined;
}

/** The first byte of a body that is not UTF-8. */
function findBrokenByte(body: Buffer): number {
  const read = Buffer.from(body.toString('utf8'));
  const end = Math.min(read.length, body.length);
  for (let at = 0; at < end; at++) if (read[at] !== body[at]) return at;
  return end;
}

/**
 * Reads a JSON body.
 * @throws AnnexError MALFORMED_JSON with line, column and byte of the fault, also where values are nested too deep; BAD_INPUT for members named `__proto__`, which are only
 * ever sent to do harm
 */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) {
    const byte = findBrokenByte(body);
    throw malformed({ ...placeOf(body.subarray(0, byte).toString('utf8'), byte, ''), byte, problem: 'expected UTF-8' });
  }
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  const tooDeep = text.length > 2 * deepest ? findTooDeep(text) : undefined;
  if (tooDeep !== undefined) throw malformed(placeOf(text, tooDeep, `expected at most ${deepest} levels`));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(findJsonFault(text) ?? { line: 1, column: 1, byte: 0, problem: 'expected JSON' });
  }
  if (/"(?:_|\\u005[fF]){2}proto(?:_|\\u005[fF]){2}"\s*:/.test(text) && hasOwnProto(value)) {
    throw badInput('__proto__', undefined, 'must not be the name of a member');
  }
  return value;
}

function hasOwnProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasOwnProto);
}
