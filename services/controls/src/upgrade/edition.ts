import { compose, inverse, type Relationship } from '@annex/catalogues';
import { strongest } from '../mapping/mapping.ts';

/** A control of an edition of an own catalogue, as far as editions are compared. */
export interface EditionControl {
  readonly id: string;
  readonly number: string;
  /** The same for two controls whose titles and texts read the same. */
  readonly reading: string;
  /** Numbers of the edition before that it takes the place of; null where nobody said, an empty list where it is new. */
  readonly replaces: readonly string[] | null;
  /** Whether the catalogue lists it as no longer asked for. */
  readonly withdrawn: boolean;
  /** The control's id in OSCAL, and what a withdrawn one says of where it went: `#ac-2`, `#ac-2_smt.a`. */
  readonly oscalId: string | null;
  readonly wentTo: readonly string[];
}

/** That a control relates to one of another edition. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly relationship: Relationship;
}

/** The steps by the control that they lead from. */
export type Steps = ReadonlyMap<string, readonly Step[]>;

export const stepsBy = (steps: readonly Step[]): Steps => Map.groupBy(steps, (one) => one.from);

/**
 * How the controls of an edition relate to those of one that comes after it. A control takes the place of those that it names; of the one
 * with its number where it names none. What only partly became something that has other parts too is left to people (INTERSECT).
 */
export function stepsBetween(before: readonly EditionControl[], after: readonly EditionControl[]): Step[] {
  const byNumber = new Map(before.map((one) => [one.number, one.id]));
  const sources = new Map(after.filter((one) => !one.withdrawn).map((one) => [one.id, new Set<string>()]));
  for (const { id, number, replaces } of after) {
    for (const one of replaces ?? [number]) {
      const source = byNumber.get(one);
      if (source !== undefined) sources.get(id)?.add(source);
    }
  }
  const withdrawnBefore = new Set(before.flatMap((one) => (one.withdrawn ? [one.id] : [])));
  const byOscalId = new Map(after.flatMap((one) => (one.oscalId === null ? [] : [[one.oscalId, one.id] as const])));
  for (const { number, withdrawn, wentTo } of after) {
    const source = byNumber.get(number);
    // What was withdrawn before already is no news of this edition.
    if (!withdrawn || source === undefined || withdrawnBefore.has(source)) continue;
    for (const href of wentTo) sources.get(controlNamed(href, byOscalId) ?? '')?.add(source);
  }
  const heirs = new Map<string, number>();
  for (const source of [...sources.values()].flatMap((some) => [...some]))
    heirs.set(source, (heirs.get(source) ?? 0) + 1);
  return [...sources].flatMap(([to, some]) =>
    [...some].map((from) => ({ from, to, relationship: relationshipOf(heirs.get(from) ?? 1, some.size) })),
  );
}

function relationshipOf(heirs: number, sources: number): Relationship {
  if (heirs === 1) return sources === 1 ? 'EQUAL' : 'SUBSET';
  return sources === 1 ? 'SUPERSET' : 'INTERSECT';
}

/** The control that a reference leads to; one to a part of it, `#ac-2_smt.a`, leads to the control. */
function controlNamed(href: string, byOscalId: ReadonlyMap<string, string>): string | undefined {
  if (!href.startsWith('#')) return undefined;
  for (let name = href.slice(1); name !== ''; ) {
    const found = byOscalId.get(name);
    if (found !== undefined) return found;
    name = name.slice(0, Math.max(0, name.search(/[._][^._]*$/)));
  }
  return undefined;
}

/**
 * What follows from two runs of steps, one after the other: the strongest of each pair. Where the sets tell nothing about a pair that is
 * connected all the same, it may share something: a person has to look.
 */
export function stepsAlong(first: readonly Step[], second: readonly Step[]): Step[] {
  const next = stepsBy(second);
  const found = new Map<string, Step>();
  for (const { from, to: through, relationship } of first) {
    for (const { to, relationship: further } of next.get(through) ?? []) {
      const step: Step = { from, to, relationship: compose(relationship, further) ?? 'INTERSECT' };
      const key = `${from} ${to}`;
      const present = found.get(key);
      if (!present || strongest.indexOf(step.relationship) < strongest.indexOf(present.relationship)) {
        found.set(key, step);
      }
    }
  }
  return [...found.values()];
}

/** The same steps, seen from where they lead to. */
export const stepsBack = (steps: readonly Step[]): Step[] =>
  steps.map(({ from, to, relationship }) => ({ from: to, to: from, relationship: inverse(relationship) }));

/** Says of pairs what the tenant's own mappings say of them, and of the rest what it said before. */
export function overruled(steps: readonly Step[], own: readonly Step[]): Step[] {
  const pairs = new Set(own.map(({ from, to }) => `${from} ${to}`));
  return [...steps.filter(({ from, to }) => !pairs.has(`${from} ${to}`)), ...own];
}

/**
 * The editions from one to a later one, each after its predecessor; undefined where the later one does not go back to the earlier.
 * Editions can be taken away and imported again, so that what they say of each other need not be free of circles.
 */
export function lineage<E extends { readonly edition: string; readonly predecessor: string | null }>(
  editions: readonly E[],
  earlier: string,
  later: string,
): E[] | undefined {
  const byName = new Map(editions.map((one) => [one.edition, one]));
  const path: E[] = [];
  for (let name: string | null = later; name !== null; ) {
    const edition = byName.get(name);
    if (!edition || path.includes(edition)) return undefined;
    path.unshift(edition);
    if (name === earlier) return path;
    name = edition.predecessor;
  }
  return undefined;
}
