import type { Limits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { parseXml, refuseDoctype } from './xml.ts';
import { readDirectory, readEntry, type ZipEntry } from './zip-read.ts';

const OLE_MAGIC = 'd0cf11e0a1b11ae1';
const SAVE_AS = 'an Excel workbook (.xlsx) without a password and without macros';

export interface Relationship {
  readonly id: string;
  /** The last word of the type's address: `worksheet`, `styles`. The transitional and strict dialects share these. */
  readonly kind: string;
  /** The part's key: lower case, from the root of the package. */
  readonly target: string;
}

/** The XML parts of a workbook, inflated; images and the like stay packed and unread. */
export class WorkbookPackage {
  private readonly parts: ReadonlyMap<string, Uint8Array>;

  private constructor(parts: ReadonlyMap<string, Uint8Array>) {
    this.parts = parts;
  }

  /** @throws SheetError where it is not an XLSX file, is encrypted, has macros, or is larger than the limits */
  static async open(bytes: Uint8Array, limits: Limits): Promise<WorkbookPackage> {
    refuseForeign(bytes);
    const entries = readDirectory(bytes, limits);
    refuseForeignEntries(entries);
    const parts = new Map<string, Uint8Array>();
    for (const [key, entry] of entries) {
      if (!/\.(?:xml|rels|vml)$/.test(key)) continue;
      const content = await readEntry(bytes, entry);
      refuseDoctype(entry.name, content);
      parts.set(key, content);
    }
    const opened = new WorkbookPackage(parts);
    opened.refuseContentTypes();
    return opened;
  }

  /** The bytes of a part that the workbook cannot be read without. */
  part(key: string): Uint8Array {
    const content = this.parts.get(key);
    if (content !== undefined) return content;
    throw refused(`the workbook is damaged: its part ${key} is missing`);
  }

  /** What a part refers to inside the package. An empty key stands for the package itself. */
  async relationships(of: string): Promise<Relationship[]> {
    const slash = of.lastIndexOf('/') + 1;
    const key = `${of.slice(0, slash)}_rels/${of.slice(slash)}.rels`;
    const content = this.parts.get(key);
    if (content === undefined) return [];
    const found: Relationship[] = [];
    await parseXml(key, content, {
      open(path, attributes) {
        if (path.at(-1) !== 'Relationship' || attributes.TargetMode === 'External') return;
        const type = attributes.Type ?? '';
        found.push({
          id: attributes.Id ?? '',
          kind: type.slice(type.lastIndexOf('/') + 1),
          target: resolved(of.slice(0, slash), attributes.Target ?? ''),
        });
      },
    });
    return found;
  }

  private refuseContentTypes(): void {
    const types = Buffer.from(this.part('[content_types].xml')).toString('latin1');
    if (/sheet\.binary/i.test(types)) throw refused('this is a binary workbook (.xlsb)');
    if (/macroEnabled/i.test(types)) throw refused('the workbook may hold macros (.xlsm)');
  }
}

function resolved(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of (target.startsWith('/') ? target : folder + target).toLowerCase().split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

function refuseForeign(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 8));
  if (start.toString('hex') === OLE_MAGIC) {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    throw refused(
      content.includes('EncryptedPackage', 0, 'utf16le')
        ? 'the workbook is encrypted with a password'
        : 'this is an old Excel workbook (.xls) or another old Office file',
    );
  }
  if (start.toString('latin1', 0, 2) !== 'PK') throw refused('this is not an XLSX file');
}

function refuseForeignEntries(entries: ReadonlyMap<string, ZipEntry>): void {
  if ([...entries.values()].some((entry) => entry.encrypted))
    throw refused('the workbook is encrypted with a password');
  if (entries.has('content.xml') && entries.has('mimetype')) throw refused('this is an OpenDocument file (.ods)');
  if (!entries.has('[content_types].xml')) throw refused('this is a ZIP archive but not an XLSX file');
  for (const key of entries.keys()) {
    if (/(?:^|\/)(?:vbaproject\.bin$|macrosheets\/)/.test(key)) throw refused('the workbook holds macros (.xlsm)');
  }
}

function refused(problem: string): SheetError {
  return new SheetError({ problem, place: 'the file', allowed: SAVE_AS });
}
