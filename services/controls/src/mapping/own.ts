import type { Relationship } from '@annex/catalogues';
import type { Relation } from './mapping.ts';

/** Characters of what people say about a mapping. */
export const longest = { rationale: 5000, provenance: 500 } as const;

/** What a tenant says about how two places relate. */
export interface OwnMapping {
  readonly id: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly relationship: Relationship;
  readonly rationale: string;
  readonly provenance: string;
  readonly strength: number | null;
}

/** The two ends in one order: identifiers have no spaces, and a mapping is seen from both ends. */
export function pairOf(sourceId: string, targetId: string): string {
  return sourceId < targetId ? `${sourceId} ${targetId}` : `${targetId} ${sourceId}`;
}

/** A mapping of the tenant's as the relations that come with Annex are told. */
export function relationOf(mapping: OwnMapping): Relation {
  const { id: mappingId, sourceId: from, targetId: to, relationship, rationale, provenance, strength } = mapping;
  return { from, to, relationship, rationale, provenance, strength, through: null, mappingId };
}
