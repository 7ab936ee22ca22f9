import { clauses, compose, controls, inverse, mappingSets, type Relationship } from '@annex/catalogues';

/** That one place relates to another. */
export interface Relation {
  readonly from: string;
  readonly to: string;
  readonly relationship: Relationship;
  readonly provenance: string;
  readonly rationale: string;
  readonly strength: number | null;
  /** The place between, where the relation only follows from two in a row. */
  readonly through: string | null;
  /** The tenant's own mapping that says so; none where it comes with Annex. */
  readonly mappingId?: string;
}

/** The strongest first. */
export const strongest: readonly Relationship[] = ['EQUAL', 'SUBSET', 'SUPERSET', 'INTERSECT'];
export const byStrength = (a: Relation, b: Relation) =>
  strongest.indexOf(a.relationship) - strongest.indexOf(b.relationship) || (a.to < b.to ? -1 : 1);

/** `iso27001:2022` of `iso27001:2022:A.5.1`; own catalogues are named in the same way. */
export const frameworkOf = (id: string) => id.split(':').slice(0, 2).join(':');
export const numberOf = (id: string) => id.split(':').slice(2).join(':');

/** Every relation by the place that it leads from, each mapping seen from both of its ends. */
export type Relations = ReadonlyMap<string, readonly Relation[]>;

export function relationsBy(relations: readonly Relation[]): Relations {
  const both = relations.flatMap((one) => [
    one,
    { ...one, from: one.to, to: one.from, relationship: inverse(one.relationship) },
  ]);
  return Map.groupBy(both, (one) => one.from);
}

/** The relations that come with Annex. */
export const publishedRelations: readonly Relation[] = mappingSets().flatMap(
  ({ mappings, provenance, rationale, strength }) =>
    mappings.map(({ sourceId, targetId, relationship }) => ({
      ...{ from: sourceId, to: targetId, relationship, provenance, rationale, strength },
      through: null,
    })),
);

/**
 * What follows for a place from two relations in a row, where no direct one leads to the same place: suggestions to look at, the strongest of
 * each place alone.
 */
export function suggestionsFor(id: string, relations: Relations): Relation[] {
  const direct = new Set((relations.get(id) ?? []).map((one) => one.to));
  const found = new Map<string, Relation>();
  for (const first of relations.get(id) ?? []) {
    for (const second of relations.get(first.to) ?? []) {
      if (second.to === id || direct.has(second.to)) continue;
      const relationship = compose(first.relationship, second.relationship);
      if (!relationship) continue;
      const suggested: Relation = {
        ...{ from: id, to: second.to, relationship, through: first.to, strength: null },
        provenance: 'Annex, from two mappings in a row',
        rationale: `${numberOf(id)} ${first.relationship} ${numberOf(first.to)}, ${numberOf(first.to)} ${second.relationship} ${numberOf(second.to)}`,
      };
      const before = found.get(second.to);
      if (!before || byStrength(suggested, before) < 0) found.set(second.to, suggested);
    }
  }
  return [...found.values()];
}

export type CoverageStanding = 'EQUAL' | 'CONTAINED' | 'TOUCHED' | 'MISSING';

export interface Covered {
  readonly id: string;
  readonly standing: CoverageStanding;
  readonly because: readonly Relation[];
}

/**
 * Where a requirement stands to the controls that are implemented. Only a control that asks for the same, or for more, covers it; what shares
 * something with it, or is a part of it, touches it.
 */
export function coverageOf(id: string, relations: Relations, implemented: ReadonlySet<string>): Covered {
  const own: Relation[] = implemented.has(id)
    ? [{ from: id, to: id, relationship: 'EQUAL', provenance: '', rationale: '', strength: 1, through: null }]
    : [];
  const because = [...own, ...(relations.get(id) ?? []).filter((one) => implemented.has(one.to))].sort(byStrength);
  const has = (relationship: Relationship) => because.some((one) => one.relationship === relationship);
  const standing = has('EQUAL') ? 'EQUAL' : has('SUBSET') ? 'CONTAINED' : because.length > 0 ? 'TOUCHED' : 'MISSING';
  return { id, standing, because };
}

export interface Framework {
  readonly id: string;
  readonly title: string;
  /** Every place that is known of it, in its order. */
  readonly places: readonly { readonly id: string; readonly title: string | null }[];
}

const mapped = (framework: string) =>
  [...new Set(publishedRelations.flatMap(({ from, to }) => [from, to]))]
    .filter((id) => frameworkOf(id) === framework)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((id) => ({ id, title: null }));

/** The frameworks that come with Annex. Of the last two only the places are known that NIST maps; their catalogues can be imported. */
export const knownFrameworks: readonly Framework[] = [
  {
    id: 'iso27001:2022',
    title: 'ISO/IEC 27001:2022, clauses and Annex A',
    places: [...clauses('2022'), ...controls('2022')],
  },
  {
    id: 'iso27001:2013',
    title: 'ISO/IEC 27001:2013, clauses and Annex A',
    places: [...clauses('2013'), ...controls('2013')],
  },
  { id: 'csf:2.0', title: 'NIST Cybersecurity Framework 2.0', places: mapped('csf:2.0') },
  { id: 'sp800-53:r5', title: 'NIST SP 800-53 Revision 5', places: mapped('sp800-53:r5') },
];

/** Every place that comes with Annex, by its identifier. */
export const publishedPlaces: ReadonlyMap<string, { readonly id: string; readonly title: string | null }> = new Map(
  knownFrameworks.flatMap((framework) => framework.places).map((one) => [one.id, one]),
);
