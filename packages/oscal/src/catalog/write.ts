import { OscalError } from '../error.ts';
import { upcast } from '../upcast.ts';
import { backMatterJson, documentMembers } from './assemble.ts';
import type { CatalogControl, CatalogDocument, CatalogGroup, CatalogPart } from './model.ts';

/** A group, a control or the catalog whose object is open in the text. */
interface Open {
  readonly key: string;
  readonly kind: 'catalog' | 'group' | 'control';
  readonly title: string;
  array: 'groups' | 'controls' | null;
  /** Whether the array at hand stands in a group of its own (see `assembleCatalog`). */
  wrapped: boolean;
  readonly done: Set<string>;
}

const opened = (key: string, kind: Open['kind'], title: string): Open => ({
  key,
  kind,
  title,
  array: null,
  wrapped: false,
  done: new Set(),
});

function parentKey(part: CatalogGroup | CatalogControl): string {
  if (part.kind === 'group') return part.parent === null ? 'catalog' : `group ${part.parent}`;
  return part.parent.kind === 'catalog' ? 'catalog' : `${part.parent.kind} ${part.parent.id}`;
}

/** The text between the object at hand and its child, or an error where the child comes too late. */
function before(parent: Open, array: 'groups' | 'controls'): string {
  if (parent.array === array) return ',';
  if (parent.done.has(array)) {
    throw new OscalError('/catalog', parent.key, `must have its ${array} together`);
  }
  if (parent.kind === 'group' && parent.array === 'controls') {
    throw new OscalError('/catalog', parent.key, 'must have its groups before its controls');
  }
  parent.done.add(array);
  const wrapped = parent.kind === 'group' && parent.array === 'groups';
  const end = parent.array && !wrapped ? ']' : '';
  parent.array = array;
  parent.wrapped = wrapped;
  return wrapped ? `,{"title":${JSON.stringify(parent.title)},"controls":[` : `${end},"${array}":[`;
}

/** The text that ends an object. */
function ending(open: Open): string {
  return `${open.array ? ']' : ''}${open.wrapped ? '}]' : ''}}`;
}

/**
 * The same catalog as `assembleCatalog`, as chunks of text that are made while parts arrive: nothing but the path from
 * the catalog to the part at hand is held. Parts come parents first, siblings by position and, within a group that has
 * both, groups before controls; back matter anywhere.
 * @throws OscalError where they do not
 */
export async function* writeCatalog(
  document: CatalogDocument,
  parts: Iterable<CatalogPart> | AsyncIterable<CatalogPart>,
): AsyncGenerator<string, void, undefined> {
  const path: Open[] = [opened('catalog', 'catalog', '')];
  let backMatter: CatalogPart | undefined;
  yield `{"catalog":${JSON.stringify(documentMembers(document)).slice(0, -1)}`;
  for await (const part of parts) {
    if (part.kind === 'back-matter') backMatter = part;
    if (part.kind !== 'group' && part.kind !== 'control') continue;
    const parent = parentKey(part);
    let text = '';
    while (path.length > 0 && path.at(-1)?.key !== parent) text += ending(path.pop() as Open);
    const top = path.at(-1);
    if (!top)
      throw new OscalError('/catalog', parent, 'must come before what stands in it, and everything in it together');
    const content = upcast(part.content);
    const { key, id } = part.kind === 'group' ? part : { key: part.id, id: part.id };
    text += before(top, part.kind === 'group' ? 'groups' : 'controls');
    yield text + JSON.stringify(id === null ? content : { id, ...content }).slice(0, -1);
    path.push(opened(`${part.kind} ${key}`, part.kind, content.title));
  }
  const own = backMatterJson(backMatter?.kind === 'back-matter' ? backMatter.backMatter : undefined);
  while (path.length > 1) yield ending(path.pop() as Open);
  yield `${path[0]?.array ? ']' : ''}${own ? `,"back-matter":${JSON.stringify(own)}` : ''}}}`;
}
