import { type Branch, partsOf, type Tree } from '../catalog/tree.ts';
import { below, OscalError } from '../error.ts';
import type { OscalSelecting, OscalSelection } from './model.ts';

/** A control of the source, and the controls that stand in it at any depth. */
interface Known {
  readonly id: string;
  readonly within: string[];
}

/** Every control of the tree, in the document's order. */
function controlsOf(tree: Tree): Known[] {
  const known = new Map<string, { id: string; within: string[]; parent: string | null }>();
  for (const part of partsOf(tree)) {
    if (part.kind !== 'control') continue;
    const parent = part.parent.kind === 'control' ? part.parent.id : null;
    known.set(part.id, { id: part.id, within: [], parent });
    for (let up = parent; up !== null; up = known.get(up)?.parent ?? null) known.get(up)?.within.push(part.id);
  }
  return [...known.values()];
}

/** `*` any characters, `?` one. Steps through without backtracking into regular expressions. */
export function matches(pattern: string, id: string): boolean {
  const [glob, text] = [[...pattern], [...id]];
  let [at, in_, star, mark] = [0, 0, -1, 0];
  while (in_ < text.length) {
    if (at < glob.length && glob[at] === '*') {
      star = at++;
      mark = in_;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[in_])) {
      at++;
      in_++;
    } else if (star >= 0) {
      at = star + 1;
      in_ = ++mark;
    } else return false;
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

function idsOf(selections: readonly OscalSelection[], controls: readonly Known[], pointer: string, strict: boolean) {
  const byId = new Map(controls.map((control) => [control.id, control]));
  const chosen = new Set<string>();
  for (const [index, selection] of selections.entries()) {
    const withChildren = selection['with-child-controls'] === 'yes';
    const choose = ({ id, within }: Known) => {
      for (const each of withChildren ? [id, ...within] : [id]) chosen.add(each);
    };
    for (const [place, id] of (selection['with-ids'] ?? []).entries()) {
      const control = byId.get(id);
      if (control) choose(control);
      else if (strict) {
        const at = below(below(below(pointer, index), 'with-ids'), place);
        throw new OscalError(at, id, 'must be the id of a control that the import has');
      }
    }
    for (const { pattern } of selection.matching ?? []) {
      for (const control of controls) if (matches(pattern ?? '', control.id)) choose(control);
    }
  }
  return chosen;
}

/**
 * The ids of the controls that are included and not excluded. Excluding wins, and may name what is not there.
 * @throws OscalError at an included id that the tree does not have
 */
export function selectedIds(selecting: OscalSelecting, tree: Tree, pointer: string): Set<string> {
  const controls = controlsOf(tree);
  const included = selecting['include-controls'];
  const chosen = included
    ? idsOf(included, controls, below(pointer, 'include-controls'), true)
    : new Set(controls.map(({ id }) => id));
  const excluded = idsOf(selecting['exclude-controls'] ?? [], controls, below(pointer, 'exclude-controls'), false);
  return new Set([...chosen].filter((id) => !excluded.has(id)));
}

/**
 * The tree with the chosen controls alone: groups that hold none go, and a control whose parent is not chosen takes
 * its parent's place.
 */
export function keepControls(tree: Tree, chosen: ReadonlySet<string>): Tree {
  const kept = (control: Branch): Branch[] => {
    const inner = control.controls.flatMap(kept);
    return chosen.has(control.id as string) ? [{ ...control, controls: inner }] : inner;
  };
  const groups = tree.groups
    .map((group) => ({ ...group, ...keepControls(group, chosen) }))
    .filter((group) => group.groups.length > 0 || group.controls.length > 0);
  return { groups, controls: tree.controls.flatMap(kept) };
}
