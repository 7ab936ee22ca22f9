import { isUtf8 } from 'node:buffer';
import { below, OscalError } from '../error.ts';

/** A place's name in what contains it: a member's name, an index, or null for the whole document. */
export type Step = string | number | null;
export type Scalar = string | number | boolean | null;

/** Is told of every value in the document's order. */
export interface JsonHandler {
  open(step: Step, array: boolean): void;
  scalar(step: Step, value: Scalar): void;
  close(): void;
}

export interface JsonLimits {
  /** Bytes of one string as it stands in the text. */
  readonly stringBytes: number;
  /** Arrays and objects within each other. */
  readonly depth: number;
}

interface Container {
  readonly array: boolean;
  index: number;
  key: string;
}

type Expected = 'value' | 'firstValue' | 'key' | 'firstKey' | 'colon' | 'comma' | 'end';

const said: Record<Expected, string> = {
  value: 'a value',
  firstValue: 'a value or "]"',
  key: 'a name in quotation marks',
  firstKey: 'a name in quotation marks or "}"',
  colon: '":"',
  comma: '"," or the end of the array or object',
  end: 'nothing after the document',
};
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const literals = new Map<string, Scalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const longestNumber = 400;
const [quote, backslash, newline] = [0x22, 0x5c, 0x0a];

/**
 * Reads JSON (RFC 8259) as it arrives and keeps no more of it than the string or number at hand. Stricter than the RFC
 * where two readers could differ: numbers that a double does not hold, U+0000 and lone surrogates are refused.
 */
export class JsonTokenizer {
  readonly #handler: JsonHandler;
  readonly #limits: JsonLimits;
  readonly #stack: Container[] = [];
  #expected: Expected = 'value';
  #offset = 0;
  #line = 1;
  #lineStart = 0;
  #values = 0;
  #inString = false;
  #escaped = false;
  #hasEscapes = false;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #literal = '';

