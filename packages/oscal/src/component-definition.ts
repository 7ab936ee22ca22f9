import type { OscalWarning } from './error.ts';
import { asObject, asText, checkEach, checkMembers, checkSome, type JsonObject } from './json/structure.ts';
import {
  checkDocument,
  checkLinks,
  checkProps,
  type OscalDocument,
  type OscalLink,
  type OscalProp,
} from './metadata.ts';
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

function checkCommon(item: unknown, pointer: string, uuids: Uuids): JsonObject {
  const object = asObject(item, pointer);
  uuids.note(object, pointer);
  checkMembers(object, pointer, { 'description!': 'text', remarks: 'text' });
  checkProps(object, pointer);
  checkLinks(object, pointer);
  checkEach(object, pointer, 'responsible-roles', (role, at) =>
    checkMembers(asObject(role, at), at, { 'role-id!': 'token' }),
  );
  checkEach(object, pointer, 'set-parameters', (setting, at) => {
    const members = asObject(setting, at);
    checkMembers(members, at, { 'param-id!': 'token' });
    checkSome(members, at, 'values', (value, place) => asText(value, place, 'string'));
  });
  return object;
}

function checkImplementations(object: JsonObject, pointer: string, uuids: Uuids): void {
  checkEach(object, pointer, 'control-implementations', (item, place) => {
    const implementation = checkCommon(item, place, uuids);
    checkMembers(implementation, place, { 'source!': 'href' });
    checkSome(implementation, place, 'implemented-requirements', (entry, at) => {
      const requirement = checkCommon(entry, at, uuids);
      checkMembers(requirement, at, { 'control-id!': 'token' });
      checkEach(requirement, at, 'statements', (statement, within) => {
        checkMembers(checkCommon(statement, within, uuids), within, { 'statement-id!': 'token' });
      });
    });
  });
}

/**
 * Reads an OSCAL component definition (1.0.4 to 1.2.1) from its parsed JSON. Members that OSCAL does not know are kept;
 * a UUID that stands twice is a warning.
 * @throws OscalError at the first place that is not as OSCAL has it
 */
export function readComponentDefinition(json: unknown): {
  definition: OscalComponentDefinition;
  warnings: OscalWarning[];
} {
  const definition = checkDocument<OscalComponentDefinition>(json, 'component-definition');
  const pointer = '/component-definition';
  const uuids = new Uuids();
  uuids.note(definition, pointer);
  checkEach(definition, pointer, 'import-component-definitions', (item, at) => {
    checkMembers(asObject(item, at), at, { 'href!': 'href' });
  });
  checkEach(definition, pointer, 'components', (item, at) => {
    const component = checkCommon(item, at, uuids);
    checkMembers(component, at, { 'type!': 'string', 'title!': 'string', purpose: 'text' });
    checkEach(component, at, 'protocols', (protocol, place) => {
      checkMembers(asObject(protocol, place), place, { uuid: 'uuid', name: 'string', title: 'string' });
    });
    checkImplementations(component, at, uuids);
  });
  checkEach(definition, pointer, 'capabilities', (item, at) => {
    const capability = checkCommon(item, at, uuids);
    checkMembers(capability, at, { 'name!': 'string' });
    checkEach(capability, at, 'incorporates-components', (entry, place) => {
      checkMembers(asObject(entry, place), place, { 'component-uuid!': 'uuid', 'description!': 'text' });
    });
    checkImplementations(capability, at, uuids);
  });
  return { definition, warnings: uuids.list() };
}

/** The OSCAL 1.2.1 JSON of a component definition. */
export function assembleComponentDefinition(definition: OscalComponentDefinition): {
  'component-definition': OscalComponentDefinition;
} {
  return { 'component-definition': { ...upcast(definition), metadata: upcastMetadata(definition.metadata) } };
}
