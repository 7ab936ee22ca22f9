import { badInput } from '@annex/schema';

export type LibraryKind = 'STANDARD' | 'CLAUSE' | 'CONTROL' | 'TERM' | 'CATALOGUE_ITEM' | 'COMPONENT';

/** What a caller may ask for. */
export interface SearchArguments {
  readonly text?: string | null;
  readonly kinds?: readonly LibraryKind[] | null;
  readonly facets?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly framework?: string | null;
  readonly language?: 'EN' | null;
  readonly first?: number | null;
  readonly offset?: number | null;
}

/** Longer texts are no searches, and each word costs. */
const longestText = 200;
const longestFacet = 500;
const mostFacets = 20;
const farthest = 10_000;

const bounded = (field: string, given: number, least: number, most: number) => {
  if (!(given >= least && given <= most))
    throw badInput(field, given, `must be a whole number from ${least} to ${most}`);
  return given;
};

/** People write A 8.28, a.8.28 and A8.28 for the number of a control; full-width letters and ligatures are letters. */
const asWritten = (text: string) => text.normalize('NFKC').replace(/\ba\s?\.?\s?(\d+\.\d+)\b/gi, 'A.$1');

/**
 * What the store is asked for. `kind` and `framework` are facets of the answer and may therefore be given like any other; what is
 * asked for twice must hold twice.
 * @throws AnnexError BAD_INPUT for what is too long, too much or out of range
 */
export function searched(args: SearchArguments) {
  const text = args.text ?? '';
  if (text.length > longestText)
    throw badInput('text', `${text.slice(0, 60)}…`, `must have at most ${longestText} characters`);
  if (text.includes('\0')) throw badInput('text', 'a text with NUL', 'must not contain the character NUL');
  const framework = args.framework ?? '';
  if (framework.length > longestFacet || framework.includes('\0'))
    throw badInput('framework', framework.slice(0, 60), `must be at most ${longestFacet} characters without NUL`);
  const facets = args.facets ?? [];
  if (facets.length > mostFacets) throw badInput('facets', facets.length, `must be at most ${mostFacets}`);
  for (const { name, value } of facets) {
    if (name.length + value.length > longestFacet || `${name}${value}`.includes('\0'))
      throw badInput('facets', name.slice(0, 60), `must be at most ${longestFacet} characters without NUL`);
  }
  const named = (wanted: string) => facets.filter(({ name }) => name === wanted).map(({ value }) => value);
  const kinds = meet([args.kinds ?? null, ...named('kind').map((one) => [one as LibraryKind])]);
  const frameworks = meet([args.framework ? [args.framework] : null, ...named('framework').map((one) => [one])]);
  const others = facets
    .filter(({ name }) => name !== 'kind' && name !== 'framework')
    .map(({ name, value }) => `${name}=${value}`);
  return {
    text: asWritten(text),
    kinds,
    frameworks,
    facets: others.length > 0 ? others : null,
    language: (args.language ?? 'EN').toLowerCase(),
    first: bounded('first', args.first ?? 20, 1, 100),
    offset: bounded('offset', args.offset ?? 0, 0, farthest),
  };
}

/** What is in each of the lists; null is a list of everything. */
function meet<T>(lists: readonly (readonly T[] | null)[]): readonly T[] | null {
  return lists.reduce<readonly T[] | null>(
    (met, list) => (met === null || list === null ? (met ?? list) : met.filter((one) => list.includes(one))),
    null,
  );
}

/** The counted facets by name, names in alphabetical order, values as they came. */
export function facetsByName(facets: readonly (readonly [facet: string, count: number])[]) {
  const split = facets.map(([facet, count]) => {
    const at = facet.indexOf('=');
    return { name: facet.slice(0, at), value: facet.slice(at + 1), count };
  });
  const byName = Map.groupBy(split, ({ name }) => name);
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => ({ name, values: values.map(({ value, count }) => ({ value, count })) }));
}
