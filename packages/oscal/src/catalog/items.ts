import { below, OscalError } from '../error.ts';
import { asText, checkMembers, type JsonObject } from '../json/structure.ts';
import { checkBackMatter, checkMetadata, type OscalMetadata } from '../metadata.ts';
import { References, Warnings } from '../references.ts';
import { checkContent, checkParams } from './content.ts';
import type { CatalogPart, OscalParam } from './model.ts';

/** A catalog, group, control or back matter while it is read. */
export interface Item {
  readonly kind: 'document' | 'group' | 'control' | 'back-matter';
  readonly parent: Item | null;
  readonly position: number;
  readonly pointer: string;
  readonly members: JsonObject;
  /** `groups` and `controls` that were met: their items are not among the members. */
  readonly nested: Set<string>;
  /** Bytes and values read before it. */
  readonly bytesBefore: number;
  readonly valuesBefore: number;
  ownBytes: number;
  ownValues: number;
  closed: boolean;
  emitted: boolean;
  key: string | null;
}

/** Checks items and makes parts of them; knows what must be unique in the catalog. */
export class ItemChecks {
  readonly #controlIds = new Set<string>();
  readonly #groupIds = new Set<string>();
  readonly #seen = { paramIds: new Set<string>(), references: new References() };
  #groups = 0;
  #controls = 0;

  get count(): number {
    return this.#groups + this.#controls;
  }

  /** @throws OscalError where the item is not as OSCAL has it */
  part(item: Item): CatalogPart {
    if (item.kind === 'document') return this.#document(item);
    if (item.kind === 'back-matter') {
      const backMatter = checkBackMatter(item.members['back-matter'], item.pointer, this.#seen.references);
      return { kind: 'back-matter', backMatter };
    }
    return item.kind === 'group' ? this.#group(item) : this.#control(item);
  }

  end(): CatalogPart {
    const warnings = new Warnings();
    this.#seen.references.dangling(warnings);
    return { kind: 'end', groups: this.#groups, controls: this.#controls, warnings: warnings.list() };
  }

  #document({ members, pointer }: Item): CatalogPart {
    checkMembers(members, pointer, { 'uuid!': 'uuid' });
    const { uuid, metadata, params, ...extra } = members;
    checkMetadata(metadata, below(pointer, 'metadata'), this.#seen.references);
    checkParams(members, pointer, this.#seen);
    return {
      kind: 'document',
      uuid: uuid as string,
      metadata: metadata as OscalMetadata,
      ...(params === undefined ? {} : { params: params as OscalParam[] }),
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    };
  }

  #group({ members, pointer, parent, position, key }: Item): CatalogPart {
    const { id, ...content } = members;
    this.#groups++;
    if (id !== undefined) this.#unique(this.#groupIds, id, below(pointer, 'id'), 'group');
    return {
      kind: 'group',
      key: key as string,
      id: (id as string | undefined) ?? null,
      parent: parent?.key ?? null,
      position,
      content: checkContent(content, pointer, this.#seen),
    };
  }

  #control({ members, pointer, parent, position }: Item): CatalogPart {
    const { id, ...content } = members;
    this.#controls++;
    this.#unique(this.#controlIds, id, below(pointer, 'id'), 'control');
    const kind = parent?.kind === 'group' || parent?.kind === 'control' ? parent.kind : 'catalog';
    return {
      kind: 'control',
      id: id as string,
      parent: { kind, id: parent?.key ?? null },
      position,
      content: checkContent(content, pointer, this.#seen),
    };
  }

  #unique(known: Set<string>, value: unknown, pointer: string, what: string): void {
    const id = asText(value, pointer, 'token');
    if (known.has(id)) throw new OscalError(pointer, id, `must be a ${what} id that the catalog has once`);
    known.add(id);
    this.#seen.references.define(id);
  }
}
