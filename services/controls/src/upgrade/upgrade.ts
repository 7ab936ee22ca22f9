import { numberOf } from '../mapping/mapping.ts';
import type { Step, Steps } from './edition.ts';

export type UpgradeStatus = 'APPLIED' | 'UNDONE';

export type OpenPointKind = 'INTERSECTS_ONLY' | 'SPLIT' | 'REMOVED' | 'CHANGED' | 'MERGED' | 'NEW_CONTROL';

/** Something about an upgrade that a person has to look at. */
export interface OpenPoint {
  readonly kind: OpenPointKind;
  readonly sentence: string;
  /** Controls of the edition that is left, and of the one that is gone to. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly implementationIds: readonly string[];
}

/** The controls of an implementation before and after, by their catalogue ids. */
export interface Move {
  readonly implementationId: string;
  readonly reference: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** An implementation with all controls that it is linked to, of whatever catalogue. */
export interface Implementing {
  readonly id: string;
  readonly reference: string;
  readonly controlIds: readonly string[];
}

/** What lies between two editions, whoever implements them. */
export interface EditionChange {
  /** What the edition is called that is gone to, `iso27001:2022`, and its controls. */
  readonly to: string;
  readonly targets: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly merged: readonly { readonly target: string; readonly sources: readonly string[] }[];
  readonly split: readonly { readonly source: string; readonly targets: readonly string[] }[];
  readonly unchanged: readonly Pair[];
  /** One for one as well, under a title or text that reads differently. */
  readonly changed: readonly Pair[];
  /** Every control of the edition that is left, with where it leads and where an implementation of it may follow. */
  readonly successors: ReadonlyMap<string, Successors>;
}

export interface Pair {
  readonly source: string;
  readonly target: string;
}

export interface Successors {
  readonly all: readonly string[];
  /** Without those that only share something with it: whoever does the one may do nothing of the other. */
  readonly carried: readonly string[];
}

/** What is known of editions beside how their controls relate. */
export interface EditionFacts {
  /** Whether what is one for one reads differently; of a standard that comes with Annex the mapping's word is taken. */
  readonly differs?: (source: string, target: string) => boolean;
  /** Controls of the edition that is left which it asked for no longer. */
  readonly ended?: ReadonlySet<string>;
}

/** Compares two editions by the mappings between them. Everything is in the order of the controls given. */
export function compareEditions(
  from: readonly string[],
  to: { readonly id: string; readonly controlIds: readonly string[] },
  relations: Steps,
  { differs = () => false, ended = new Set() }: EditionFacts = {},
): EditionChange {
  const isSource = new Set(from);
  const place = new Map(to.controlIds.map((id, index) => [id, index]));
  const leading = (source: string) =>
    (relations.get(source) ?? [])
      .filter((one) => place.has(one.to))
      .sort((a, b) => (place.get(a.to) ?? 0) - (place.get(b.to) ?? 0));
  const successors = new Map(
    from.map((source) => {
      const found = leading(source);
      const carried = found.filter((one) => one.relationship !== 'INTERSECT');
      return [source, { all: [...new Set(found.map(toOf))], carried: [...new Set(carried.map(toOf))] }] as const;
    }),
  );
  const pairs = from.flatMap(leading);
  const bySource = Map.groupBy(pairs, (one) => one.from);
  const byTarget = Map.groupBy(pairs, (one) => one.to);
  const wholes = Map.groupBy(
    pairs.filter(({ relationship }) => relationship === 'EQUAL' || relationship === 'SUBSET'),
    (one) => one.to,
  );
  const same = pairs
    .filter((one) => one.relationship === 'EQUAL')
    .filter((one) => bySource.get(one.from)?.length === 1 && byTarget.get(one.to)?.length === 1)
    .map((one) => ({ source: one.from, target: one.to }));
  return {
    to: to.id,
    targets: to.controlIds,
    // An own catalogue may hold on to controls of the edition before: those are not new.
    added: to.controlIds.filter((id) => !byTarget.has(id) && !isSource.has(id)),
    removed: from.filter((id) => !bySource.has(id) && !place.has(id) && !ended.has(id)),
    merged: to.controlIds.flatMap((target) => {
      const sources = [...new Set((wholes.get(target) ?? []).map((one) => one.from))];
      return sources.length > 1 ? [{ target, sources }] : [];
    }),
    split: from.flatMap((source) => {
      const targets = successors.get(source)?.all ?? [];
      return targets.length > 1 ? [{ source, targets }] : [];
    }),
    unchanged: same.filter(({ source, target }) => !differs(source, target)),
    changed: same.filter(({ source, target }) => differs(source, target)),
    successors,
  };
}

const toOf = (one: Pick<Step, 'to'>) => one.to;

/** The move of each implementation that is linked to the edition that is left, also of those that stay where they are. */
export function movesOf(change: EditionChange, implementations: readonly Implementing[]): Move[] {
  return implementations
    .filter(({ controlIds }) => controlIds.some((id) => change.successors.has(id)))
    .map(({ id, reference, controlIds }) => ({
      implementationId: id,
      reference,
      before: controlIds,
      after: [...new Set(controlIds.flatMap((one) => carriedTo(change, one)))],
    }));
}

/** Where a link leads: what cannot be carried stays, so that nothing that was recorded is lost. */
function carriedTo({ successors }: EditionChange, id: string): readonly string[] {
  const carried = successors.get(id)?.carried ?? [];
  return carried.length > 0 ? carried : [id];
}

export const moves = ({ before, after }: Pick<Move, 'before' | 'after'>) => !sameControls(before, after);

/** Whether two lists name the same controls, each having each once. */
export function sameControls(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}

/**
 * What needs a person, once the implementations are carried over.
 * @param implementations all of the ISMS that are linked to either edition, as they are before
 */
export function openPointsOf(change: EditionChange, implementations: readonly Implementing[]): OpenPoint[] {
  const changed = new Set(change.changed.map((pair) => pair.source));
  const own = implementations.flatMap((one) =>
    one.controlIds.flatMap((source) => {
      const found = changed.has(source) ? changedPoint(change, one, source) : pointOf(change, one, source);
      return found ? [found] : [];
    }),
  );
  const serving = Map.groupBy(servingAfter(change, implementations), ({ target }) => target);
  const merged = change.targets.flatMap((target) => mergedPoint(target, serving.get(target) ?? []));
  const missing = change.added
    .filter((id) => !serving.has(id))
    .map((id): OpenPoint => {
      const sentence = `${numberOf(id)} is new in ${change.to}, and nothing implements it yet: is it necessary?`;
      return { kind: 'NEW_CONTROL', sentence, sources: [], targets: [id], implementationIds: [] };
    });
  return [...own, ...merged, ...missing];
}

/** What one link of one implementation leaves to judge. */
function pointOf(
  { successors, to }: EditionChange,
  { id, reference }: Implementing,
  source: string,
): OpenPoint | undefined {
  const next = successors.get(source);
  if (!next) return undefined;
  const [number, numbers] = [numberOf(source), listed(next.all.map(numberOf))];
  const point = (kind: OpenPointKind, sentence: string): OpenPoint => ({
    ...{ kind, sentence, sources: [source], targets: next.all },
    implementationIds: [id],
  });
  if (next.all.length === 0) {
    return point('REMOVED', `${number}, which ${reference} implements, has no successor in ${to}: is it still needed?`);
  }
  if (next.carried.length === 0) {
    return point(
      'INTERSECTS_ONLY',
      `${reference} implements ${number}, which only shares something with ${numbers}: does it implement that too?`,
    );
  }
  if (next.all.length === 1) return undefined;
  return point(
    'SPLIT',
    `${reference} implements ${number}, which went into ${numbers}: look at it for each of them, one by one.`,
  );
}

/** What stayed one for one and reads differently is carried over; whether what is done still is what is asked for, a person has to see. */
function changedPoint({ successors, to }: EditionChange, { id, reference }: Implementing, source: string): OpenPoint {
  const targets = successors.get(source)?.all ?? [];
  const [number, now] = [numberOf(source), listed(targets.map(numberOf))];
  const renamed = number === now ? '' : ` as ${now}`;
  return {
    ...{ kind: 'CHANGED', sources: [source], targets, implementationIds: [id] },
    sentence: `${reference} implements ${number}, which reads differently in ${to}${renamed}: does it still do what is asked?`,
  };
}

interface Serving {
  readonly target: string;
  readonly source: string;
  readonly by: Implementing;
}

/** Who serves which control afterwards, and over which control of before; over itself where the link was there already. */
function servingAfter(change: EditionChange, implementations: readonly Implementing[]): Serving[] {
  return implementations.flatMap((by) =>
    by.controlIds.flatMap((source) => carriedTo(change, source).map((target) => ({ target, source, by }))),
  );
}

/** Several that served the same control before are no news: only those that come together from several are. */
function mergedPoint(target: string, serving: readonly Serving[]): OpenPoint[] {
  const sources = [...new Set(serving.map((one) => one.source))];
  const by = [...new Map(serving.map((one) => [one.by.id, one.by])).values()];
  if (sources.length < 2 || by.length < 2) return [];
  const sentence = `${listed(by.map((one) => one.reference))} now implement ${numberOf(target)} together: are they one?`;
  return [
    {
      ...{ kind: 'MERGED', sentence, targets: [target] },
      sources: sources.filter((source) => source !== target),
      implementationIds: by.map((one) => one.id),
    },
  ];
}

const longestList = 8;

/** `A, B and C`; a long list is cut, since the point has all of them beside its sentence. */
function listed(names: readonly string[]): string {
  if (names.length > longestList) {
    return `${names.slice(0, longestList - 1).join(', ')} and ${names.length - longestList + 1} more`;
  }
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
