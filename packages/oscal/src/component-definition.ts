import { below, OscalError, type OscalWarning } from './error.ts';
import { asObject, asText, checkEach, checkMembers, checkSome, type JsonObject } from './json/structure.ts';
import {
  checkDocument,
  checkLinks,
  checkProps,
  type OscalDocument,
  type OscalLink,
  type OscalProp,
} from './metadata.ts';
import { References, Warnings } from './references.ts';
import { upcast, upcastMetadata } from './upcast.ts';
import { Uuids } from './uuids.ts';

interface Described extends JsonObject {
  uuid: string;
  description: string;
  props?: OscalProp[];
  links?: OscalLink[];
}

/** How a statement of a control is met. */
export interface OscalStatement extends Described {
  'statement-id': string;
}

/** How a control is met. */
export interface OscalImplementedRequirement extends Described {
  'control-id': string;
  statements?: OscalStatement[];
  'set-parameters'?: { 'param-id': string; values: string[]; [name: string]: unknown }[];
}

/** Which controls of a source (a catalog or profile) are met. */
export interface OscalControlImplementation extends Described {
  source: string;
  'implemented-requirements': OscalImplementedRequirement[];
}

export interface OscalComponent extends Described {
  type: string;
  title: string;
  'control-implementations'?: OscalControlImplementation[];
}

export interface OscalCapability extends Described {
  name: string;
  'control-implementations'?: OscalControlImplementation[];
}

export interface OscalComponentDefinition extends OscalDocument {
  components?: OscalComponent[];
  capabilities?: OscalCapability[];
  'import-component-definitions'?: { href: string; [name: string]: unknown }[];
}

/** One pass over a definition: what it defines, what it points at, and what is odd about it. */
class Definition {
  readonly references: References;
  readonly #warnings = new Warnings();
  readonly #uuids = new Uuids();
  readonly #parts = new Map<string, string>();
  readonly #resources: ReadonlySet<string>;

  constructor(document: OscalComponentDefinition, references: References) {
    this.references = references;
    const resources = document['back-matter']?.resources ?? [];
    this.#resources = new Set(resources.map(({ uuid }) => uuid.toLowerCase()));
  }

  note(object: JsonObject, pointer: string): void {
    this.#uuids.note(object, pointer);
    this.references.define(object.uuid);
  }

  /** A component or capability: others name it by its UUID, so no two may have the same. @throws OscalError */
  part(object: JsonObject, pointer: string): void {
    const place = below(pointer, 'uuid');
    const uuid = asText(object.uuid, place, 'uuid').toLowerCase();
    const twin = this.#parts.get(uuid);
    if (twin !== undefined) throw new OscalError(place, object.uuid, `must be unique; it is that of ${twin} too`);
    this.#parts.set(uuid, pointer);
  }

