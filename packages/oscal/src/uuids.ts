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
