import { below, OscalError } from '../error.ts';
import { asObject, asOneOf, asText, checkEach, checkMembers, type JsonObject } from '../json/structure.ts';
import { checkLinks, checkProps } from '../metadata.ts';
import type { References } from '../references.ts';
import type { OscalContent } from './model.ts';

/** What must be unique in a catalog, and what its links point at. */
export interface Seen {
  readonly paramIds: Set<string>;
  readonly references: References;
}

/** @throws OscalError at the parameter that is not as OSCAL has it, or has an id for the second time */
export function checkParams(object: JsonObject, pointer: string, seen?: Seen): void {
  checkEach(object, pointer, 'params', (item, place) => {
    const param = asObject(item, place);
    checkMembers(param, place, { 'id!': 'token', class: 'token', label: 'text', usage: 'text', remarks: 'text' });
    checkParamContent(param, place, seen?.references);
    if (!seen) return;
    if (seen.paramIds.has(param.id as string)) {
      throw new OscalError(below(place, 'id'), param.id, 'must be a parameter id that the catalog has once');
    }
    seen.paramIds.add(param.id as string);
    seen.references.define(param.id);
  });
}

/** What a parameter and a profile's setting of one have in common. */
export function checkParamContent(param: JsonObject, pointer: string, references?: References): void {
  checkProps(param, pointer);
  checkLinks(param, pointer, references);
  checkEach(param, pointer, 'values', (value, at) => asText(value, at, 'string'));
  checkEach(param, pointer, 'guidelines', (value, at) => checkMembers(asObject(value, at), at, { 'prose!': 'text' }));
  checkEach(param, pointer, 'constraints', (value, at) =>
    checkMembers(asObject(value, at), at, { description: 'text' }),
  );
  if (param.select === undefined) return;
  const place = below(pointer, 'select');
  const select = asObject(param.select, place);
  if (select['how-many'] !== undefined) asOneOf(select['how-many'], below(place, 'how-many'), ['one', 'one-or-more']);
  checkEach(select, place, 'choice', (value, at) => asText(value, at, 'string'));
}

/** @throws OscalError at the part that is not as OSCAL has it */
export function checkParts(object: JsonObject, pointer: string, references?: References): void {
  checkEach(object, pointer, 'parts', (item, place) => {
    const part = asObject(item, place);
    const members = {
      'name!': 'token',
      id: 'token',
      ns: 'uri',
      class: 'token',
      title: 'string',
      prose: 'text',
    } as const;
    checkMembers(part, place, members);
    references?.define(part.id);
    checkProps(part, place);
    checkLinks(part, place, references);
    checkParts(part, place, references);
  });
}

/** @throws OscalError where the content of a group or control is not as OSCAL has it */
export function checkContent(content: JsonObject, pointer: string, seen: Seen): OscalContent {
  checkMembers(content, pointer, { 'title!': 'string', class: 'token' });
  checkParams(content, pointer, seen);
  checkProps(content, pointer);
  checkLinks(content, pointer, seen.references);
  checkParts(content, pointer, seen.references);
  return content as OscalContent;
}
