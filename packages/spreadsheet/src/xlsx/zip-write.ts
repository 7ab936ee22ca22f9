import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const deflate = promisify<Uint8Array, Uint8Array>(deflateRaw);

// 1 January 1980, 00:00: the first moment that the format knows. The same parts always make the same archive.
const DOS_DATE = 0x0021;
const UTF8_NAMES = 0x0800;
const VERSION = 20;

/** A ZIP archive of named parts, each of them deflated, in the order given. */
export async function writeZip(parts: ReadonlyMap<string, Uint8Array | string>): Promise<Uint8Array> {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, part] of parts) {
    const content = Buffer.from(part);
    const packed = await deflate(content);
    const nameBytes = Buffer.from(name);
    const described = Buffer.alloc(26);
    described.writeUInt16LE(VERSION, 0);
    described.writeUInt16LE(UTF8_NAMES, 2);
    described.writeUInt16LE(8, 4);
    described.writeUInt16LE(0, 6);
    described.writeUInt16LE(DOS_DATE, 8);
    described.writeUInt32LE(crc32(content), 10);
    described.writeUInt32LE(packed.length, 14);
    described.writeUInt32LE(content.length, 18);
    described.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), described, nameBytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), described, tail, nameBytes);
    files.push(local, packed);
    offset += local.length + packed.length;
  }
  const directorySize = directory.reduce((sum, piece) => sum + piece.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.size, 8);
  end.writeUInt16LE(parts.size, 10);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...files, ...directory, end]));
}
