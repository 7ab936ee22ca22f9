import type { Relationship } from '@annex/catalogues';
import { nameUuid, type OscalConfidence, type OscalMap, type OscalMapping, type OscalProp } from '@annex/oscal';
import {
  type Between,
  type CollectionHead,
  frameworkUrn,
  isProvenance,
  ownNamespace,
  relationshipOf,
  relationships,
  saidBy,
} from './collection.ts';
import type { OwnMapping } from './own.ts';

/** OSCAL's word for a relationship. */
const words: Readonly<Record<Relationship, string>> = {
  EQUAL: 'equal-to',
  SUBSET: 'subset-of',
  SUPERSET: 'superset-of',
  INTERSECT: 'intersects-with',
};

const hrefOf = (framework: string) => `${frameworkUrn}${framework}`;

interface KeptPair extends OwnMapping {
  readonly version: number;
  readonly origin: string | null;
}

/** A map of one pair that people changed, or whose fellows they took away: what it came with goes along. */
function rewritten(map: OscalMap, mapping: OscalMapping, head: CollectionHead, pair: KeptPair): OscalMap {
  const [, , s, t] = (pair.origin ?? '').split('/').map(Number);
  const alone = map.sources.length === 1 && map.targets.length === 1;
  const said = saidBy(map, mapping, head);
  const { ns: _, ...kept } = map;
  const others = (map.props ?? []).filter((prop) => !isProvenance(prop));
  return {
    ...(kept as OscalMap),
    uuid: alone ? map.uuid : nameUuid(`annex-own-mapping:${pair.id}`),
    // A word that means the same is left as it stands.
    relationship:
      alone && relationships[map.relationship] === pair.relationship ? map.relationship : words[pair.relationship],
    sources: [map.sources[s ?? 0] as OscalMap['sources'][number]],
    targets: [map.targets[t ?? 0] as OscalMap['targets'][number]],
    ...(said.rationale === pair.rationale ? {} : { remarks: pair.rationale }),
    ...(said.strength === pair.strength ? {} : { 'confidence-score': scoreOf(pair.strength) }),
    ...(said.provenance === pair.provenance ? {} : { props: [...others, propOf(pair.provenance)] }),
  };
}

const scoreOf = (strength: number | null): OscalConfidence =>
  strength === null ? { category: 'not stated' } : { percentage: strength };
const propOf = (provenance: string): OscalProp => ({ name: 'provenance', ns: ownNamespace, value: provenance });

/**
 * The maps of a kept mapping as they are now: as they came where nobody touched them.
 * @param pairs those of the mapping that are still there
 */
export function mapsNow(
  mapping: OscalMapping,
  head: CollectionHead,
  pairs: readonly KeptPair[],
): { maps: OscalMap[]; altered: boolean } {
  const byMap = Map.groupBy(pairs, ({ origin }) => origin?.split('/')[1]);
  let altered = false;
  const maps = mapping.maps.flatMap((map, n) => {
    if (!relationshipOf(map)) return [map];
    const left = byMap.get(String(n)) ?? [];
    if (left.length === map.sources.length * map.targets.length && left.every((pair) => pair.version === 1))
      return [map];
    altered = true;
    return left.map((pair) => rewritten(map, mapping, head, pair));
  });
  return { maps, altered };
}

/** The OSCAL mapping of pairs that people made in Annex. */
export function mappingOf(
  between: Between,
  pairs: readonly OwnMapping[],
  numberOf: (id: string) => string,
): OscalMapping {
  return {
    uuid: nameUuid(`annex-own-mappings:${pairs[0]?.id}`),
    'source-resource': { type: 'catalog', href: hrefOf(between.source) },
    'target-resource': { type: 'catalog', href: hrefOf(between.target) },
    maps: pairs.map((pair) => ({
      uuid: nameUuid(`annex-own-mapping:${pair.id}`),
      relationship: words[pair.relationship],
      sources: [{ type: 'control', 'id-ref': numberOf(pair.sourceId) }],
      targets: [{ type: 'control', 'id-ref': numberOf(pair.targetId) }],
      ...(pair.strength === null ? {} : { 'confidence-score': { percentage: pair.strength } }),
      props: [propOf(pair.provenance)],
      remarks: pair.rationale,
    })),
  };
}

/** A mapping that leaves its collection takes along what the collection says of all of its mappings. */
export function standingAlone(mapping: OscalMapping, head: CollectionHead): OscalMapping {
  const { provenance } = head;
  const told = ['method', 'matching-rationale', 'status', 'mapping-description', 'confidence-score', 'coverage'];
  const inherited = Object.fromEntries(told.flatMap((name) => (name in provenance ? [[name, provenance[name]]] : [])));
  const maps = mapping.maps.map((map) =>
    map.props?.some(isProvenance)
      ? map
      : { ...map, props: [...(map.props ?? []), propOf(saidBy(map, mapping, head).provenance)] },
  );
  return { ...inherited, ...mapping, maps };
}

type Listed = { readonly [list: string]: unknown };

/** The entries of lists of several objects, each once by its key. */
function together(objects: readonly (Listed | undefined)[], lists: Readonly<Record<string, string>>): Listed {
  return Object.fromEntries(
    Object.entries(lists).flatMap(([list, key]) => {
      const all = objects.flatMap((one) => (one?.[list] ?? []) as Listed[]);
      const once = new Map(all.map((entry) => [entry[key], entry]));
      return once.size > 0 ? [[list, [...once.values()]]] : [];
    }),
  );
}

/** The head of an export that is put together from several collections, or from none: people, places and resources of all go along. */
export function headOf(between: Between, heads: readonly CollectionHead[], at: Date): CollectionHead {
  const moment = at.toISOString();
  const title = `Mappings from ${between.source} to ${between.target}`;
  const resources = together(
    heads.map((head) => head['back-matter']),
    { resources: 'uuid' },
  );
  return {
    uuid: nameUuid(`annex-own-mappings:${between.source} ${between.target} ${moment}`),
    metadata: {
      ...{ title, 'last-modified': moment, version: moment, 'oscal-version': '1.2.1' },
      ...together(
        heads.map((head) => head.metadata),
        { roles: 'id', locations: 'uuid', parties: 'uuid' },
      ),
    },
    provenance: {
      ...({ method: 'human', 'matching-rationale': 'semantic', status: 'complete' } as const),
      'mapping-description': 'How places of the two relate as sets of what they ask for, as the organisation sees it.',
    },
    ...('resources' in resources ? { 'back-matter': resources } : {}),
  };
}

/** The head of a collection of which not everything goes out as it came in: another document than that. */
export const revised = (head: CollectionHead, at: Date): CollectionHead => ({
  ...head,
  uuid: nameUuid(`${head.uuid} ${at.toISOString()}`),
  metadata: { ...head.metadata, 'last-modified': at.toISOString() },
});