  /** @throws OscalError where a source within the document is not there */
  source(href: unknown, pointer: string): void {
    if (typeof href !== 'string' || !href.startsWith('#') || this.#resources.has(href.slice(1).toLowerCase())) return;
    throw new OscalError(below(pointer, 'source'), href, 'must be the uuid of a resource in the back matter');
  }

  /** @throws OscalError where a component is named that is not there, unless it may be in a definition that is imported */
  component(uuid: unknown, pointer: string, imports: boolean): void {
    const place = below(pointer, 'component-uuid');
    if (this.#parts.has(asText(uuid, place, 'uuid').toLowerCase())) return;
    if (!imports) throw new OscalError(place, uuid, 'must be the uuid of a component of the definition');
    const message = 'The definition has no such component; those that it imports are not opened';
    this.#warnings.add({ code: 'DANGLING_LINK', pointer: place, given: String(uuid), message });
  }

  list(): OscalWarning[] {
    this.references.dangling(this.#warnings);
    return [...this.#uuids.list(), ...this.#warnings.list()];
  }
}

function checkCommon(item: unknown, pointer: string, within: Definition): JsonObject {
  const object = asObject(item, pointer);
  within.note(object, pointer);
  checkMembers(object, pointer, { 'description!': 'text', remarks: 'text' });
  checkProps(object, pointer);
  checkLinks(object, pointer, within.references);
  checkEach(object, pointer, 'responsible-roles', (entry, at) => {
    const role = asObject(entry, at);
    checkMembers(role, at, { 'role-id!': 'token', remarks: 'text' });
    checkProps(role, at);
    checkLinks(role, at, within.references);
    checkEach(role, at, 'party-uuids', (uuid, place) => {
      within.references.link(`#${asText(uuid, place, 'uuid')}`, place);
    });
  });
  checkEach(object, pointer, 'set-parameters', (setting, at) => {
    const members = asObject(setting, at);
    checkMembers(members, at, { 'param-id!': 'token', remarks: 'text' });
    checkSome(members, at, 'values', (value, place) => asText(value, place, 'string'));
  });
  return object;
}

function checkImplementations(object: JsonObject, pointer: string, within: Definition): void {
  checkEach(object, pointer, 'control-implementations', (item, place) => {
    const implementation = checkCommon(item, place, within);
    checkMembers(implementation, place, { 'source!': 'href' });
    within.source(implementation.source, place);
    checkSome(implementation, place, 'implemented-requirements', (entry, at) => {
      const requirement = checkCommon(entry, at, within);
      checkMembers(requirement, at, { 'control-id!': 'token' });
      checkEach(requirement, at, 'statements', (statement, inner) => {
        checkMembers(checkCommon(statement, inner, within), inner, { 'statement-id!': 'token' });
      });
    });
  });
}

function checkProtocol(item: unknown, pointer: string, within: Definition): void {
  const protocol = asObject(item, pointer);
  checkMembers(protocol, pointer, { uuid: 'uuid', name: 'string', title: 'string' });
  within.references.define(protocol.uuid);
}

/**
 * Reads an OSCAL component definition (1.0.4 to 1.2.1) from its parsed JSON. Members that OSCAL does not know are kept; a link within the
 * document that leads nowhere, and a UUID that stands twice, are warnings.
 * @throws OscalError at the first place that is not as OSCAL has it: two components of one UUID, and a source or component that is not
 * there, among others
 */
export function readComponentDefinition(json: unknown): {
  definition: OscalComponentDefinition;
  warnings: OscalWarning[];
} {
  const pointer = '/component-definition';
  const references = new References();
  const definition = checkDocument<OscalComponentDefinition>(json, 'component-definition', references);
  const within = new Definition(definition, references);
  within.note(definition, pointer);
  checkEach(definition, pointer, 'import-component-definitions', (item, at) => {
    checkMembers(asObject(item, at), at, { 'href!': 'href', remarks: 'text' });
  });
  checkEach(definition, pointer, 'components', (item, at) => {
    const component = checkCommon(item, at, within);
    within.part(component, at);
    checkMembers(component, at, { 'type!': 'string', 'title!': 'string', purpose: 'text' });
    checkEach(component, at, 'protocols', (protocol, place) => checkProtocol(protocol, place, within));
    checkImplementations(component, at, within);
  });
  const imports = (definition['import-component-definitions'] ?? []).length > 0;
  checkEach(definition, pointer, 'capabilities', (item, at) => {
    const capability = checkCommon(item, at, within);
    within.part(capability, at);
    checkMembers(capability, at, { 'name!': 'string' });
    checkEach(capability, at, 'incorporates-components', (entry, place) => {
      const incorporated = asObject(entry, place);
      checkMembers(incorporated, place, { 'component-uuid!': 'uuid', 'description!': 'text' });
      within.component(incorporated['component-uuid'], place, imports);
    });
    checkImplementations(capability, at, within);
  });
  return { definition, warnings: within.list() };
}

/** The OSCAL 1.2.1 JSON of a component definition. */
export function assembleComponentDefinition(definition: OscalComponentDefinition): {
  'component-definition': OscalComponentDefinition;
} {
  return { 'component-definition': { ...upcast(definition), metadata: upcastMetadata(definition.metadata) } };
}
