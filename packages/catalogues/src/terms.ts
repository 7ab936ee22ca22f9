import { readData } from './data.ts';
import type { Locale } from './texts.ts';

interface TermEntry {
  /** `residual-risk` */
  readonly id: string;
  readonly label: string;
  /** Other names that people look for. */
  readonly altLabels: readonly string[];
  readonly definition: string;
  readonly note: string | null;
  /** Ids of more general terms, and of terms that belong with it. */
  readonly broader: readonly string[];
  readonly related: readonly string[];
  /** The GraphQL types and fields that carry what it means: `Risk.current`. */
  readonly types: readonly string[];
}

/** A term of information security management (ISO/IEC 27000), defined in our words. */
export interface Term extends TermEntry {
  readonly narrower: readonly string[];
}

function vocabularyOf(locale: Locale): ReadonlyMap<string, Term> {
  const entries = readData<TermEntry>(`${locale}/terms.json`);
  const narrower = Map.groupBy(
    entries.flatMap(({ id, broader }) => broader.map((wider) => ({ wider, id }))),
    ({ wider }) => wider,
  );
  const whole = (entry: TermEntry): Term =>
    Object.freeze({ ...entry, narrower: Object.freeze((narrower.get(entry.id) ?? []).map(({ id }) => id)) });
  return new Map(entries.map((entry) => [entry.id, whole(entry)]));
}

const vocabularies: Readonly<Record<Locale, ReadonlyMap<string, Term>>> = { en: vocabularyOf('en') };

/** The vocabulary, by label. */
export function terms(locale: Locale = 'en'): readonly Term[] {
  return [...vocabularies[locale].values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The term of an id, a label or another name, in any writing: `residual-risk`, `Residual Risk`, `net risk`. */
export function term(name: string, locale: Locale = 'en'): Term | undefined {
  const asked = plain(name);
  const all = vocabularies[locale];
  return (
    all.get(name) ??
    [...all.values()].find(({ label }) => plain(label) === asked) ??
    [...all.values()].find(({ altLabels }) => altLabels.some((other) => plain(other) === asked))
  );
}

const trigrams = (text: string): Set<string> => {
  const padded = `  ${text} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3)));
};

/** How alike two texts are, 0 to 1: shared runs of three letters (Sørensen–Dice), which forgive a wrong, missing or swapped letter. */
function likeness(a: string, b: string): number {
  const [left, right] = [trigrams(a), trigrams(b)];
  let shared = 0;
  for (const run of left) if (right.has(run)) shared++;
  return (2 * shared) / (left.size + right.size);
}

/** Below this two words are taken for different ones. */
const alike = 0.45;

export interface FoundTerm {
  readonly term: Term;
  /** 0 to 1; 1 for its label. */
  readonly score: number;
}

/** The terms that a text may mean, the best first, typing errors forgiven. Words of a definition count least. */
export function findTerms(text: string, first = 10, locale: Locale = 'en'): FoundTerm[] {
  const asked = plain(text);
  if (asked === '') return [];
  const score = ({ label, altLabels, definition }: Term): number => {
    const names = [likeness(asked, plain(label)), ...altLabels.map((other) => 0.95 * likeness(asked, plain(other)))];
    const contained = [label, ...altLabels].some((name) => ` ${plain(name)} `.includes(` ${asked} `)) ? 0.7 : 0;
    const defined = ` ${plain(definition)} `.includes(` ${asked} `) ? alike : 0;
    return Math.max(...names, contained, defined);
  };
  return terms(locale)
    .map((found) => ({ term: found, score: score(found) }))
    .filter((found) => found.score >= alike)
    .sort((a, b) => b.score - a.score)
    .slice(0, first);
}
