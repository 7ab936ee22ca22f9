import { createHash } from 'node:crypto';
import { below, type OscalWarning } from './error.ts';
import { asText, type JsonObject } from './json/structure.ts';
import { Warnings } from './references.ts';

/** Notes a UUID that a document has for the second time: OSCAL forbids it, and NIST's own example does it. */
export class Uuids {
  readonly #seen = new Set<string>();
  readonly #warnings = new Warnings();

  /** @throws OscalError unless the object has a UUID */
  note(object: JsonObject, pointer: string): void {
    const place = below(pointer, 'uuid');
    const uuid = asText(object.uuid, place, 'uuid');
    const message = 'Another object of the document has this UUID';
    if (this.#seen.has(uuid.toLowerCase())) {
      this.#warnings.add({ code: 'DUPLICATE_UUID', pointer: place, given: uuid, message });
    }
    this.#seen.add(uuid.toLowerCase());
  }

  list(): OscalWarning[] {
    return this.#warnings.list();
  }
}

/** A UUID of version 5 (RFC 9562) that is the same whenever the name is: OSCAL takes versions 4 and 5 alone. */
export function nameUuid(name: string): string {
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
