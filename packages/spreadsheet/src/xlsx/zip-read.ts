import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { type Limits, sizeText } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';

const inflate = promisify<Uint8Array, { maxOutputLength: number; chunkSize: number }, Uint8Array>(inflateRaw);

const END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const UNKNOWN_32 = 0xffffffff;
const ZIP64_EXTRA = 1;
const RATIO_MATTERS_FROM = 1024 * 1024;

/** A file in an archive, as the archive's directory describes it; `readEntry` holds it to that. */
export interface ZipEntry {
  /** A key, never a path: nothing is written to disk. */
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

const damaged = (problem: string) =>
  new SheetError({ problem, place: 'the file', allowed: 'a complete XLSX file, as a spreadsheet program saves it' });

const bomb = (problem: string, given: string, allowed: string) =>
  new SheetError({ problem, place: 'the file', given, allowed });

/**
 * The entries of a ZIP archive, by name in lower case without a leading slash. Refuses what the directory announces
 * beyond the limits before anything is inflated, and data that two entries share.
 */
export function readDirectory(bytes: Uint8Array, limits: Limits): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (view.getUint16(end + 8, true) !== count) throw damaged('the archive is one of several volumes');
  if (count > limits.entries) {
    throw bomb('the workbook has too many parts', String(count), `at most ${limits.entries} parts`);
  }
  const entries = new Map<string, ZipEntry>();
  let at = view.getUint32(end + 16, true);
  let compressed = 0;
  let uncompressed = 0;
  for (let index = 0; index < count; index += 1) {
    const { entry, next } = directoryEntry(view, bytes, at, end);
    const key = entry.name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
    if (entries.has(key)) throw damaged(`the archive has two parts named ${entry.name}`);
    entries.set(key, entry);
    refuseRatio(entry, limits);
    compressed += entry.compressedSize;
    uncompressed += entry.size;
    at = next;
  }
  if (compressed > bytes.length) throw damaged('parts of the archive share their data');
  if (uncompressed > limits.uncompressed) {
    throw bomb(
      'the workbook is too large when it is unpacked',
      sizeText(uncompressed),
      `at most ${sizeText(limits.uncompressed)}`,
    );
  }
  return entries;
}

/** The bytes of an entry. Inflating stops where the size in the directory is exceeded. */
export async function readEntry(bytes: Uint8Array, entry: ZipEntry): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.offset + 30 > bytes.length || view.getUint32(entry.offset, true) !== LOCAL_ENTRY) {
    throw damaged(`the part ${entry.name} is not where the archive says`);
  }
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const data = bytes.subarray(start, start + entry.compressedSize);
  if (data.length !== entry.compressedSize) throw damaged(`the part ${entry.name} is cut short`);
  const content = entry.method === 0 ? data : await inflated(data, entry);
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw damaged(`the part ${entry.name} is damaged: its size or checksum is wrong`);
  }
  return content;
}

async function inflated(data: Uint8Array, entry: ZipEntry): Promise<Uint8Array> {
  if (entry.method !== 8) throw damaged(`the part ${entry.name} is packed with method ${entry.method}, not deflate`);
  try {
    return await inflate(data, { maxOutputLength: Math.max(entry.size, 1), chunkSize: 256 * 1024 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw bomb(
        `the part ${entry.name} unpacks to more than the archive says`,
        `more than ${sizeText(entry.size)}`,
        `the ${sizeText(entry.size)} that the archive's directory announces`,
      );
    }
    throw damaged(`the part ${entry.name} is damaged: it does not unpack`);
  }
}

function findEnd(view: DataView): number {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw damaged('the end of the archive is missing: the file is cut short or damaged');
}

function directoryEntry(view: DataView, bytes: Uint8Array, at: number, end: number): { entry: ZipEntry; next: number } {
  if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_ENTRY)
    throw damaged('the directory of the archive is damaged');
  const flags = view.getUint16(at + 8, true);
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > end) throw damaged('the directory of the archive is damaged');
  const sizes = {
    size: view.getUint32(at + 24, true),
    compressedSize: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  return {
    entry: {
      name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
      encrypted: (flags & 0x2041) !== 0,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      ...withZip64(sizes, view, nameEnd, extraEnd),
    },
    next,
  };
}

/** Streaming writers give sizes in 64 bits, in an extra field, even where 32 would do. */
function withZip64<Sizes extends Record<'size' | 'compressedSize' | 'offset', number>>(
  sizes: Sizes,
  view: DataView,
  start: number,
  end: number,
): Sizes {
  const result = { ...sizes };
  const unknown = (['size', 'compressedSize', 'offset'] as const).filter((key) => sizes[key] === UNKNOWN_32);
  if (unknown.length === 0) return result;
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_EXTRA) continue;
    if (view.getUint16(at + 2, true) < unknown.length * 8 || at + 4 + unknown.length * 8 > end) break;
    for (const [index, key] of unknown.entries()) result[key] = Number(view.getBigUint64(at + 4 + index * 8, true));
    return result;
  }
  throw damaged('the directory of the archive is damaged');
}

function refuseRatio(entry: ZipEntry, limits: Limits): void {
  if (entry.size <= RATIO_MATTERS_FROM || entry.size <= entry.compressedSize * limits.ratio) return;
  throw bomb(
    `the part ${entry.name} unpacks to far more than it is`,
    `${sizeText(entry.compressedSize)} unpack to ${sizeText(entry.size)}`,
    `at most ${limits.ratio} times the packed size`,
  );
}
