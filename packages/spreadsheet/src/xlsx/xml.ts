import { setImmediate } from 'node:timers/promises';
import { SaxesParser } from 'saxes';
import { SheetError } from '../sheet-error.ts';

const CHUNK = 64 * 1024;
const CHUNKS_IN_A_ROW = 8;

export type Attributes = Readonly<Record<string, string>>;

/** Names come without their namespace prefix. `path` holds the names of the open elements, the present one last. */
export interface XmlHandler {
  open?(path: readonly string[], attributes: Attributes): void;
  text?(path: readonly string[], text: string): void;
  close?(path: readonly string[]): void;
}

/**
 * Reads a part of a workbook from beginning to end, letting other work in between. No document type is accepted, so
 * there are no entities to expand beyond the five of XML itself.
 * @throws SheetError at XML that is not well-formed
 */
export async function parseXml(part: string, bytes: Uint8Array, handler: XmlHandler): Promise<void> {
  refuseDoctype(part, bytes);
  const parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  const path: string[] = [];
  parser.on('error', (error) => {
    throw malformed(part, parser.line, error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('doctype', () => {
    throw doctype(part);
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?(8|16)$/i.test(encoding)) throw malformed(part, 1, `encoding ${encoding}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    path.push(localName(name));
    handler.open?.(path, attributes);
  });
  const text = (value: string) => handler.text?.(path, value);
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    handler.close?.(path);
    path.pop();
  });
  const decoder = new TextDecoder(encodingOf(bytes), { fatal: true });
  for (let at = 0, chunks = 1; at < bytes.length; at += CHUNK, chunks += 1) {
    parser.write(decoded(decoder, bytes.subarray(at, at + CHUNK), at + CHUNK < bytes.length, part, parser.line));
    if (chunks % CHUNKS_IN_A_ROW === 0) await setImmediate();
  }
  parser.close();
}

/** Refuses a part with a document type declaration, the door of entity bombs and of foreign files. */
export function refuseDoctype(part: string, bytes: Uint8Array): void {
  const encoding = encodingOf(bytes);
  const sought = Buffer.from('<!DOCTYPE', encoding === 'utf-8' ? 'latin1' : 'utf16le');
  if (encoding === 'utf-16be') sought.swap16();
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(sought)) throw doctype(part);
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1);

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function decoded(decoder: TextDecoder, bytes: Uint8Array, stream: boolean, part: string, line: number): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw malformed(part, line, 'bytes that are no text');
  }
}

function doctype(part: string): SheetError {
  return new SheetError({
    problem: 'this part of the workbook declares a document type, which workbooks never do',
    place: `the part ${part}`,
    given: '<!DOCTYPE',
    allowed: 'XML without a document type declaration',
  });
}

function malformed(part: string, line: number, given: string): SheetError {
  return new SheetError({
    problem: 'this part of the workbook is damaged: its XML is not well-formed',
    place: `the part ${part}, line ${line}`,
    given,
    allowed: 'an XLSX file as a spreadsheet program saves it',
  });
}
