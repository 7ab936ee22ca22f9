import { OscalError } from '../error.ts';
import type { CatalogControl, CatalogGroup, CatalogPart, OscalContent } from './model.ts';

/** A group or control with what is nested in it. A control has no groups. */
export interface Branch {
  readonly id: string | null;
  content: OscalContent;
  groups: Branch[];
  controls: Branch[];
}

/** The groups and controls of a catalog, nested. */
export interface Tree {
  groups: Branch[];
  controls: Branch[];
}

type Placed = CatalogGroup | CatalogControl;

const isPlaced = (part: CatalogPart): part is Placed => part.kind === 'group' || part.kind === 'control';
const keyOf = (part: Placed) => (part.kind === 'group' ? `group ${part.key}` : `control ${part.id}`);
function parentOf(part: Placed): string {
  if (part.kind === 'group') return part.parent === null ? '' : `group ${part.parent}`;
  return part.parent.kind === 'catalog' ? '' : `${part.parent.kind} ${part.parent.id}`;
}

/**
 * Nests parts that may come in any order.
 * @throws OscalError where a part is given twice, or its parent is not among them
 */
export function treeOf(parts: Iterable<CatalogPart>): Tree {
  const root: Branch = { id: null, content: { title: '' }, groups: [], controls: [] };
  const branches = new Map<string, Branch>([['', root]]);
  const placed = [...parts].filter(isPlaced);
  for (const part of placed) {
    if (branches.has(keyOf(part))) throw new OscalError('/catalog', keyOf(part), 'must be among the parts once');
    branches.set(keyOf(part), { id: part.id, content: part.content, groups: [], controls: [] });
  }
  for (const part of placed.toSorted((one, other) => one.position - other.position)) {
    const parent = branches.get(parentOf(part));
    if (!parent)
      throw new OscalError('/catalog', parentOf(part), `must be among the parts: ${keyOf(part)} stands in it`);
    (part.kind === 'group' ? parent.groups : parent.controls).push(branches.get(keyOf(part)) as Branch);
  }
  if (countOf(root) !== placed.length) {
    throw new OscalError('/catalog', undefined, 'no group or control may stand in itself');
  }
  return { groups: root.groups, controls: root.controls };
}

/** Groups and controls in a tree. */
export function countOf(tree: Tree): number {
  return [...tree.groups, ...tree.controls].reduce((sum, branch) => sum + 1 + countOf(branch), 0);
}

/** The parts of a tree as `readCatalog` gives them: parents first. */
export function* partsOf(
  tree: Tree,
  parent: { kind: 'group' | 'control' | 'catalog'; id: string | null } = { kind: 'catalog', id: null },
  pointer = '',
): Generator<Placed> {
  for (const [position, { id, content, ...nested }] of tree.groups.entries()) {
    const place = `${pointer}/groups/${position}`;
    const key = id ?? `/catalog${place}`;
    yield { kind: 'group', key, id, parent: parent.id, position, content };
    yield* partsOf(nested, { kind: 'group', id: key }, place);
  }
  for (const [position, { id, content, ...nested }] of tree.controls.entries()) {
    yield { kind: 'control', id: id as string, parent, position, content };
    yield* partsOf(nested, { kind: 'control', id }, `${pointer}/controls/${position}`);
  }
}
