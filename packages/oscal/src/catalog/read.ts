import { below, OscalError } from '../error.ts';
import { type JsonObject, setMember } from '../json/structure.ts';
import { type JsonHandler, JsonTokenizer, type Scalar, type Step } from '../json/tokenizer.ts';
import { type Item, ItemChecks } from './items.ts';
import { type CatalogLimits, catalogLimits } from './limits.ts';
import type { CatalogPart } from './model.ts';

/** What the reader is inside of: the document, an item, or the array of a parent's groups or controls. */
type Frame =
  | { readonly kind: 'root'; readonly names: Set<string> }
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'list'; readonly of: 'group' | 'control'; readonly parent: Item };

/** A member of an item that is being put together; `stack` ends with the array or object at hand. */
interface Building {
  readonly item: Item;
  readonly name: string;
  readonly stack: (unknown[] | JsonObject)[];
  readonly bytesBefore: number;
  readonly valuesBefore: number;
}

const listNames = { groups: 'group', controls: 'control' } as const;
const isListName = (name: Step): name is keyof typeof listNames => name === 'groups' || name === 'controls';

class CatalogReader implements JsonHandler {
  readonly #tokenizer: JsonTokenizer;
  readonly #limits: CatalogLimits;
  readonly #frames: Frame[] = [];
  readonly #checks = new ItemChecks();
  #building: Building | null = null;
  /** In the document's order, parents before children; whoever is first and closed goes out. */
  #pending: Item[] = [];
  #parts: CatalogPart[] = [];
  #opened = 0;

  constructor(limits: CatalogLimits) {
    this.#limits = limits;
    this.#tokenizer = new JsonTokenizer(this, limits);
  }

  write(bytes: Uint8Array): void {
    this.#tokenizer.write(bytes);
  }

  end(): void {
    this.#tokenizer.end();
    this.#parts.push(this.#checks.end());
  }

