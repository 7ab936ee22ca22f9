import {
  type CatalogDocument,
  type CatalogPart,
  nameUuid,
  type OscalBackMatter,
  type OscalWarning,
} from '@annex/oscal';
import { AnnexError, notFound, refuseAll } from '@annex/schema';
import { checkVersion, entityFields, newId, schedule, type Tx, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { removeTextsOf } from '../licensed/licensed.operations.ts';
import { removeMappingsOf } from '../mapping/own.operations.ts';
import { indexDocuments, removeDocuments } from '../search/search.store.ts';
import { oscalRefusal } from './library.read.ts';
import {
  type CatalogueItemRow,
  type CatalogueRow,
  catalogueNamed,
  deleteCatalogueRows,
  insertCatalogue,
  insertItems,
  itemsAtOnce,
  itemsFrom,
  lockCatalogue,
  usersOf,
} from './library.store.ts';
import { type CatalogueFormat, type CatalogueName, labelOf, type NewItem, textOf, tokenOf } from './library.ts';
import { checkReplaced, predecessorOf } from './predecessor.ts';
import { deleteProfile } from './profile.store.ts';

/** What an import answers with. */
export interface Imported {
  readonly id: string;
  readonly key: string;
  readonly edition: string;
  readonly title: string;
  readonly format: CatalogueFormat;
  readonly counts: { readonly groups: number; readonly controls: number };
  readonly sha256: string;
  readonly warnings: readonly { readonly place: string; readonly message: string }[];
}

export interface ImportOf extends CatalogueName {
  readonly title: string | null;
  readonly format: CatalogueFormat;
  readonly sha256: string;
  /** The edition that it comes after; the one that was imported last unless told. */
  readonly predecessor?: string | undefined;
}

/** Numbers of OSCAL groups and controls: the label as long as no other has it, otherwise the id. */
class Numbers {
  readonly #byKey = new Map<string, string>();
  readonly #taken = new Set<string>();

  give(key: string, wanted: string, fallback: string): string {
    const fit = (text: string) => !/[\s:]/.test(text) && !this.#taken.has(text);
    const number = [wanted, fallback, key.replace(/[\s:]/g, '-')].find(fit) ?? `${this.#taken.size + 1}`;
    this.#taken.add(number);
    this.#byKey.set(key, number);
    return number;
  }

  of(key: string | null): string | null {
    return key === null ? null : (this.#byKey.get(key) ?? null);
  }
}

/** What of a stream of OSCAL parts is kept as an item. Groups and controls have keys of their own, as they may share ids. */
function itemOf(part: CatalogPart, numbers: Numbers): NewItem | undefined {
  if (part.kind === 'group') {
    const { key, id, parent, content } = part;
    const number = numbers.give(`g ${key}`, id ?? key, key);
    return {
      number,
      kind: 'GROUP',
      parent: numbers.of(parent === null ? null : `g ${parent}`),
      title: content.title,
      text: textOf(content),
      content: { ...content, ...(id === null ? {} : { id }) },
    };
  }
  if (part.kind !== 'control') return undefined;
  const { id, parent, content } = part;
  const number = numbers.give(`c ${id}`, labelOf(id, content), id);
  const above = parent.id === null ? null : `${parent.kind === 'group' ? 'g' : 'c'} ${parent.id}`;
  return {
    number,
    kind: 'CONTROL',
    parent: numbers.of(above),
    title: content.title,
    text: textOf(content),
    content: { ...content, id },
  };
}

/** The row of a new catalogue, and the edition that it comes after. */
async function begin(tx: WriteTx<ControlsDatabase>, asked: ImportOf) {
  const present = await catalogueNamed(tx, asked);
  if (present) {
    throw new AnnexError('ALREADY_EXISTS', `There is a catalogue ${asked.key}:${asked.edition} already`, {
      faults: [
        {
          field: 'query.edition',
          given: asked.edition,
          allowed: 'an edition that is not there yet; editions do not change',
        },
      ],
      details: { id: present.id, key: asked.key, edition: asked.edition },
    });
  }
  const { key, edition, format, sha256 } = asked;
  const before = await predecessorOf(tx, asked);
  const row: CatalogueRow = {
    ...entityFields(tx),
    ...{ id: newId(), version: 1, key, edition, format, sha256, size: 0, document: null },
    title: asked.title ?? `${key} ${edition}`,
    predecessor: before?.edition ?? null,
  };
  return { row, before };
}

/** Making a catalogue findable takes longer than keeping it, so it follows a moment after the commit. */
export const indexDueKind = 'controls.catalogue-index';

async function finish(tx: WriteTx<ControlsDatabase>, row: CatalogueRow): Promise<void> {
  await insertCatalogue(tx, row);
  await schedule(tx, indexDueKind, row.id, tx.now);
}

/** Makes the items of a catalogue findable; one that is gone by now is passed over. */
export async function indexCatalogue(tx: WriteTx<ControlsDatabase>, id: string): Promise<void> {
  // Held, so that it is not taken away while what is found by it is written.
  const row = await lockCatalogue(tx, id);
  for (let from = 0; row && from < row.size; from += itemsAtOnce) {
    const items = await itemsFrom(tx, row.id, from, itemsAtOnce);
    await indexDocuments(
      tx,
      items.map((item) => ({
        ...({ id: item.id, kind: 'CATALOGUE_ITEM', framework: `${row.key}:${row.edition}` } as const),
        ...{ number: item.number, title: item.title, body: item.text, facets: [`itemKind=${item.kind}`] },
      })),
    );
  }
}

const answerOf = (row: CatalogueRow, groups: number, warnings: Imported['warnings']): Imported => ({
  ...{ id: row.id, key: row.key, edition: row.edition, title: row.title, format: row.format, sha256: row.sha256 },
  counts: { groups, controls: row.size - groups },
  warnings,
});

const warningOf = ({ pointer, message }: OscalWarning) => ({ place: pointer, message });

/** Keeps an OSCAL catalog as it is read: never more of it in memory than a run of items. @throws AnnexError INVALID_OSCAL */
export async function importOscal(
  tx: WriteTx<ControlsDatabase>,
  asked: ImportOf,
  parts: AsyncIterable<CatalogPart> | Iterable<CatalogPart>,
  before: readonly OscalWarning[] = [],
): Promise<Imported> {
  const { row } = await begin(tx, asked);
  const numbers = new Numbers();
  let document: CatalogDocument | undefined;
  let backMatter: OscalBackMatter | null = null;
  let groups = 0;
  let warnings = before.map(warningOf);
  let waiting: NewItem[] = [];
  const flush = async () => {
    if (waiting.length > 0) await insertItems(tx, row, row.size, waiting);
    row.size += waiting.length;
    waiting = [];
  };
  try {
    for await (const part of parts) {
      if (part.kind === 'document') document = part;
      if (part.kind === 'back-matter') backMatter = part.backMatter;
      if (part.kind === 'end') warnings = [...warnings, ...part.warnings.map(warningOf)];
      if (part.kind === 'group') groups++;
      const item = itemOf(part, numbers);
      if (item) waiting.push(item);
      if (waiting.length >= itemsAtOnce) await flush();
    }
  } catch (error) {
    throw oscalRefusal(error);
  }
  await flush();
  if (!document) throw new Error('A catalog was read to its end without its document');
  row.document = { document, backMatter };
  if (asked.title === null) row.title = String(document.metadata.title);
  await finish(tx, row);
  return answerOf(row, groups, warnings);
}

/**
 * Keeps the items of a table or list.
 * @param places where each number stands in the file
 * @throws AnnexError ALREADY_EXISTS, BAD_INPUT, INVALID_TABLE where an item replaces what the edition before does not have
 */
export async function importItems(
  tx: WriteTx<ControlsDatabase>,
  asked: ImportOf,
  items: readonly NewItem[],
  places: ReadonlyMap<string, string> = new Map(),
): Promise<Imported> {
  const { row, before } = await begin(tx, asked);
  const { faults, warnings } = await checkReplaced(tx, before, items, (number) => places.get(number) ?? number);
  refuseAll('INVALID_TABLE', faults);
  for (let from = 0; from < items.length; from += itemsAtOnce) {
    await insertItems(tx, row, from, items.slice(from, from + itemsAtOnce));
  }
  row.size = items.length;
  await finish(tx, row);
  return answerOf(row, items.filter((item) => item.kind === 'GROUP').length, warnings);
}

/**
 * Takes a catalogue away, with its items, the licensed texts of them and the tenant's own mappings from and to them.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT while an implementation names one of its controls
 */
export async function deleteCatalogue(
  tx: WriteTx<ControlsDatabase>,
  input: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<{ id: string; version: number }> {
  const row = await lockCatalogue(tx, input.id);
  if (!row) throw notFound('Catalogue', input.id);
  checkVersion('Catalogue', row.id, row.version, input.expectedVersion);
  const users = await usersOf(tx, row);
  if (users.length > 0) {
    throw new AnnexError('STATE_CONFLICT', `${users.join(', ')} name controls of ${row.key}:${row.edition}`, {
      details: { usedBy: users },
    });
  }
  await removeMappingsOf(tx, `${row.key}:${row.edition}`);
  await removeTextsOf(tx, `${row.key}:${row.edition}`);
  await deleteProfile(tx, row.id);
  await deleteCatalogueRows(tx, row.id);
  await removeDocuments(tx, `${row.key}:${row.edition}`);
  return { id: row.id, version: row.version };
}

/** The parts of a kept catalogue as OSCAL has them, in order, a run of items at a time. */
export async function* partsOf(tx: Tx<ControlsDatabase>, row: CatalogueRow): AsyncGenerator<CatalogPart> {
  const positions = new Map<string, number>();
  const next = (key: string) => {
    const position = positions.get(key) ?? 0;
    positions.set(key, position + 1);
    return position;
  };
  const oscalIds = new Map<string, { kind: 'group' | 'control'; id: string }>();
  for (let from = 0; ; from += itemsAtOnce) {
    const items = await itemsFrom(tx, row.id, from, itemsAtOnce);
    for (const item of items) yield partOf(item, oscalIds, next);
    if (items.length < itemsAtOnce) break;
  }
  const backMatter = row.document?.backMatter;
  if (backMatter) yield { kind: 'back-matter', backMatter };
}

function partOf(
  item: CatalogueItemRow,
  oscalIds: Map<string, { kind: 'group' | 'control'; id: string }>,
  next: (key: string) => number,
): CatalogPart {
  const { id: given, ...content } = item.content ?? {
    id: tokenOf(item.kind, item.number),
    title: item.title,
    props: [{ name: 'label', value: item.number }],
    ...(item.text === '' ? {} : { parts: [{ name: 'statement', prose: item.text }] }),
  };
  const parent = item.parentId === null ? undefined : oscalIds.get(item.parentId);
  const place = parent ? `${parent.kind} ${parent.id}` : 'catalog';
  if (item.kind === 'GROUP') {
    const key = typeof given === 'string' ? given : `/group/${item.position}`;
    oscalIds.set(item.id, { kind: 'group', id: key });
    return {
      kind: 'group',
      key,
      id: typeof given === 'string' ? given : null,
      parent: parent?.id ?? null,
      position: next(`groups of ${place}`),
      content: content as never,
    };
  }
  const id = String(given ?? item.number);
  oscalIds.set(item.id, { kind: 'control', id });
  return {
    kind: 'control',
    id,
    parent: parent ?? { kind: 'catalog', id: null },
    position: next(`controls of ${place}`),
    content: content as never,
  };
}

/** The OSCAL members of a catalogue; of one from a table they are made. */
export function documentOf(row: CatalogueRow): CatalogDocument {
  return (
    row.document?.document ?? {
      kind: 'document',
      uuid: nameUuid(`annex-catalogue:${row.id}`),
      metadata: {
        title: row.title,
        'last-modified': row.updatedAt.toISOString(),
        version: row.edition,
        'oscal-version': '1.2.1',
      } as CatalogDocument['metadata'],
    }
  );
}
