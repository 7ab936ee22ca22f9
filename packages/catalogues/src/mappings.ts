import { readData } from './data.ts';

/** How a mapping's source relates to its target, as sets of what they ask for. */
export type Relationship = 'EQUAL' | 'SUBSET' | 'SUPERSET' | 'INTERSECT';

/** A requirement of one framework and one of another that it corresponds to. */
export interface Mapping {
  readonly sourceId: string;
  readonly targetId: string;
  readonly relationship: Relationship;
}

/** A mapping between two frameworks by one author. */
export interface MappingSet {
  readonly id: string;
  readonly title: string;
  /** What the ids of its sources and targets begin with: `csf:2.0`, `iso27001:2022`. */
  readonly source: string;
  readonly target: string;
  /** Who says so. */
  readonly provenance: string;
  /** On what grounds. */
  readonly rationale: string;
  /** How strongly each pair is held, 0 to 1; null where its author does not say. */
  readonly strength: number | null;
  readonly mappings: readonly Mapping[];
}

const sets: readonly MappingSet[] = [
  {
    id: 'iso27001-2013-2022',
    title: 'ISO/IEC 27001:2013 to ISO/IEC 27001:2022',
    source: 'iso27001:2013',
    target: 'iso27001:2022',
    provenance: 'Annex, after the correspondence of the editions that ISO/IEC 27002:2022 publishes',
    rationale:
      'Controls that were merged are subsets of the new one; clauses whose text changed only intersect with theirs.',
    strength: 1,
    mappings: readData<Mapping>('mapping-2013-2022.json'),
  },
  {
    id: 'csf-2.0-iso27001-2022',
    title: 'NIST Cybersecurity Framework 2.0 to ISO/IEC 27001:2022',
    source: 'csf:2.0',
    target: 'iso27001:2022',
    provenance: 'NIST, informative references of the CSF 2.0',
    rationale: 'NIST publishes which places touch each other, not how far; each pair is therefore an intersection.',
    strength: null,
    mappings: readData<Mapping>('mapping-csf-2.0.json'),
  },
  {
    id: 'sp800-53-r5-iso27001-2022',
    title: 'NIST SP 800-53 Revision 5 to ISO/IEC 27001:2022',
    source: 'sp800-53:r5',
    target: 'iso27001:2022',
    provenance: 'NIST, mapping of SP 800-53 Revision 5 to ISO/IEC 27001:2022',
    rationale: 'NIST publishes which places touch each other, not how far; each pair is therefore an intersection.',
    strength: null,
    mappings: readData<Mapping>('mapping-sp800-53-r5.json'),
  },
];

/** The mappings that come with Annex. */
export function mappingSets(): readonly MappingSet[] {
  return sets;
}

/** The same relationship seen from the target. */
export function inverse(relationship: Relationship): Relationship {
  if (relationship === 'SUBSET') return 'SUPERSET';
  return relationship === 'SUPERSET' ? 'SUBSET' : relationship;
}

/**
 * What two relationships in a row say of the first and the last, all three being sets that are not empty; undefined where nothing follows. Two
 * intersections say nothing: what A shares with B need not be what B shares with C.
 */
export function compose(first: Relationship, second: Relationship): Relationship | undefined {
  if (first === 'EQUAL') return second;
  if (second === 'EQUAL' || first === second)
    return first === 'INTERSECT' && second === 'INTERSECT' ? undefined : first;
  // From here on one of the two narrows or widens, or both do, in different ways.
  if (first === 'SUBSET') return undefined;
  if (first === 'INTERSECT') return second === 'SUBSET' ? 'INTERSECT' : undefined;
  return 'INTERSECT';
}

/** The correspondence of the two editions of 27001, along which implementations are carried over. */
export function mapping2013to2022(): readonly Mapping[] {
  return sets[0]?.mappings ?? [];
}
