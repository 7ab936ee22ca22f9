import type { OscalContent, OscalPart } from '@annex/oscal';
import { badInput, type FieldFault } from '@annex/schema';

export type CatalogueFormat = 'OSCAL' | 'OSCAL_PROFILE' | 'TABLE' | 'LIST';

/** A group or control on its way into a catalogue. */
export interface NewItem {
  /** Behind `key:edition:`; unique in the catalogue. */
  readonly number: string;
  readonly kind: 'GROUP' | 'CONTROL';
  /** The number of the item that it stands in; that item comes before it. */
  readonly parent: string | null;
  readonly title: string;
  /** What people read and search. */
  readonly text: string;
  /** The OSCAL group or control without what is nested in it, its id among it; null where it came from elsewhere. */
  readonly content: (OscalContent & { id?: string }) | null;
  /** Numbers of the edition before that the control takes the place of: none where it is new. Left out where nobody said. */
  readonly replaces?: readonly string[];
}

const keyPattern = /^[a-z][a-z0-9-]{1,39}$/;
const editionPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
/** What the catalogues that come with Annex are named by. */
const taken = /^(iso\d|csf$|term$)/;

export interface CatalogueName {
  readonly key: string;
  readonly edition: string;
}

/** The name of the edition that another comes after. @throws AnnexError BAD_INPUT */
export function predecessorName(given: unknown, edition: string): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !editionPattern.test(given) || given === edition)
    throw badInput('query.predecessor', given, 'must be another edition that is there, such as 2025');
  return given;
}

/** @throws AnnexError BAD_INPUT naming the part of the query */
export function catalogueName(given: { readonly key: unknown; readonly edition: unknown }): CatalogueName {
  const { key, edition } = given;
  if (typeof key !== 'string' || !keyPattern.test(key))
    throw badInput('query.key', key ?? null, 'must be 2 to 40 small letters, digits and hyphens, such as acme-policy');
  if (taken.test(key)) throw badInput('query.key', key, 'must not be the name of a catalogue that comes with Annex');
  if (typeof edition !== 'string' || !editionPattern.test(edition))
    throw badInput('query.edition', edition ?? null, 'must be 1 to 40 letters, digits, dots and hyphens, such as 2026');
  return { key, edition };
}

/** The id that an item of a table has in OSCAL, whose ids are tokens: a number is one once letters stand in front. */
export const tokenOf = (kind: NewItem['kind'], number: string) =>
  `${kind === 'GROUP' ? 'g' : 'c'}-${number.toLowerCase().replace(/[^a-z0-9._-]/g, '-')}`;

/** The prose of parts and of those within them, in reading order. */
function proseOf(parts: readonly OscalPart[] | undefined): string[] {
  return (parts ?? []).flatMap((part) => [...(part.prose === undefined ? [] : [part.prose]), ...proseOf(part.parts)]);
}

export const textOf = ({ parts }: OscalContent): string => proseOf(parts).join('\n').slice(0, 100_000);

/** As the catalogue prints a control: its label without a class, otherwise any label, otherwise its id. */
export function labelOf(id: string, { props }: OscalContent): string {
  const labels = (props ?? []).filter((prop) => prop.name === 'label');
  const label = (labels.find((prop) => prop.class === undefined) ?? labels[0])?.value;
  return typeof label === 'string' && label.length <= 60 ? label : id;
}

/** So many controls of before become one; a table with more has something else in that column. */
const mostReplaced = 100;

/**
 * The numbers in a cell, with semicolons between them (a list in JSON and YAML); a hyphen alone says that there are none.
 * @returns undefined where the cell says nothing, a fault where it holds something else
 */
function replacedNumbers(cell: unknown): { numbers: string[] } | { allowed: string } | undefined {
  if (cell === undefined || cell === null || cell === '') return undefined;
  const listed = Array.isArray(cell);
  if (!listed && typeof cell !== 'string' && typeof cell !== 'number') return { allowed: 'must be text or a list' };
  const given: unknown[] = listed ? cell : String(cell).split(';');
  const numbers = given.map((one) => String(one).trim()).filter((one) => one !== '');
  if (!listed && numbers.length === 1 && numbers[0] === '-') return { numbers: [] };
  const fits = (one: string) => one.length <= longest.number && !/[\s:]/.test(one);
  if (numbers.length > mostReplaced || !numbers.every(fits))
    return { allowed: `must be at most ${mostReplaced} numbers of the edition before, with semicolons between them` };
  if (new Set(numbers).size < numbers.length) return { allowed: 'must name each number once' };
  return numbers.length === 0 && !listed ? undefined : { numbers };
}

