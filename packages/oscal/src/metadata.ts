import { below, OscalError } from './error.ts';
import { asObject, asText, checkEach, checkMembers, checkShape, checkSome, type JsonObject } from './json/structure.ts';
import type { References } from './references.ts';

/** The version that is written. */
export const oscalVersion = '1.2.1';

/** A name and value; `ns` says whose name it is. Unknown members are kept. */
export interface OscalProp extends JsonObject {
  name: string;
  value: string;
  ns?: string;
  class?: string;
  uuid?: string;
  group?: string;
  remarks?: string;
}

/** `href` with `#` points into the document itself. */
export interface OscalLink extends JsonObject {
  href: string;
  rel?: string;
  text?: string;
  'media-type'?: string;
}

export interface OscalMetadata extends JsonObject {
  title: string;
  'last-modified': string;
  version: string;
  'oscal-version': string;
  props?: OscalProp[];
  links?: OscalLink[];
}

export interface OscalResource extends JsonObject {
  uuid: string;
  title?: string;
  description?: string;
  rlinks?: { href: string; 'media-type'?: string; [name: string]: unknown }[];
}

export interface OscalBackMatter extends JsonObject {
  resources?: OscalResource[];
}

/** What every OSCAL document begins with. */
export interface OscalDocument extends JsonObject {
  uuid: string;
  metadata: OscalMetadata;
  'back-matter'?: OscalBackMatter;
}

const readable = /^1\.(0\.([4-9]|[1-9]\d+)|1\.\d+|2\.[01])$/;

export function checkProps(object: JsonObject, pointer: string): void {
  checkEach(object, pointer, 'props', (item, place) => {
    const members = {
      'name!': 'token',
      'value!': 'string',
      ns: 'uri',
      class: 'token',
      uuid: 'uuid',
      group: 'token',
    } as const;
    checkMembers(asObject(item, place), place, { ...members, remarks: 'text' });
  });
}

export function checkLinks(object: JsonObject, pointer: string, references?: References): void {
  checkEach(object, pointer, 'links', (item, place) => {
    const link = asObject(item, place);
    checkMembers(link, place, { 'href!': 'href', rel: 'token', 'media-type': 'string', text: 'text' });
    references?.link(link.href as string, below(place, 'href'));
  });
}

function checkResponsible(object: JsonObject, pointer: string): void {
  checkEach(object, pointer, 'responsible-parties', (item, place) => {
    const entry = asObject(item, place);
    checkMembers(entry, place, { 'role-id!': 'token' });
    checkSome(entry, place, 'party-uuids', (id, at) => asText(id, at, 'uuid'));
  });
}

/** @throws OscalError where metadata is not as OSCAL has it, or of a version that is not read */
export function checkMetadata(value: unknown, pointer: string, references?: References): OscalMetadata {
  const metadata = asObject(value, pointer);
  checkMembers(metadata, pointer, {
    'title!': 'string',
    'last-modified!': 'dateTime',
    published: 'dateTime',
    'version!': 'string',
    'oscal-version!': 'string',
    remarks: 'text',
  });
  if (!readable.test(metadata['oscal-version'] as string)) {
    throw new OscalError(below(pointer, 'oscal-version'), metadata['oscal-version'], 'must be 1.0.4 to 1.2.1');
  }
  checkProps(metadata, pointer);
  checkLinks(metadata, pointer, references);
  checkResponsible(metadata, pointer);
  checkEach(metadata, pointer, 'roles', (item, place) => {
    const role = asObject(item, place);
    checkMembers(role, place, { 'id!': 'token', 'title!': 'string' });
    references?.define(role.id);
  });
  for (const name of ['parties', 'locations']) {
    checkEach(metadata, pointer, name, (item, place) => {
      const entry = asObject(item, place);
      checkMembers(entry, place, { 'uuid!': 'uuid' });
      references?.define(entry.uuid);
    });
  }
  checkEach(metadata, pointer, 'revisions', (item, place) => {
    checkMembers(asObject(item, place), place, {
      'version!': 'string',
      'last-modified': 'dateTime',
      published: 'dateTime',
    });
  });
  checkEach(metadata, pointer, 'document-ids', (item, place) => {
    checkMembers(asObject(item, place), place, { 'identifier!': 'string' });
  });
  return metadata as OscalMetadata;
}

/** @throws OscalError where back matter is not as OSCAL has it */
export function checkBackMatter(value: unknown, pointer: string, references?: References): OscalBackMatter {
  const backMatter = asObject(value, pointer);
  checkEach(backMatter, pointer, 'resources', (item, place) => {
    const resource = asObject(item, place);
    checkMembers(resource, place, { 'uuid!': 'uuid', title: 'string', description: 'text', remarks: 'text' });
    references?.define(resource.uuid);
    checkProps(resource, place);
    checkEach(resource, place, 'rlinks', (link, at) => checkMembers(asObject(link, at), at, { 'href!': 'href' }));
  });
  return backMatter;
}

/** The object under its one name, with what every OSCAL document has looked at. */
export function checkDocument<T extends OscalDocument>(json: unknown, name: string, references?: References): T {
  checkShape(json);
  const root = asObject(json, '');
  for (const key of Object.keys(root)) {
    if (key !== name && key !== '$schema') throw new OscalError(below('', key), root[key], `must be "${name}"`);
  }
  const pointer = below('', name);
  const document = asObject(Object.hasOwn(root, name) ? root[name] : undefined, pointer);
  checkMembers(document, pointer, { 'uuid!': 'uuid' });
  checkMetadata(document.metadata, below(pointer, 'metadata'), references);
  if (Object.hasOwn(document, 'back-matter')) {
    checkBackMatter(document['back-matter'], below(pointer, 'back-matter'), references);
  }
  return document as T;
}
