import type { OscalParam } from '../catalog/model.ts';
import type { Tree } from '../catalog/tree.ts';
import type { JsonObject } from '../json/structure.ts';
import type { OscalProp, OscalResource } from '../metadata.ts';

const insertion = /\{\{\s*insert:\s*param\s*,\s*([^\s}]+)\s*\}\}/g;

/** Runs over every string, with the name of the member that it stands under. */
function eachText(value: unknown, name: string, visit: (text: string, name: string) => void): void {
  if (typeof value === 'string') visit(value, name);
  else if (Array.isArray(value)) for (const item of value) eachText(item, name, visit);
  else if (typeof value === 'object' && value !== null) {
    for (const [member, inner] of Object.entries(value)) eachText(inner, member, visit);
  }
}

/** Runs over the contents of a tree. */
function eachContent(tree: Tree, visit: (content: JsonObject) => void): void {
  for (const branch of [...tree.groups, ...tree.controls]) {
    visit(branch.content);
    eachContent(branch, visit);
  }
}

function insertedIds(value: unknown, into: Set<string>): void {
  eachText(value, '', (text, name) => {
    for (const [, id] of text.matchAll(insertion)) into.add(id as string);
    // A parameter that aggregates others names them in properties.
    if (name === 'value' || name === 'depends-on') into.add(text);
  });
}

/** Parameters outside of controls that what is included inserts, also by way of each other; each id once. */
export function keptParams(loose: readonly OscalParam[], tree: Tree): OscalParam[] {
  const wanted = new Set<string>();
  eachContent(tree, (content) => insertedIds(content, wanted));
  const once = new Map(loose.toReversed().map((param) => [param.id, param]));
  const kept = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [id, param] of once) {
      if (!wanted.has(id) || kept.has(id)) continue;
      kept.add(id);
      insertedIds(param, wanted);
      grown = true;
    }
  }
  return loose.filter((param) => once.get(param.id) === param && kept.has(param.id));
}

const keepsAlways = (resource: OscalResource) =>
  ((resource.props ?? []) as OscalProp[]).some(({ name, value }) => name === 'keep' && value === 'always');

/** Resources that what is included links to, or that ask to be kept; each uuid once. */
export function keptResources(
  resources: readonly OscalResource[],
  linking: readonly unknown[],
  tree: Tree,
): OscalResource[] {
  const linked = new Set<string>();
  const note = (text: string, name: string) => {
    if (name === 'href' && text.startsWith('#')) linked.add(text.slice(1).toLowerCase());
    for (const [, id] of text.matchAll(/\]\(#([^)\s]+)\)/g)) linked.add((id as string).toLowerCase());
  };
  eachContent(tree, (content) => eachText(content, '', note));
  for (const value of linking) eachText(value, '', note);
  const once = new Map(resources.toReversed().map((resource) => [resource.uuid.toLowerCase(), resource]));
  return resources.filter((resource) => {
    const uuid = resource.uuid.toLowerCase();
    return once.get(uuid) === resource && (linked.has(uuid) || keepsAlways(resource));
  });
}
