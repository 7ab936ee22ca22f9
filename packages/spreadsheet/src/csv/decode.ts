import { isUtf8 } from 'node:buffer';
import { SheetError } from '../sheet-error.ts';

const LF = 0x0a;
const CR = 0x0d;

/**
 * The text of a CSV file without its byte order mark: UTF-8, or UTF-16 where a mark says so. An older encoding cannot
 * be told from another, so it is refused with the line of the first byte that is not UTF-8.
 */
export function decodeCsv(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, 'utf-16be');
  if (isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes);
  const { line, offset } = firstInvalidByte(bytes);
  throw new SheetError({
    problem: 'the file is not in UTF-8',
    place: `line ${line}`,
    given: `byte 0x${(bytes[offset] ?? 0).toString(16).padStart(2, '0').toUpperCase()} at position ${offset + 1} of the file`,
    allowed: 'UTF-8 (in Excel: save as "CSV UTF-8"), or UTF-16 with a byte order mark',
  });
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const readable = new TextDecoder(encoding).decode(bytes);
    const before = readable.slice(0, readable.indexOf('\ufffd'));
    throw new SheetError({
      problem: 'the file begins as UTF-16 but is not UTF-16 throughout',
      place: `line ${before.split(/\r\n|\r|\n/).length}`,
      allowed: 'UTF-8, or UTF-16 with a byte order mark',
    });
  }
}

/** Line breaks are never inside a character of UTF-8, so the first line that is not valid has the first bad byte. */
function firstInvalidByte(bytes: Uint8Array): { line: number; offset: number } {
  let line = 1;
  let start = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== LF && byte !== CR && byte !== undefined) continue;
    if (!isUtf8(bytes.subarray(start, at))) break;
    if (byte === CR && bytes[at + 1] === LF) at += 1;
    start = at + 1;
    line += 1;
  }
  const readable = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start));
  // A replacement character in front of the bad byte may be a real one: it stands for its own three bytes.
  for (let at = readable.indexOf('\ufffd'); at >= 0; at = readable.indexOf('\ufffd', at + 1)) {
    const offset = start + Buffer.byteLength(readable.slice(0, at));
    const real = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!real) return { line, offset };
  }
  return { line, offset: start };
}
