import type { OscalContent, OscalParam, OscalPart } from '../catalog/model.ts';
import type { Branch, Tree } from '../catalog/tree.ts';
import { below } from '../error.ts';
import type { JsonObject } from '../json/structure.ts';
import type { OscalProp } from '../metadata.ts';
import type { Warnings } from '../references.ts';
import type { OscalAdd, OscalModify, OscalRemove, OscalSetParameter } from './model.ts';

/** Whatever holds params, props, links and parts: a control, a part, a parameter. */
type Holder = JsonObject & { params?: OscalParam[]; props?: OscalProp[]; links?: JsonObject[]; parts?: OscalPart[] };
const lists = { params: 'param', props: 'prop', links: 'link', parts: 'part' } as const;
type ListName = keyof typeof lists;
const listNames = Object.keys(lists) as ListName[];

const items = (holder: Holder, name: ListName): JsonObject[] => (holder[name] ?? []) as JsonObject[];
const withList = (holder: Holder, name: ListName, list: JsonObject[]): Holder => {
  const { [name]: _gone, ...rest } = holder;
  return (list.length > 0 ? { ...rest, [name]: list } : rest) as Holder;
};

/** Everything is replaced that is given, but properties and links come to those that are there. */
function setParam(param: OscalParam, { 'param-id': _id, props, links, ...given }: OscalSetParameter): OscalParam {
  const { values, select, ...rest } = param;
  const chosen = given.values === undefined && given.select === undefined;
  const same = (one: OscalProp, other: OscalProp) =>
    one.name === other.name && one.ns === other.ns && one.class === other.class;
  const added = (props ?? []) as OscalProp[];
  const kept = (param.props ?? []).filter((prop) => !added.some((other) => same(prop, other)));
  return {
    ...rest,
    ...(chosen && values !== undefined ? { values } : {}),
    ...(chosen && select !== undefined ? { select } : {}),
    ...given,
    ...(kept.length + added.length > 0 ? { props: [...kept, ...added] } : {}),
    ...(links || param.links ? { links: [...(param.links ?? []), ...((links as JsonObject[]) ?? [])] } : {}),
  } as OscalParam;
}

function removes(remove: OscalRemove, item: JsonObject, name: ListName): boolean {
  const asked = { name: remove['by-name'], class: remove['by-class'], id: remove['by-id'], ns: remove['by-ns'] };
  return (
    (remove['by-item-name'] === undefined || remove['by-item-name'] === lists[name]) &&
    Object.entries(asked).every(([member, wanted]) => wanted === undefined || item[member] === wanted)
  );
}

/** Without what fits, at any depth; the same object where nothing does. */
function without(holder: Holder, remove: OscalRemove): Holder {
  let result = holder;
  for (const name of listNames) {
    const before = items(holder, name);
    const after = before
      .filter((item) => !removes(remove, item, name))
      .map((item) => (name === 'params' || name === 'parts' ? without(item as Holder, remove) : item));
    const changed = after.length !== before.length || after.some((item, index) => item !== before[index]);
    if (changed) result = withList(result, name, after);
  }
  return result;
}

/** The addition in the holder itself, at its start or end. */
function addWithin(holder: Holder, add: OscalAdd): Holder {
  const start = add.position === 'starting' || add.position === 'before';
  let result: Holder = add.title === undefined ? holder : { ...holder, title: add.title };
  for (const name of listNames) {
    const added = items(add as Holder, name);
    if (added.length === 0) continue;
    const there = items(holder, name);
    result = withList(result, name, start ? [...added, ...there] : [...there, ...added]);
  }
  return result;
}

/** The addition beside the item: its own kind at that very place, all else at the holder's start or end. */
function addBeside(holder: Holder, add: OscalAdd, name: ListName, index: number): Holder {
  const at = add.position === 'before' ? index : index + 1;
  const same = items(add as Holder, name);
  const placed = withList(holder, name, items(holder, name).toSpliced(at, 0, ...same));
  const { title: _title, [name]: _same, ...others } = add;
  return addWithin(placed, others as OscalAdd);
}

/** The holder with the addition at the id; undefined where no param or part of it has the id. */
function addById(holder: Holder, add: OscalAdd): Holder | undefined {
  for (const name of ['params', 'parts'] as const) {
    for (const [index, item] of items(holder, name).entries()) {
      if (item.id === add['by-id'] && (add.position === 'before' || add.position === 'after')) {
        return addBeside(holder, add, name, index);
      }
      const inner = item.id === add['by-id'] ? addWithin(item as Holder, add) : addById(item as Holder, add);
      if (inner) return withList(holder, name, items(holder, name).with(index, inner));
    }
  }
  return undefined;
}

function addTo(content: OscalContent, controlId: string, add: OscalAdd): OscalContent | undefined {
  const id = add['by-id'];
  const changed = id === undefined || id === controlId ? addWithin(content, add) : addById(content, add);
  return changed as OscalContent | undefined;
}

/**
 * Applies a profile's changes to the tree in place, and answers with the loose parameters as they are set. What changes
 * nothing becomes a warning: a baseline may well tailor what a stricter selection leaves out.
 */
export function modify(
  tree: Tree,
  loose: OscalParam[],
  changes: OscalModify | undefined,
  warnings: Warnings,
): OscalParam[] {
  const controls = new Map<string, Branch>();
  const holders: Branch[] = [];
  const gather = ({ groups, controls: inner }: Tree) => {
    for (const control of inner) controls.set(control.id as string, control);
    for (const branch of [...groups, ...inner]) {
      holders.push(branch);
      gather(branch);
    }
  };
  gather(tree);
  const noEffect = (pointer: string, given: string, message: string) =>
    warnings.add({ code: 'WITHOUT_EFFECT', pointer, given, message });

  const settings = new Map(
    (changes?.['set-parameters'] ?? []).map((entry, index) => [entry['param-id'], { entry, index }]),
  );
  const used = new Set<string>();
  const set = (params: OscalParam[]): OscalParam[] =>
    params.map((param) => {
      const setting = settings.get(param.id);
      used.add(param.id);
      return setting ? setParam(param, setting.entry) : param;
    });
  for (const branch of holders) {
    if (branch.content.params) branch.content = { ...branch.content, params: set(branch.content.params) };
  }
  const setLoose = set(loose);
  for (const [id, { index }] of settings) {
    const pointer = below('/profile/modify/set-parameters', index);
    if (!used.has(id)) noEffect(pointer, id, 'No included control has this parameter');
  }

  for (const [index, alter] of (changes?.alters ?? []).entries()) {
    const pointer = below('/profile/modify/alters', index);
    const control = controls.get(alter['control-id']);
    if (!control) {
      noEffect(pointer, alter['control-id'], 'This control is not included');
      continue;
    }
    for (const [at, remove] of (alter.removes ?? []).entries()) {
      const changed = without(control.content, remove) as OscalContent;
      if (changed === control.content)
        noEffect(below(below(pointer, 'removes'), at), alter['control-id'], 'Nothing fits');
      control.content = changed;
    }
    for (const [at, add] of (alter.adds ?? []).entries()) {
      const changed = addTo(control.content, control.id as string, add);
      if (changed) control.content = changed;
      else noEffect(below(below(pointer, 'adds'), at), add['by-id'] ?? '', 'The control has nothing with this id');
    }
  }
  return setLoose;
}
