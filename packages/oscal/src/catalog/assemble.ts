import type { JsonObject } from '../json/structure.ts';
import type { OscalBackMatter, OscalMetadata } from '../metadata.ts';
import { upcast, upcastMetadata } from '../upcast.ts';
import type { CatalogDocument, CatalogPart } from './model.ts';
import { type Branch, type Tree, treeOf } from './tree.ts';

/** An OSCAL catalog as its JSON has it. */
export interface CatalogJson {
  catalog: JsonObject & { uuid: string; metadata: OscalMetadata };
}

/**
 * Since 1.2.0 a group has groups or controls. Where one has both, its controls move into a group of the same title,
 * the last one: ids and order stay, and nothing is lost.
 */
function nested({ groups, controls }: Tree, title: string | null): JsonObject {
  const inner = groups.map(groupJson);
  const own = controls.map(controlJson);
  if (title !== null && inner.length > 0 && own.length > 0) return { groups: [...inner, { title, controls: own }] };
  return { ...(inner.length > 0 ? { groups: inner } : {}), ...(own.length > 0 ? { controls: own } : {}) };
}

function groupJson(group: Branch): JsonObject {
  const content = upcast(group.content);
  return { ...(group.id === null ? {} : { id: group.id }), ...content, ...nested(group, content.title) };
}

function controlJson(control: Branch): JsonObject {
  return { id: control.id, ...upcast(control.content), ...nested({ groups: [], controls: control.controls }, null) };
}

/** The catalog's own members, without what is nested. */
export function documentMembers(document: CatalogDocument): CatalogJson['catalog'] {
  return {
    uuid: document.uuid,
    metadata: upcastMetadata(document.metadata),
    ...upcast({ params: document.params ?? [] }),
    ...upcast(document.extra ?? {}),
  };
}

/** Back matter as it is written; undefined where it would be empty. */
export function backMatterJson(backMatter: OscalBackMatter | undefined): OscalBackMatter | undefined {
  const copy = upcast(backMatter ?? {});
  return Object.keys(copy).length > 0 ? copy : undefined;
}

/**
 * The OSCAL 1.2.1 catalog of a document and its parts, in whichever order they come (a parent's children by `position`).
 * What an older version allowed and 1.2.1 does not is brought up to it; empty arrays are left out.
 * @throws OscalError where a part's parent is not among the parts, or a part is among them twice
 */
export function assembleCatalog(document: CatalogDocument, parts: Iterable<CatalogPart>): CatalogJson {
  const all = [...parts];
  const found = all.find((part) => part.kind === 'back-matter');
  const backMatter = backMatterJson(found?.backMatter);
  return {
    catalog: {
      ...documentMembers(document),
      ...nested(treeOf(all), null),
      ...(backMatter ? { 'back-matter': backMatter } : {}),
    },
  };
}