const longest = { number: 60, title: 300, text: 20_000 } as const;

/** A row as somebody wrote it, with where it stands. */
export interface WrittenItem {
  readonly place: string;
  readonly cells: { readonly [column: string]: unknown };
}

export const columns = ['number', 'title', 'parent', 'kind', 'text', 'replaces'] as const;

/** Items of rows, with where each number stands, and everything that is wrong with them. */
export interface ReadItems {
  readonly items: NewItem[];
  readonly places: ReadonlyMap<string, string>;
  readonly faults: FieldFault[];
}

/**
 * Items of rows, and everything that is wrong with them, row by row. A parent may stand anywhere; the items come with parents first.
 * @returns items that may be kept only when there are no faults
 */
export function itemsOfRows(rows: readonly WrittenItem[]): ReadItems {
  const faults: FieldFault[] = [];
  const found = new Map<string, NewItem & { place: string }>();
  for (const { place, cells } of rows) {
    const fault = (column: string, given: unknown, allowed: string) =>
      faults.push({
        field: `${place}, ${column}`,
        given: typeof given === 'string' ? given.slice(0, 60) : given,
        allowed,
      });
    const read = (column: 'number' | 'title' | 'text' | 'parent'): string => {
      const given = cells[column] ?? '';
      const most = column === 'parent' ? longest.number : longest[column];
      if (typeof given !== 'string' && typeof given !== 'number') fault(column, given, 'must be text');
      const text = String(given).trim();
      if (text.length > most) fault(column, text, `must have at most ${most} characters`);
      return text;
    };
    const [number, title, text, parent] = [read('number'), read('title'), read('text'), read('parent')];
    if (number === '') fault('number', '', 'must not be empty');
    if (/[\s:]/.test(number)) fault('number', number, 'must have neither spaces nor colons');
    if (title === '') fault('title', '', 'must not be empty');
    const kind =
      String(cells.kind ?? '')
        .trim()
        .toUpperCase() || 'CONTROL';
    if (kind !== 'GROUP' && kind !== 'CONTROL') fault('kind', cells.kind, 'must be group or control, or be left out');
    const replaced = replacedNumbers(cells.replaces);
    if (replaced && 'allowed' in replaced) fault('replaces', cells.replaces, replaced.allowed);
    else if (replaced && kind === 'GROUP')
      fault('replaces', cells.replaces, 'must be left out: it is told of controls');
    const twin = found.get(number);
    if (twin) fault('number', number, `must be unique; it is that of ${twin.place} too`);
    else if (number !== '')
      found.set(number, {
        place,
        number,
        title,
        text,
        parent: parent || null,
        kind: kind as NewItem['kind'],
        content: null,
        ...(replaced && 'numbers' in replaced ? { replaces: replaced.numbers } : {}),
      });
  }
  const items: NewItem[] = [];
  const placed = new Set<string>();
  const rowOf = (item: { place: string }) => `${item.place}, parent`;
  const put = (item: NewItem & { place: string }, path: readonly string[]): void => {
    if (placed.has(item.number)) return;
    if (path.includes(item.number)) {
      faults.push({
        field: rowOf(item),
        given: item.parent,
        allowed: `must not stand within itself: ${[...path, item.number].join(' in ')}`,
      });
      placed.add(item.number);
      return;
    }
    const parent = item.parent === null ? undefined : found.get(item.parent);
    if (item.parent !== null && !parent) {
      faults.push({ field: rowOf(item), given: item.parent, allowed: 'must be the number of another row' });
    }
    // Deep chains would fill the stack; nobody nests catalogues like that.
    if (path.length > 50)
      faults.push({ field: rowOf(item), given: item.parent, allowed: 'must stand at most 50 deep' });
    else if (parent) put(parent, [...path, item.number]);
    if (placed.has(item.number)) return;
    placed.add(item.number);
    const { place: _, ...kept } = item;
    items.push(kept);
  };
  for (const item of found.values()) put(item, []);
  return { items, faults, places: new Map([...found].map(([number, { place }]) => [number, place])) };
}
