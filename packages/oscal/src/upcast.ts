import { type JsonObject, setMember } from './json/structure.ts';
import { oscalVersion } from './metadata.ts';

/**
 * What 1.2.1 refuses and 1.0.4 to 1.1.3 let stand, found by comparing NIST's JSON schemas:
 * - titles, labels, choices and texts of links are one line (1.2.0 on);
 * - a parameter has `values` or a `select`, a party `addresses` or `location-uuids` (1.2.0 on);
 * - a profile's import says what it includes, and a merge how it is structured (1.2.0 on);
 * - zones are those that exist, file names are tokens, hrefs are in ASCII;
 * - an empty array is left out (always so, but other tools write them).
 * Groups with both groups and controls are the assembler's to part (`catalog/tree.ts`).
 */
const lines = new Set(['title', 'label', 'text', 'purpose']);
const values = new Set([
  ...['value', 'version', 'name', 'identifier', 'short-name', 'media-type', 'resource-fragment'],
  ...['city', 'state', 'postal-code', 'country', 'number'],
]);
const dates = new Set(['last-modified', 'published', 'date']);
/** Every array of the four models; an extension's own may be empty. */
const arrays = new Set(
  [
    'actions addr-lines addresses adds alters authorized-privileges capabilities choice components',
    'constraints control-implementations controls document-ids email-addresses exclude-controls',
    'external-ids functions-performed groups guidelines hashes implemented-components',
    'implemented-requirements import-component-definitions imports include-controls',
    'incorporates-components insert-controls links location-uuids locations mappings maps matching',
    'member-of-organizations params parties parts party-uuids port-ranges props protocols qualifiers',
    'removes resources responsible-parties responsible-roles revisions rlinks role-ids roles',
    'set-parameters sources statements targets telephone-numbers tests unmapped-controls urls values',
    'with-ids',
  ].flatMap((names) => names.split(' ')),
);
const zone = /(Z|-((0\d|1[0-2]):00|0[39]:30)|\+((0\d|1[0-4]):00|(0[34569]|10):30|(0[58]|12):45))$/;

const oneLine = (text: string) => text.replace(/\s*[\n\r\u2028\u2029]\s*/g, ' ');
const asciiReference = (href: string) =>
  href.trim().replace(/[^!-~]+|["<>\\^`{|}]|%(?![0-9a-fA-F]{2})/gu, (part) => encodeURIComponent(part.toWellFormed()));
const inUtc = (text: string) => (zone.test(text) ? text : new Date(text).toISOString());
/** A token of OSCAL from any text: letters, digits, `.`, `-` and `_`, a letter or `_` first. */
export const oscalToken = (text: string) => text.replace(/[^\p{L}\p{N}.\-_]/gu, '_').replace(/^(?![\p{L}_])/u, '_');

function upcastText(text: string, name: string): string {
  if (lines.has(name)) return oneLine(text);
  if (values.has(name)) return oneLine(text).trim();
  if (name === 'href' || name === 'source') return asciiReference(text);
  if (dates.has(name)) return inUtc(text);
  return name === 'filename' ? oscalToken(text) : text;
}

/** Both were allowed at once; the choice is kept as guidance, because what was chosen is the stronger word. */
function upcastParam(param: JsonObject): JsonObject {
  const { select, ...rest } = param;
  if (select === undefined || !Array.isArray(param.values) || param.values.length === 0) return param;
  const { choice, 'how-many': howMany } = select as { choice?: string[]; 'how-many'?: string };
  if (!choice || choice.length === 0) return rest;
  const prose = `Choice (${howMany ?? 'one'}): ${choice.join('; ')}`;
  return { ...rest, guidelines: [...((rest.guidelines as unknown[]) ?? []), { prose }] };
}

function upcastParty(party: JsonObject): JsonObject {
  const { 'location-uuids': locations, ...rest } = party;
  if (!Array.isArray(party.addresses) || party.addresses.length === 0 || !Array.isArray(locations)) return party;
  const remarks = [party.remarks, `Locations: ${locations.join(', ')}`].filter(Boolean).join('\n\n');
  return { ...rest, remarks };
}

function upcastObject(object: JsonObject, within: string): JsonObject {
  if (within === 'params' || within === 'set-parameters') return upcastParam(object);
  if (within === 'base64' && typeof object.value === 'string') {
    return { ...object, value: object.value.replace(/\s+/g, '') };
  }
  return within === 'parties' ? upcastParty(object) : object;
}

/**
 * A copy as OSCAL 1.2.1 has it. `name` is the member that the value stands under: it decides what is repaired.
 * Members that OSCAL does not know go along.
 */
export function upcast<T>(value: T, name = ''): T {
  if (typeof value === 'string') return upcastText(value, name) as T;
  if (Array.isArray(value)) return value.map((item) => upcast(item, arrayItems[name] ?? name)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy: JsonObject = {};
  for (const [member, inner] of Object.entries(upcastObject(value as JsonObject, name))) {
    const empty = Array.isArray(inner) ? inner.length === 0 && arrays.has(member) : lines.has(member) && inner === '';
    if (!empty) setMember(copy, member, upcast(inner, member));
  }
  return copy as T;
}

/** Arrays of strings, whose items are repaired like a member of that name. */
const arrayItems: Readonly<Record<string, string>> = { choice: 'title', values: 'value', 'addr-lines': 'value' };

/** Metadata with the version that is written. */
export function upcastMetadata<T extends JsonObject>(metadata: T): T {
  return { ...upcast(metadata, 'metadata'), 'oscal-version': oscalVersion };
}
