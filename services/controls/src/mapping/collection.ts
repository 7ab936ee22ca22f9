import type { Relationship } from '@annex/catalogues';
import type {
  OscalConfidence,
  OscalDocument,
  OscalMap,
  OscalMapping,
  OscalMappingProvenance,
  OscalProp,
} from '@annex/oscal';
import type { FieldFault } from '@annex/schema';
import { longest, type OwnMapping, pairOf } from './own.ts';

/** The frameworks that a mapping leads from and to. */
export interface Between {
  readonly source: string;
  readonly target: string;
}

export const wayOf = ({ source, target }: Between) => `${source} ${target}`;

/** A collection without its mappings. */
export interface CollectionHead extends OscalDocument {
  provenance: OscalMappingProvenance;
}

/** What the words of OSCAL mean as sets; others mean nothing here. */
export const relationships: Readonly<Record<string, Relationship>> = {
  'equal-to': 'EQUAL',
  'equivalent-to': 'EQUAL',
  'subset-of': 'SUBSET',
  'superset-of': 'SUPERSET',
  'intersects-with': 'INTERSECT',
};

const oscalNamespace = 'http://csrc.nist.gov/ns/oscal';
export const ownNamespace = 'urn:annex:oscal';
export const frameworkUrn = 'urn:annex:framework:';

/** The framework that a reference of ours names. */
export const frameworkNamed = (href: string) =>
  href.startsWith(frameworkUrn) ? href.slice(frameworkUrn.length) : null;

/** What a map says of two sets; null where it relates nothing, or in the words of somebody else. */
export function relationshipOf({ relationship, ns }: OscalMap): Relationship | null {
  return ns === undefined || ns === oscalNamespace ? (relationships[relationship] ?? null) : null;
}

/**
 * What a relationship between all sources together and all targets together says of one of each. A part of a part is a part; anything
 * else that is named together only shares something.
 */
export function ofEach(whole: Relationship, sources: number, targets: number): { of: Relationship; weakened: boolean } {
  if (sources === 1 && targets === 1) return { of: whole, weakened: false };
  if (targets === 1 && (whole === 'EQUAL' || whole === 'SUBSET')) return { of: 'SUBSET', weakened: false };
  if (sources === 1 && (whole === 'EQUAL' || whole === 'SUPERSET')) return { of: 'SUPERSET', weakened: false };
  return { of: 'INTERSECT', weakened: true };
}

const percentageOf = (score: OscalConfidence | undefined) => (score && 'percentage' in score ? score.percentage : null);
export const isProvenance = (prop: OscalProp) => prop.ns === ownNamespace && prop.name === 'provenance';
const filled = (...texts: readonly (string | undefined)[]) => texts.find((text) => text?.trim())?.trim() ?? '';

/** The grounds, author and strength of a map, from the place nearest to it that states them. */
export function saidBy(
  map: OscalMap,
  mapping: OscalMapping,
  { provenance, metadata }: CollectionHead,
): Pick<OwnMapping, 'rationale' | 'provenance' | 'strength'> {
  const described = (mapping as { 'mapping-description'?: string })['mapping-description'];
  const score = [map['confidence-score'], mapping['confidence-score'], provenance['confidence-score']].find(Boolean);
  const rationale = filled(map.remarks, described, provenance['mapping-description'], metadata.title);
  const author = filled(map.props?.find(isProvenance)?.value, `${metadata.title}, version ${metadata.version}`);
  return {
    rationale: rationale.slice(0, longest.rationale).toWellFormed(),
    provenance: author.slice(0, longest.provenance).toWellFormed(),
    strength: percentageOf(score as OscalConfidence | undefined),
  };
}

/** Finds the place that a reference names in a framework. */
export type FindPlace = (framework: string, reference: string) => string | undefined;

/** A place and what documents may name it by, the most binding name first. */
export interface NamedPlace {
  readonly id: string;
  readonly names: readonly string[];
}

/** Finds places by their names: as written before in any case, OSCAL's id before the number. What could be several is none. */
export function placeFinder(places: readonly NamedPlace[]): (reference: string) => string | undefined {
  const most = Math.max(0, ...places.map((place) => place.names.length));
  const ranks = [(name: string) => name, (name: string) => name.toLowerCase()].flatMap((written) =>
    Array.from({ length: most }, (_, rank) => {
      const found = new Map<string, string | undefined>();
      for (const { id, names } of places) {
        const name = names[rank];
        if (name === undefined) continue;
        const key = written(name);
        found.set(key, found.has(key) && found.get(key) !== id ? undefined : id);
      }
      return (reference: string) => found.get(written(reference));
    }),
  );
  return (reference) => {
    for (const look of ranks) {
      const id = look(reference);
      if (id) return id;
    }
    return undefined;
  };
}

export interface FoundPair extends Omit<OwnMapping, 'id'> {
  /** `mapping/map/source/target`, counted from 0. */
  readonly origin: string;
  /** The JSON pointer of the map. */
  readonly pointer: string;
}

/** The pairs of a collection, with everything that is wrong with its references; pairs may be kept only where there is nothing. */
export function pairsOf(
  head: CollectionHead,
  mappings: readonly OscalMapping[],
  frameworks: readonly Between[],
  find: FindPlace,
) {
  const pairs: FoundPair[] = [];
  const faults: FieldFault[] = [];
  const warnings: { place: string; message: string }[] = [];
  const seen = new Map<string, string>();
  mappings.forEach((mapping, m) => {
    const between = frameworks[m] as Between;
    mapping.maps.forEach((map, n) => {
      const pointer = `/mapping-collection/mappings/${m}/maps/${n}`;
      const ends = (side: 'sources' | 'targets', framework: string) =>
        map[side].map((item, index) => {
          const id = find(framework, item['id-ref']);
          if (id) return id;
          faults.push({
            field: `${pointer}/${side}/${index}/id-ref`,
            given: item['id-ref'],
            allowed: `must be a control or clause of ${framework}`,
          });
          return undefined;
        });
      const [sources, targets] = [ends('sources', between.source), ends('targets', between.target)];
      const whole = relationshipOf(map);
      if (!whole) {
        if (map.relationship !== 'no-relationship')
          warnings.push({
            place: `${pointer}/relationship`,
            message: 'Kept, and counted for nothing: it is of another namespace',
          });
        return;
      }
      const { of: relationship, weakened } = ofEach(whole, sources.length, targets.length);
      if (weakened)
        warnings.push({
          place: pointer,
          message: 'What is named together on both sides is taken pair by pair to share something',
        });
      const said = saidBy(map, mapping, head);
      sources.forEach((sourceId, s) => {
        targets.forEach((targetId, t) => {
          if (!sourceId || !targetId) return;
          const pair = pairOf(sourceId, targetId);
          const twin = seen.get(pair);
          if (sourceId === targetId)
            faults.push({ field: pointer, given: sourceId, allowed: 'must not map a place to itself' });
          else if (twin)
            faults.push({ field: pointer, given: pair, allowed: `must map a pair once; ${twin} maps it too` });
          seen.set(pair, pointer);
          pairs.push({ sourceId, targetId, relationship, ...said, origin: `${m}/${n}/${s}/${t}`, pointer });
        });
      });
    });
  });
  return { pairs, faults, warnings };
}