  take(): CatalogPart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  open(step: Step, array: boolean): void {
    const building = this.#building;
    if (building) {
      const value = array ? [] : {};
      this.#place(building, step, value);
      building.stack.push(value);
      return;
    }
    const frame = this.#frames.at(-1);
    if (!frame) {
      if (array) this.#refuse('must be an object with "catalog"', []);
      this.#frames.push({ kind: 'root', names: new Set() });
    } else if (frame.kind === 'root') {
      this.#rootMember(frame.names, step);
      if (step !== 'catalog' || array) this.#refuse(step === 'catalog' ? 'must be an object' : 'must be a string', {});
      this.#openItem('document', null, 0);
    } else if (frame.kind === 'list') {
      if (array) this.#refuse('must be an object', []);
      this.#openItem(frame.of, frame.parent, step as number);
    } else if (this.#isList(frame.item, step)) {
      if (!array) this.#refuse('must be an array', {});
      this.#once(frame.item, step);
      frame.item.nested.add(step);
      this.#frames.push({ kind: 'list', of: listNames[step], parent: frame.item });
    } else {
      this.#once(frame.item, step as string);
      this.#building = {
        item: frame.item,
        name: step as string,
        stack: [array ? [] : {}],
        bytesBefore: this.#tokenizer.offset,
        valuesBefore: this.#tokenizer.values,
      };
    }
  }

  scalar(step: Step, value: Scalar): void {
    const frame = this.#frames.at(-1);
    if (this.#building) this.#place(this.#building, step, value);
    else if (!frame) this.#refuse('must be an object with "catalog"', value);
    else if (frame.kind === 'root') {
      this.#rootMember(frame.names, step);
      if (step === 'catalog') this.#refuse('must be an object', value);
      if (typeof value !== 'string') this.#refuse('must be a string', value);
    } else if (frame.kind === 'list') this.#refuse('must be an object', value);
    else if (this.#isList(frame.item, step)) this.#refuse('must be an array', value);
    else {
      this.#once(frame.item, step as string);
      setMember(frame.item.members, step as string, value);
    }
  }

  close(): void {
    const building = this.#building;
    if (building) {
      const value = building.stack.pop();
      if (building.stack.length === 0) this.#built(building, value);
      return;
    }
    const frame = this.#frames.pop();
    if (frame?.kind === 'item') {
      frame.item.closed = true;
      this.#flush(false);
    } else if (frame?.kind === 'root' && !frame.names.has('catalog')) {
      throw new OscalError('/catalog', undefined, 'must be given: an object');
    }
  }

  #rootMember(names: Set<string>, step: Step): void {
    if (step !== 'catalog' && step !== '$schema') this.#refuse('must be "catalog"', step);
    if (names.has(step)) this.#refuse('must be given once', step);
    names.add(step);
  }

  /** A control has controls alone: `groups` in it is an extension's member like any other. */
  #isList(item: Item, step: Step): step is keyof typeof listNames {
    return isListName(step) && (step === 'controls' || item.kind !== 'control');
  }

  #once(item: Item, name: string): void {
    if (Object.hasOwn(item.members, name) || item.nested.has(name)) this.#refuse('must be given once', name);
    if (item.emitted && !isListName(name) && !(item.kind === 'document' && name === 'back-matter')) {
      const size = `${this.#limits.heldBytes} bytes or ${this.#limits.heldValues} values`;
      this.#refuse(`must stand before "groups" and "controls" where these have more than ${size}`, name);
    }
  }

  #place({ item, stack, bytesBefore, valuesBefore }: Building, step: Step, value: unknown): void {
    const bytes = item.ownBytes + this.#tokenizer.offset - bytesBefore;
    const values = item.ownValues + this.#tokenizer.values - valuesBefore;
    const { partBytes, partValues } = this.#limits;
    if (bytes > partBytes || values > partValues) {
      throw new OscalError(item.pointer, undefined, `must have at most ${partBytes} bytes and ${partValues} values`);
    }
    const container = stack.at(-1);
    if (Array.isArray(container)) container.push(value);
    else if (container) {
      const name = step as string;
      if (Object.hasOwn(container, name)) this.#refuse('must be given once', name);
      setMember(container, name, value);
    }
  }

  #built({ item, name, bytesBefore, valuesBefore }: Building, value: unknown): void {
    this.#building = null;
    item.ownBytes += this.#tokenizer.offset - bytesBefore;
    item.ownValues += this.#tokenizer.values - valuesBefore;
    if (item.kind !== 'document' || name !== 'back-matter') {
      setMember(item.members, name, value);
      return;
    }
    item.nested.add(name);
    const backMatter = this.#item('back-matter', item, 0, below(item.pointer, name));
    backMatter.members[name] = value;
    backMatter.closed = true;
    this.#pending.push(backMatter);
    this.#flush(false);
  }

  #item(kind: Item['kind'], parent: Item | null, position: number, pointer: string): Item {
    const bytesBefore = this.#tokenizer.offset;
    const valuesBefore = this.#tokenizer.values;
    const state = { ownBytes: 0, ownValues: 0, closed: false, emitted: false, key: null };
    return { kind, parent, position, pointer, members: {}, nested: new Set(), bytesBefore, valuesBefore, ...state };
  }

  #openItem(kind: Item['kind'], parent: Item | null, position: number): void {
    const item = this.#item(kind, parent, position, this.#tokenizer.pointer());
    if (kind !== 'document' && ++this.#opened > this.#limits.controls) {
      throw new OscalError(item.pointer, undefined, `at most ${this.#limits.controls} groups and controls`);
    }
    const oldest = this.#pending[0];
    if (
      oldest &&
      (item.bytesBefore - oldest.bytesBefore > this.#limits.heldBytes ||
        item.valuesBefore - oldest.valuesBefore > this.#limits.heldValues)
    ) {
      this.#flush(true);
    }
    this.#pending.push(item);
    this.#frames.push({ kind: 'item', item });
  }

  /** `all` when too much is held: what is not closed then is what the next item stands in. */
  #flush(all: boolean): void {
    let gone = 0;
    for (const item of this.#pending) {
      if (!item.closed && !all) break;
      if (item.kind === 'group') item.key = (item.members.id as string | undefined) ?? item.pointer;
      else if (item.kind === 'control') item.key = item.members.id as string;
      this.#parts.push(this.#checks.part(item));
      item.emitted = true;
      gone++;
    }
    if (gone > 0) this.#pending = this.#pending.slice(gone);
  }

  #refuse(allowed: string, given: unknown): never {
    throw new OscalError(this.#tokenizer.pointer(), given, allowed);
  }
}

/** So that one large chunk does not become as many parts at once. */
const sliceBytes = 64 * 1024;

/**
 * Reads an OSCAL catalog (JSON, 1.0.4 to 1.2.1) as it arrives, in bounded memory. The document comes first, parents
 * before children, groups and controls in their order, back matter where it stands, `end` last. Members that OSCAL does
 * not know are kept. What was yielded before an error is part of a refused catalog.
 * @throws OscalError at the first place that is not as OSCAL has it, or passes a limit
 */
export async function* readCatalog(
  chunks: AsyncIterable<Uint8Array>,
  limits: Partial<CatalogLimits> = {},
): AsyncGenerator<CatalogPart, void, undefined> {
  const reader = new CatalogReader({ ...catalogLimits, ...limits });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      reader.write(chunk.subarray(at, at + sliceBytes));
      yield* reader.take();
    }
  }
  reader.end();
  yield* reader.take();
}
