import { AnnexError, type FieldFault, isUuid } from '@annex/schema';

/** A primary asset is a process or information; a supporting one is what these rest on. */
export type AssetKind = 'PRIMARY' | 'SUPPORTING';
export type AssetStatus = 'IN_USE' | 'RETIRED';
export type Classification = 'PUBLIC' | 'INTERNAL' | 'CONFIDENTIAL' | 'STRICTLY_CONFIDENTIAL';

export const classifications: readonly Classification[] = [
  'PUBLIC',
  'INTERNAL',
  'CONFIDENTIAL',
  'STRICTLY_CONFIDENTIAL',
];

const categoriesByKind = {
  PRIMARY: ['BUSINESS_PROCESS', 'INFORMATION'],
  SUPPORTING: ['HARDWARE', 'SOFTWARE', 'NETWORK', 'SERVICE', 'PERSONNEL', 'SITE', 'ORGANIZATION'],
} as const satisfies Record<AssetKind, readonly string[]>;
export const assetKinds = Object.keys(categoriesByKind) as AssetKind[];
export type AssetCategory = (typeof categoriesByKind)[AssetKind][number];

const transitions = {
  IN_USE: { retire: 'RETIRED' },
  RETIRED: { reinstate: 'IN_USE' },
} as const satisfies Record<AssetStatus, { readonly [step: string]: AssetStatus }>;
export type AssetStep = 'retire' | 'reinstate';

/**
 * The status after a step.
 * @throws AnnexError STATE_CONFLICT with the present status and the steps that it allows
 */
export function afterStep(reference: string, present: AssetStatus, step: AssetStep): AssetStatus {
  const allowed: { readonly [step: string]: AssetStatus } = transitions[present];
  const next = allowed[step];
  if (next) return next;
  throw new AnnexError('STATE_CONFLICT', `${reference} is ${present} and cannot be asked to ${step}`, {
    details: { present, allowed: Object.keys(allowed) },
  });
}

export const properties = ['CONFIDENTIALITY', 'INTEGRITY', 'AVAILABILITY'] as const;
export type Property = (typeof properties)[number];

/** What losing each property would mean, 0 to 4 on a scale of our own; null where nobody has valued it. */
export interface AssetValues {
  readonly confidentiality: number | null;
  readonly integrity: number | null;
  readonly availability: number | null;
}

export const valueFields = ['confidentiality', 'integrity', 'availability'] as const satisfies (keyof AssetValues)[];

/** What people say of an asset. */
export interface AssetFacts extends AssetValues {
  readonly name: string;
  readonly kind: AssetKind;
  readonly category: AssetCategory;
  readonly ownerId: string | null;
  readonly classification: Classification | null;
  readonly description: string;
  readonly externalKey: string | null;
}

const lengths = { name: 200, description: 5000, externalKey: 500 } as const;
export const mostValue = 4;

/**
 * Every fault of what is said of an asset.
 * @param at the place of a field: `input.name`, `row 3, name`
 */
export function faultsOfAsset(facts: AssetFacts, at: (field: string) => string): FieldFault[] {
  const faults: FieldFault[] = [];
  const check = (field: keyof AssetFacts, right: boolean, allowed: string, given: unknown = facts[field]) => {
    if (!right) faults.push({ field: at(field), given, allowed });
  };
  check('name', facts.name !== '', 'must not be empty');
  for (const field of ['name', 'description', 'externalKey'] as const) {
    const text = facts[field] ?? '';
    const most = lengths[field];
    check(field, text.length <= most, `must have at most ${most} characters`, `${text.slice(0, 60)}…`);
    check(field, !text.includes('\u0000'), 'must be text without NUL characters', 'a NUL character');
  }
  const categories: readonly string[] = categoriesByKind[facts.kind];
  check('category', categories.includes(facts.category), `must be one of ${categories.join(', ')} for ${facts.kind}`);
  check('ownerId', facts.ownerId === null || isUuid(facts.ownerId), 'must be the id of a person, or nothing');
  for (const field of valueFields) {
    const value = facts[field];
    check(
      field,
      value === null || (Number.isInteger(value) && value >= 0 && value <= mostValue),
      `must be a whole number from 0 (no harm) to ${mostValue} (grave harm), or nothing`,
    );
  }
  return faults;
}

/** @throws AnnexError BAD_INPUT with every fault, if there are some */
export function refuse(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}

/**
 * The way from an asset along what it depends on back to itself, beginning and ending with it; undefined where there is none.
 * The shortest one is found.
 */
export function cycleThrough(start: string, needs: (id: string) => readonly string[]): string[] | undefined {
  const from = new Map<string, string>();
  const waiting = [start];
  for (const next of waiting) {
    for (const needed of needs(next)) {
      if (needed === start) {
        const way = [next];
        for (let at = next; at !== start; ) {
          at = from.get(at) ?? start;
          way.unshift(at);
        }
        return [...way, start];
      }
      if (from.has(needed)) continue;
      from.set(needed, next);
      waiting.push(needed);
    }
  }
  return undefined;
}

/** The value of a property with where it comes from: the asset itself, one that depends on it, or nowhere. */
export interface Worth {
  readonly property: Property;
  readonly own: number | null;
  readonly value: number | null;
  /** The asset whose own value it is; null where there is none. */
  readonly fromId: string | null;
}

/** The highest own value of a property among the assets that depend on one, directly or not. */
export interface Inherited {
  readonly property: Property;
  readonly value: number;
  readonly fromId: string;
}

/**
 * What each property of an asset is worth: a supporting asset is worth at least what the assets are that depend on it. A value of its
 * own that is as high is named before an inherited one.
 */
export function worthOf(
  asset: AssetValues & { readonly id: string; readonly kind: AssetKind },
  inherited: readonly Inherited[],
): Worth[] {
  return properties.map((property, index) => {
    const field = valueFields[index];
    const own = field ? asset[field] : null;
    const highest = asset.kind === 'SUPPORTING' ? inherited.find((one) => one.property === property) : undefined;
    if (highest && (own === null || highest.value > own))
      return { property, own, value: highest.value, fromId: highest.fromId };
    return { property, own, value: own, fromId: own === null ? null : asset.id };
  });
}

/** Why a property is worth what it is, in a sentence. */
export function sentenceOf(worth: Worth, from: { readonly reference: string; readonly name: string } | null): string {
  const name = `${worth.property[0]}${worth.property.slice(1).toLowerCase()}`;
  if (worth.value === null || !from) return `${name} is not valued, neither here nor where something depends on it.`;
  const own = worth.own === null ? 'without a value of its own' : `its own value is ${worth.own}`;
  return worth.value === worth.own
    ? `${name} ${worth.value} is its own value; nothing that depends on it has a higher one.`
    : `${name} ${worth.value} is inherited from ${from.reference} ${from.name}, which depends on it; ${own}.`;
}
