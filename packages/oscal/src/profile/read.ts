import { checkParamContent, checkParams, checkParts } from '../catalog/content.ts';
import { below, OscalError } from '../error.ts';
import { asObject, asOneOf, asText, checkEach, checkMembers, checkSome, type JsonObject } from '../json/structure.ts';
import { checkDocument, checkLinks, checkProps } from '../metadata.ts';
import { upcast, upcastMetadata } from '../upcast.ts';
import type { OscalProfile } from './model.ts';

const itemNames = ['param', 'prop', 'link', 'part', 'mapping', 'map'];
const criteria = ['by-name', 'by-class', 'by-id', 'by-item-name', 'by-ns'];

function checkSelection(item: unknown, pointer: string): void {
  const selection = asObject(item, pointer);
  checkEach(selection, pointer, 'with-ids', (id, at) => asText(id, at, 'token'));
  checkEach(selection, pointer, 'matching', (match, at) =>
    checkMembers(asObject(match, at), at, { 'pattern!': 'string' }),
  );
  const children = selection['with-child-controls'];
  if (children !== undefined) asOneOf(children, below(pointer, 'with-child-controls'), ['yes', 'no']);
}

function checkSelecting(selecting: JsonObject, pointer: string): void {
  if (selecting['include-all'] !== undefined) {
    asObject(selecting['include-all'], below(pointer, 'include-all'));
    if (selecting['include-controls'] !== undefined) {
      throw new OscalError(below(pointer, 'include-controls'), undefined, 'must not stand beside "include-all"');
    }
  }
  // An empty array is not nothing here: it would become "all" where empty arrays are left out.
  if (selecting['include-controls'] !== undefined) checkSome(selecting, pointer, 'include-controls', checkSelection);
  checkEach(selecting, pointer, 'exclude-controls', checkSelection);
}

function checkInsert(item: unknown, pointer: string): void {
  const insert = asObject(item, pointer);
  if (insert.order !== undefined) asOneOf(insert.order, below(pointer, 'order'), ['keep', 'ascending', 'descending']);
  checkSelecting(insert, pointer);
}

function checkCustom(item: unknown, pointer: string): void {
  const custom = asObject(item, pointer);
  checkEach(custom, pointer, 'insert-controls', checkInsert);
  checkEach(custom, pointer, 'groups', (group, at) => {
    const members = asObject(group, at);
    checkMembers(members, at, { 'title!': 'string', id: 'token', class: 'token' });
    checkParams(members, at);
    checkProps(members, at);
    checkLinks(members, at);
    checkParts(members, at);
    checkCustom(members, at);
  });
}

function checkMerge(value: unknown, pointer: string): void {
  const merge = asObject(value, pointer);
  if (merge.combine !== undefined) {
    const combine = asObject(merge.combine, below(pointer, 'combine'));
    const place = below(below(pointer, 'combine'), 'method');
    if (combine.method !== undefined) asOneOf(combine.method, place, ['use-first', 'merge', 'keep']);
  }
  const structures = ['flat', 'as-is', 'custom'].filter((name) => merge[name] !== undefined);
  if (structures.length > 1)
    throw new OscalError(pointer, structures.join(', '), 'must have one of flat, as-is, custom');
  if (merge.flat !== undefined) asObject(merge.flat, below(pointer, 'flat'));
  if (merge['as-is'] !== undefined) asOneOf(merge['as-is'], below(pointer, 'as-is'), [true, false]);
  if (merge.custom !== undefined) checkCustom(merge.custom, below(pointer, 'custom'));
}

function checkAlter(item: unknown, pointer: string): void {
  const alter = asObject(item, pointer);
  checkMembers(alter, pointer, { 'control-id!': 'token' });
  checkEach(alter, pointer, 'removes', (value, at) => {
    const remove = asObject(value, at);
    checkMembers(remove, at, { 'by-name': 'token', 'by-class': 'token', 'by-id': 'token', 'by-ns': 'uri' });
    if (remove['by-item-name'] !== undefined) asOneOf(remove['by-item-name'], below(at, 'by-item-name'), itemNames);
    if (!criteria.some((name) => remove[name] !== undefined)) {
      throw new OscalError(at, remove, `must have at least one of ${criteria.join(', ')}`);
    }
  });
  checkEach(alter, pointer, 'adds', (value, at) => {
    const add = asObject(value, at);
    checkMembers(add, at, { 'by-id': 'token', title: 'string' });
    const position = below(at, 'position');
    if (add.position !== undefined) asOneOf(add.position, position, ['before', 'after', 'starting', 'ending']);
    checkParams(add, at);
    checkProps(add, at);
    checkLinks(add, at);
    checkParts(add, at);
  });
}

function checkModify(value: unknown, pointer: string): void {
  const modify = asObject(value, pointer);
  checkEach(modify, pointer, 'set-parameters', (item, at) => {
    const setting = asObject(item, at);
    checkMembers(setting, at, { 'param-id!': 'token', class: 'token', label: 'text', usage: 'text' });
    checkParamContent(setting, at);
  });
  checkEach(modify, pointer, 'alters', checkAlter);
}

/**
 * Reads an OSCAL profile (1.0.4 to 1.2.1) from its parsed JSON. Members that OSCAL does not know are kept.
 * @throws OscalError at the first place that is not as OSCAL has it
 */
export function readProfile(json: unknown): OscalProfile {
  const profile = checkDocument<OscalProfile>(json, 'profile');
  checkSome(profile, '/profile', 'imports', (item, at) => {
    const entry = asObject(item, at);
    checkMembers(entry, at, { 'href!': 'href' });
    checkSelecting(entry, at);
  });
  if (profile.merge !== undefined) checkMerge(profile.merge, '/profile/merge');
  if (profile.modify !== undefined) checkModify(profile.modify, '/profile/modify');
  return profile;
}

/** Since 1.2.0 it must be said what is included and how it is structured; what is written is what silence meant. */
function explicitly(profile: OscalProfile): OscalProfile {
  const including = <T extends JsonObject>(selecting: T): T =>
    selecting['include-controls'] === undefined ? { ...selecting, 'include-all': {} } : selecting;
  const custom = <T extends JsonObject>(group: T): T => ({
    ...group,
    ...(Array.isArray(group['insert-controls']) ? { 'insert-controls': group['insert-controls'].map(including) } : {}),
    ...(Array.isArray(group.groups) ? { groups: group.groups.map(custom) } : {}),
  });
  const { merge } = profile;
  const structured = merge?.flat ?? merge?.['as-is'] ?? merge?.custom;
  return {
    ...profile,
    imports: profile.imports.map(including),
    ...(merge && structured === undefined ? { merge: { ...merge, flat: {} } } : {}),
    ...(merge?.custom ? { merge: { ...merge, custom: custom(merge.custom) } } : {}),
  };
}

/**
 * The OSCAL 1.2.1 JSON of a profile. `merge.combine.method` is written as the OSCAL model has it; NIST's JSON schema of
 * 1.2.1 forgets it and refuses it, which is no reason to lose it.
 */
export function assembleProfile(profile: OscalProfile): { profile: OscalProfile } {
  return { profile: { ...upcast(explicitly(profile)), metadata: upcastMetadata(profile.metadata) } };
}
