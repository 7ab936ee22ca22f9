import { AnnexError } from '@annex/schema';
import { parseJson } from '@annex/service';

/** What a log may be made of at most; real ones stay far below. */
export const jsonLimits = { depth: 200, stringBytes: 4 * 1024 * 1024 } as const;

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** Line and column count from 1 (the column in bytes), the byte from 0. */
function placeAt(body: Buffer, byte: number) {
  let line = 1;
  let start = 0;
  for (let at = body.indexOf(0x0a); at !== -1 && at < byte; at = body.indexOf(0x0a, at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: byte - start + 1, byte };
}

function refuse(body: Buffer, byte: number, problem: string, limit: number): never {
  const place = placeAt(body, byte);
  throw new AnnexError('INVALID_SARIF', `Line ${place.line}, column ${place.column}: ${problem}`, {
    details: { ...place, problem, limit },
  });
}

/** The byte of the quote that ends a string; the length of the body where none does. */
function endOfString(body: Buffer, start: number): number {
  for (let at = body.indexOf(quote, start + 1); at !== -1; at = body.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (body[at - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return body.length;
}

/** Looks at nesting and lengths before anything is built from the text: one pass over the bytes, no recursion. */
function checkShape(body: Buffer): void {
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === quote) {
      const end = endOfString(body, at);
      if (end - at > jsonLimits.stringBytes) {
        refuse(body, at, `a string has more than ${jsonLimits.stringBytes} bytes`, jsonLimits.stringBytes);
      }
      at = end;
    } else if (byte === openBrace || byte === openBracket) {
      if (++depth > jsonLimits.depth) {
        refuse(body, at, `values are nested more than ${jsonLimits.depth} deep`, jsonLimits.depth);
      }
    } else if (byte === closeBrace || byte === closeBracket) depth--;
  }
}

/**
 * Reads the JSON of a log.
 * @throws AnnexError MALFORMED_JSON with line, column and byte (also for a byte order mark, which JSON must not begin with: RFC 8259, 8.1);
 * INVALID_SARIF where a limit is passed
 */
export function parseLogJson(body: Buffer): unknown {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    const problem = 'a byte order mark comes before the JSON';
    throw new AnnexError('MALFORMED_JSON', `Line 1, column 1: ${problem}`, {
      details: { line: 1, column: 1, byte: 0, problem },
    });
  }
  checkShape(body);
  return parseJson(body);
}