  constructor(handler: JsonHandler, limits: JsonLimits) {
    this.#handler = handler;
    this.#limits = limits;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Values met so far, arrays and objects among them. */
  get values(): number {
    return this.#values;
  }

  /** The place of the value that is being told. */
  pointer(): string {
    return this.#stack.reduce((to, { array, index, key }) => below(to, array ? index : key), '');
  }

  /** @throws OscalError where the text is not JSON or passes a limit */
  write(chunk: Uint8Array): void {
    const start = this.#offset;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inString) {
        at = this.#string(chunk, at);
        this.#offset = start + at + 1;
        continue;
      }
      this.#offset = start + at + 1;
      this.#outside(chunk[at] as number);
    }
    this.#offset = start + chunk.length;
  }

  /** @throws OscalError where the document is not complete */
  end(): void {
    this.#endLiteral();
    if (this.#inString || this.#expected !== 'end') this.refuse('the rest of the document');
  }

  refuse(allowed: string, given?: unknown): never {
    throw new OscalError(this.pointer(), given, allowed, {
      line: this.#line,
      column: Math.max(1, this.#offset - this.#lineStart),
    });
  }

  #outside(byte: number): void {
    const space = byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09;
    const structural =
      byte === 0x2c || byte === 0x3a || byte === 0x5b || byte === 0x5d || byte === 0x7b || byte === 0x7d;
    if (space || structural || byte === quote) this.#endLiteral();
    if (space) {
      if (byte === newline) {
        this.#line++;
        this.#lineStart = this.#offset;
      }
    } else if (byte === quote) this.#startString();
    else if (structural) this.#structure(byte);
    else {
      if (this.#expected !== 'value' && this.#expected !== 'firstValue') this.#unexpected(byte);
      if (byte === 0xef && this.#offset === 1) this.refuse('no byte order mark (RFC 8259, section 8.1)');
      this.#literal += String.fromCharCode(byte);
      if (this.#literal.length > longestNumber) this.refuse('a number, true, false or null', this.#literal);
    }
  }

  #unexpected(byte: number): never {
    this.refuse(`JSON: ${said[this.#expected]}`, String.fromCharCode(byte));
  }

  #structure(byte: number): void {
    const expected = this.#expected;
    const top = this.#stack.at(-1);
    if (byte === 0x2c && expected === 'comma' && top) {
      this.#expected = top.array ? 'value' : 'key';
    } else if (byte === 0x3a && expected === 'colon') this.#expected = 'value';
    else if ((byte === 0x7b || byte === 0x5b) && (expected === 'value' || expected === 'firstValue')) this.#open(byte);
    else if (
      top &&
      ((byte === 0x7d && !top.array && (expected === 'comma' || expected === 'firstKey')) ||
        (byte === 0x5d && top.array && (expected === 'comma' || expected === 'firstValue')))
    ) {
      this.#stack.pop();
      this.#handler.close();
      this.#afterValue();
    } else this.#unexpected(byte);
  }

  #open(byte: number): void {
    const array = byte === 0x5b;
    const step = this.#step();
    if (this.#stack.length >= this.#limits.depth) {
      this.refuse(`at most ${this.#limits.depth} arrays and objects within each other`);
    }
    this.#handler.open(step, array);
    this.#stack.push({ array, index: -1, key: '' });
    this.#expected = array ? 'firstValue' : 'firstKey';
  }

  #step(): Step {
    this.#values++;
    const top = this.#stack.at(-1);
    if (!top) return null;
    return top.array ? ++top.index : top.key;
  }

  #afterValue(): void {
    this.#expected = this.#stack.length === 0 ? 'end' : 'comma';
  }

  #scalar(value: Scalar): void {
    this.#handler.scalar(this.#step(), value);
    this.#afterValue();
  }

  #endLiteral(): void {
    if (this.#literal === '') return;
    const text = this.#literal;
    this.#literal = '';
    const known = literals.get(text);
    if (known !== undefined) {
      this.#scalar(known);
      return;
    }
    if (!number.test(text)) this.refuse('JSON: a number, true, false or null', text);
    const value = Number(text);
    if (!Number.isFinite(value) || (/^-?\d+$/.test(text) && !Number.isSafeInteger(value) && String(value) !== text)) {
      this.refuse('a number that a double holds exactly', text);
    }
    this.#scalar(value);
  }

  #startString(): void {
    if (this.#expected !== 'value' && this.#expected !== 'firstValue' && !this.#expected.endsWith('ey')) {
      this.#unexpected(quote);
    }
    this.#inString = true;
    this.#escaped = false;
    this.#hasEscapes = false;
    this.#pieces = [];
    this.#length = 0;
  }

  /** Takes what the chunk has of a string, and answers with the index of the last byte taken. */
  #string(chunk: Uint8Array, from: number): number {
    const room = this.#limits.stringBytes - this.#length;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#escaped) this.#escaped = false;
      else if (byte === quote) {
        this.#pieces.push(chunk.subarray(from, at));
        this.#inString = false;
        this.#endString();
        return at;
      } else if (byte === backslash) {
        this.#escaped = true;
        this.#hasEscapes = true;
      } else if (byte < 0x20) {
        this.#offset += at - from + 1;
        this.refuse('JSON: control characters of a string as escapes');
      }
      if (at - from >= room) {
        this.#enterMember();
        this.refuse(`a string of at most ${this.#limits.stringBytes} bytes`);
      }
    }
    this.#pieces.push(chunk.subarray(from));
    this.#length += chunk.length - from;
    return chunk.length - 1;
  }

  /** So that the pointer names the array's item that is at fault, and not the one before it. */
  #enterMember(): void {
    const top = this.#stack.at(-1);
    if (top?.array) top.index++;
  }

  #endString(): void {
    const bytes = this.#pieces.length === 1 ? (this.#pieces[0] as Uint8Array) : Buffer.concat(this.#pieces);
    this.#pieces = [];
    if (!isUtf8(bytes)) this.#refuseString('text in UTF-8');
    let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    if (this.#hasEscapes) {
      try {
        text = JSON.parse(`"${text}"`) as string;
      } catch {
        this.#refuseString('JSON: an escape that JSON knows', text);
      }
      if (!text.isWellFormed() || text.includes('\0')) {
        this.#refuseString('text without U+0000 and lone surrogates', text.toWellFormed());
      }
    }
    const top = this.#stack.at(-1);
    if (top && this.#expected.endsWith('ey')) {
      top.key = text;
      this.#expected = 'colon';
    } else this.#scalar(text);
  }

  #refuseString(allowed: string, given?: string): never {
    this.#enterMember();
    this.refuse(allowed, given);
  }
}
