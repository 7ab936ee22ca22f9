/** A version of a risk as its history holds it: columns by name, and `links` as a text. */
export type Version = { readonly [column: string]: unknown };

export type ChangeKind = 'IDENTIFIED' | 'CHANGED' | 'LEVELLED' | 'ASSESSED' | 'ACCEPTED';

export interface FieldChange {
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What people set, by column. */
const said = {
  title: 'title',
  description: 'description',
  owner_id: 'ownerId',
  external_key: 'externalKey',
  affects: 'affects',
  status: 'status',
  treatment_option: 'treatmentOption',
  inherent_likelihood: 'inherentLikelihood',
  inherent_consequence: 'inherentConsequence',
  consequences: 'consequences',
  links: 'links',
} as const;

/** What follows from it. */
const computed = {
  inherent_level: 'inherentLevel',
  current_likelihood: 'currentLikelihood',
  current_consequence: 'currentConsequence',
  current_level: 'currentLevel',
  current_rule: 'rule',
  standing: 'standing',
  acceptance: 'acceptance',
  reassessment: 'reassessment',
} as const;

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${one}`)
    .join(', ');
}

function changesIn(fields: Readonly<Record<string, string>>, before: Version | null, after: Version): FieldChange[] {
  return Object.entries(fields)
    .map(([column, field]) => ({ field, from: textOf(before?.[column]), to: textOf(after[column]) }))
    .filter(({ from, to }) => from !== to);
}

/** What one version of a risk changed of the version before; `before` is null for the first. */
export function changeOf(
  before: Version | null,
  after: Version,
): { readonly kind: ChangeKind; readonly changes: readonly FieldChange[] } {
  const set = changesIn(said, before, after);
  const followed = changesIn(computed, before, after);
  const kind = before === null ? 'IDENTIFIED' : set.length === 0 && followed.length > 0 ? 'LEVELLED' : 'CHANGED';
  return { kind, changes: [...set, ...followed] };
}
