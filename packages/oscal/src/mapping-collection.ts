import { below, OscalError, type OscalWarning } from './error.ts';
import { asObject, asOneOf, checkEach, checkMembers, checkSome, type JsonObject } from './json/structure.ts';
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

/** How sources relate to targets; others are allowed in a namespace (`ns`) of their own. */
export const mappingRelationships = [
  'equivalent-to',
  'equal-to',
  'subset-of',
  'superset-of',
  'intersects-with',
  'no-relationship',
] as const;

export type OscalConfidence = { category: string } | { percentage: number };

export interface OscalMappingItem extends JsonObject {
  type: 'control' | 'statement';
  'id-ref': string;
}

export interface OscalMap extends JsonObject {
  uuid: string;
  relationship: string;
  ns?: string;
  'matching-rationale'?: 'syntactic' | 'semantic' | 'functional';
  sources: OscalMappingItem[];
  targets: OscalMappingItem[];
  'confidence-score'?: OscalConfidence;
  props?: OscalProp[];
  links?: OscalLink[];
  remarks?: string;
}

export interface OscalMappingResource extends JsonObject {
  /** `catalog` or `profile`. */
  type: string;
  href: string;
}

export interface OscalMapping extends JsonObject {
  uuid: string;
  'source-resource': OscalMappingResource;
  'target-resource': OscalMappingResource;
  maps: OscalMap[];
}

export interface OscalMappingProvenance extends JsonObject {
  method: 'human' | 'automation' | 'hybrid';
  'matching-rationale': 'syntactic' | 'semantic' | 'functional';
  status: 'complete' | 'not-complete' | 'draft' | 'deprecated' | 'superseded';
  'mapping-description': string;
  'confidence-score'?: OscalConfidence;
}

/** Mappings between the controls of two catalogs or profiles, and how they came about. */
export interface OscalMappingCollection extends OscalDocument {
  provenance: OscalMappingProvenance;
  mappings: OscalMapping[];
}

const provenanceValues = {
  method: ['human', 'automation', 'hybrid'],
  'matching-rationale': ['syntactic', 'semantic', 'functional'],
  status: ['complete', 'not-complete', 'draft', 'deprecated', 'superseded'],
} as const;

/** What provenance says of all, and a mapping or map may say of itself. */
function checkProvenance(object: JsonObject, pointer: string, required: boolean): void {
  for (const [name, allowed] of Object.entries(provenanceValues)) {
    if (required || object[name] !== undefined) asOneOf(object[name], below(pointer, name), allowed);
  }
  checkMembers(object, pointer, {
    [required ? 'mapping-description!' : 'mapping-description']: 'text',
    remarks: 'text',
  });
  checkProps(object, pointer);
  checkLinks(object, pointer);
  if (object.coverage !== undefined) {
    const place = below(pointer, 'coverage');
    const target = asObject(object.coverage, place)['target-coverage'];
    if (typeof target !== 'number') throw new OscalError(below(place, 'target-coverage'), target, 'must be a number');
  }
  if (object['confidence-score'] === undefined) return;
  const place = below(pointer, 'confidence-score');
  const { category, percentage } = asObject(object['confidence-score'], place);
  if (category !== undefined && percentage !== undefined) {
    throw new OscalError(place, undefined, 'must have a category or a percentage');
  }
  if (category !== undefined) checkMembers({ category }, place, { category: 'string' });
  if (percentage !== undefined && !(typeof percentage === 'number' && percentage >= 0 && percentage <= 1)) {
    throw new OscalError(below(place, 'percentage'), percentage, 'must be a number from 0 to 1');
  }
}

function checkMap(item: unknown, pointer: string, uuids: Uuids): void {
  const map = asObject(item, pointer);
  uuids.note(map, pointer);
  checkMembers(map, pointer, { 'relationship!': 'token', ns: 'uri' });
  if (map.ns === undefined || map.ns === 'http://csrc.nist.gov/ns/oscal')
    asOneOf(map.relationship, below(pointer, 'relationship'), mappingRelationships);
  checkProvenance(map, pointer, false);
  for (const side of ['sources', 'targets']) {
    checkSome(map, pointer, side, (entry, at) => {
      const end = asObject(entry, at);
      asOneOf(end.type, below(at, 'type'), ['control', 'statement']);
      checkMembers(end, at, { 'id-ref!': 'string' });
    });
  }
  checkEach(map, pointer, 'qualifiers', (entry, at) => {
    const members = {
      'subject!': 'string',
      'predicate!': 'string',
      'category!': 'string',
      'description!': 'text',
    } as const;
    checkMembers(asObject(entry, at), at, members);
  });
}

/**
 * Reads an OSCAL mapping collection (1.2.0 and 1.2.1) from its parsed JSON. Members that OSCAL does not know are kept.
 * A single mapping, which the schema allows in place of the array, becomes an array of one.
 * @throws OscalError at the first place that is not as OSCAL has it
 */
export function readMappingCollection(json: unknown): {
  collection: OscalMappingCollection;
  warnings: OscalWarning[];
} {
  const read = checkDocument<OscalMappingCollection>(json, 'mapping-collection');
  const collection = Array.isArray(read.mappings) || !read.mappings ? read : { ...read, mappings: [read.mappings] };
  const pointer = '/mapping-collection';
  const uuids = new Uuids();
  uuids.note(collection, pointer);
  const provenance = below(pointer, 'provenance');
  checkProvenance(asObject(collection.provenance, provenance), provenance, true);
  checkSome(collection, pointer, 'mappings', (item, at) => {
    const mapping = asObject(item, at);
    uuids.note(mapping, at);
    checkProvenance(mapping, at, false);
    for (const name of ['source-resource', 'target-resource']) {
      const place = below(at, name);
      checkMembers(asObject(mapping[name], place), place, { 'type!': 'token', 'href!': 'href', ns: 'uri' });
    }
    checkSome(mapping, at, 'maps', (map, place) => checkMap(map, place, uuids));
  });
  return { collection, warnings: uuids.list() };
}

/** The OSCAL 1.2.1 JSON of a mapping collection. */
export function assembleMappingCollection(collection: OscalMappingCollection): {
  'mapping-collection': OscalMappingCollection;
} {
  return { 'mapping-collection': { ...upcast(collection), metadata: upcastMetadata(collection.metadata) } };
}
