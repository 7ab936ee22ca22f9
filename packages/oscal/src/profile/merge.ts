import { isDeepStrictEqual } from 'node:util';
import type { OscalContent, OscalParam } from '../catalog/model.ts';
import type { Branch, Tree } from '../catalog/tree.ts';
import { below, OscalError } from '../error.ts';
import type { JsonObject } from '../json/structure.ts';
import type { Warnings } from '../references.ts';
import type { OscalCustomGroup, OscalInsert, OscalMerge, OscalProfile } from './model.ts';
import { keepControls, selectedIds } from './select.ts';

const lists = ['params', 'props', 'links', 'parts'] as const;

/** The first's members win; items of its lists are joined by those of the second that it does not have. */
function mergedContent(first: OscalContent, second: OscalContent): OscalContent {
  const merged: OscalContent = { ...second, ...first };
  for (const name of lists) {
    const own = (first[name] ?? []) as JsonObject[];
    const others = ((second[name] ?? []) as JsonObject[]).filter(
      (other) => !own.some((item) => (item.id !== undefined && item.id === other.id) || isDeepStrictEqual(item, other)),
    );
    if (own.length + others.length > 0) (merged as JsonObject)[name] = [...own, ...others];
  }
  return merged;
}

/** Goes through the imports in their order and decides about controls that come more than once. */
export function combine(trees: readonly Tree[], profile: OscalProfile, warnings: Warnings): Tree {
  const method = profile.merge?.combine?.method ?? 'keep';
  const first = new Map<string, { branch: Branch; source: number }>();
  const once = (control: Branch, source: number): Branch[] => {
    const id = control.id as string;
    const known = first.get(id);
    const branch: Branch = { ...control };
    if (!known) first.set(id, { branch, source });
    const inner = control.controls.flatMap((child) => once(child, source));
    if (!known) {
      branch.controls = inner;
      return [branch];
    }
    if (method === 'merge') known.branch.content = mergedContent(known.branch.content, control.content);
    else if (method === 'keep') {
      const pointer = below('/profile/imports', source);
      if (!isDeepStrictEqual(known.branch.content, control.content)) {
        throw new OscalError(
          pointer,
          id,
          'must not bring a control again that differs, unless merge/combine says what to do',
        );
      }
      const message = 'More than one import brings this control; it is in the result once';
      warnings.add({ code: 'DUPLICATE_CONTROL', pointer, given: id, message });
    }
    known.branch.controls = [...known.branch.controls, ...inner];
    return [];
  };
  const byId = new Map<string, Branch>();
  const each = (tree: Tree, source: number): Tree => ({
    groups: tree.groups.flatMap((group) => {
      const branch = { ...group, ...each(group, source) };
      const known = group.id === null ? undefined : byId.get(group.id);
      if (!known) {
        if (group.id !== null) byId.set(group.id, branch);
        return [branch];
      }
      known.groups = [...known.groups, ...branch.groups];
      known.controls = [...known.controls, ...branch.controls];
      known.content = mergedContent(known.content, branch.content);
      return [];
    }),
    controls: tree.controls.flatMap((control) => once(control, source)),
  });
  const parts = trees.map(each);
  return { groups: parts.flatMap(({ groups }) => groups), controls: parts.flatMap(({ controls }) => controls) };
}

/** Every control without its groups; controls within controls stay there. */
const flattened = (tree: Tree): Branch[] => [...tree.groups.flatMap(flattened), ...tree.controls];

function inserted(inserts: readonly OscalInsert[] | undefined, all: Tree, pointer: string): Branch[] {
  return (inserts ?? []).flatMap((insert, index) => {
    const ids = selectedIds(insert, all, below(below(pointer, 'insert-controls'), index));
    const controls = keepControls(all, ids).controls;
    if (insert.order === undefined || insert.order === 'keep') return controls;
    const sign = insert.order === 'ascending' ? 1 : -1;
    return controls.toSorted((one, other) => sign * compareIds(one.id as string, other.id as string));
  });
}

/** `ac-2` before `ac-10`. */
const compareIds = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

function customGroup(group: OscalCustomGroup, all: Tree, pointer: string): Branch {
  const { id, groups, 'insert-controls': inserts, ...content } = group;
  return {
    id: id ?? null,
    content: content as OscalContent,
    groups: (groups ?? []).map((inner, index) => customGroup(inner, all, below(below(pointer, 'groups'), index))),
    controls: inserted(inserts, all, pointer),
  };
}

/** The structure that the profile asks for; without a word, flat. */
export function structured(tree: Tree, merge: OscalMerge | undefined): Tree {
  if (merge?.['as-is'] === true) return tree;
  const flat: Tree = { groups: [], controls: flattened(tree) };
  if (!merge?.custom) return flat;
  const pointer = '/profile/merge/custom';
  return {
    groups: (merge.custom.groups ?? []).map((group, index) =>
      customGroup(group, flat, below(below(pointer, 'groups'), index)),
    ),
    controls: inserted(merge.custom['insert-controls'], flat, pointer),
  };
}

/** Parameters of a tree's groups, which a structure without these groups would lose. */
export function groupParams(tree: Tree): OscalParam[] {
  return tree.groups.flatMap((group) => [...(group.content.params ?? []), ...groupParams(group)]);
}
