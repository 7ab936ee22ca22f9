/**
 * How strong an implementation is, computed from facts (domain model, 3 and 4; 27004 for what measures say). Pure.
 * The same function makes the stored number and its explanation.
 */

export type ImplementationStatus = 'NOT_STARTED' | 'PLANNED' | 'PARTIAL' | 'IMPLEMENTED';
export type LinkRole = 'PERFORMANCE' | 'EFFECTIVENESS';
export type LinkStanding = 'KEY' | 'ORDINARY';
export type Verification = 'VERIFIED' | 'PARTLY_VERIFIED' | 'NOT_VERIFIED';
/** LINKED counts as it stands now; HELD was unlinked and still holds the verified reading down; RELEASED counts no more. */
export type LinkState = 'LINKED' | 'HELD' | 'RELEASED';

/** What a measure says now, as evidence told it last. */
export interface Reading {
  /** 0..1; null where it was never measured or could not be told. */
  readonly attainment: number | null;
  /** 1 while the measurement is valid, 0 after. */
  readonly freshness: number;
}

/** A measure's link to an implementation, present or past. `version`s are those of the implementation. */
export interface LinkFacts {
  readonly id: string;
  readonly measureId: string;
  readonly weight: number;
  readonly role: LinkRole;
  readonly standing: LinkStanding;
  readonly linkedBy: string;
  readonly linkedVersion: number;
  readonly reading: Reading;
  /** Set where it was unlinked: by whom, at which version, and what it counted in the verified reading then. */
  readonly unlinked: { readonly by: string; readonly version: number; readonly lastReading: number } | null;
}

/** The latest design assessment of each of its authors. */
export interface DesignFacts {
  readonly conclusion: number;
  readonly by: string;
  readonly version: number;
}

export interface StrengthFacts {
  readonly status: ImplementationStatus;
  /** The stated share where the status is PARTIAL. */
  readonly share: number | null;
  readonly claimedDesign: number;
  readonly claimedOperation: number;
  readonly designs: readonly DesignFacts[];
  readonly links: readonly LinkFacts[];
  /** How far strength may count under the exceptions in force; null where there is none. */
  readonly cap: number | null;
}

/** One factor of strength in the two readings. */
export interface Factor {
  readonly verified: number;
  readonly claimed: number;
  readonly verification: Verification;
}

export interface CountedLink {
  readonly link: LinkFacts;
  readonly state: LinkState;
  readonly verified: number;
  readonly claimed: number;
  readonly verification: 'VERIFIED' | 'NOT_VERIFIED';
}

export interface Strength {
  readonly verified: number;
  readonly claimed: number;
  /** claimed − verified: what is claimed and not shown. Never below 0. */
  readonly assuranceGap: number;
  readonly verification: Verification;
  readonly implementation: number;
  readonly design: Factor;
  readonly operation: Factor;
  readonly links: readonly CountedLink[];
  readonly cap: number | null;
}

/** Numbers are kept and compared to nine places, so that the order of an addition is no change. */
export function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** not started 0, planned 0, partial its stated share, implemented 1 (domain model, 4) */
function implementationFactor(facts: Pick<StrengthFacts, 'status' | 'share'>): number {
  if (facts.status === 'IMPLEMENTED') return 1;
  return facts.status === 'PARTIAL' ? (facts.share ?? 0) : 0;
}

function isVerified(reading: Reading): boolean {
  return reading.attainment !== null && reading.freshness > 0;
}

/** What a reading counts in the verified operation: a · f, 0 where nothing is known. */
export function verifiedReading(reading: Reading): number {
  return isVerified(reading) ? (reading.attainment ?? 0) * reading.freshness : 0;
}

/**
 * What it counts in the claimed operation: the measurement while it is valid, the owner's claim where there is none. An
 * expired one claims no more than it last showed, so that letting a bad measurement expire is no gain.
 */
function claimedReading(reading: Reading, claim: number): number {
  if (isVerified(reading)) return verifiedReading(reading);
  return reading.attainment === null ? claim : Math.min(reading.attainment, claim);
}

function isPerson(actor: string): boolean {
  return actor.startsWith('person:');
}

/**
 * Whether an unlinked measure still counts. It does until, after the unlinking, another person assesses the design or links a
 * measure that has a valid measurement, or until the same measure is linked again with no less weight and standing.
 */
function stateOf(link: LinkFacts, facts: Pick<StrengthFacts, 'designs' | 'links'>): LinkState {
  const { unlinked } = link;
  if (!unlinked) return 'LINKED';
  const byAnother = (actor: string, version: number) =>
    isPerson(actor) && actor !== unlinked.by && version > unlinked.version;
  const released =
    facts.designs.some((design) => byAnother(design.by, design.version)) ||
    facts.links.some(
      (other) =>
        (!other.unlinked && byAnother(other.linkedBy, other.linkedVersion) && isVerified(other.reading)) ||
        (other.measureId === link.measureId &&
          other.linkedVersion > unlinked.version &&
          other.weight >= link.weight &&
          (other.standing === 'KEY' || link.standing === 'ORDINARY')),
    );
  return released ? 'RELEASED' : 'HELD';
}

interface Weighed {
  readonly weight: number;
  readonly value: number;
  readonly standing: LinkStanding;
}

/**
 * Σ wᵢ vᵢ / Σ wᵢ, no higher than the lowest key value. Of `held` any part may count with the others; the part that gives the
 * lowest result does. It is found by adding them from the lowest on while they pull the mean down.
 */
function weigh(linked: readonly Weighed[], held: readonly Weighed[]): number {
  let weight = 0;
  let sum = 0;
  let cap = 1;
  const count = (one: Weighed) => {
    weight += one.weight;
    sum += one.weight * one.value;
  };
  for (const one of linked) count(one);
  for (const one of [...held].sort((a, b) => a.value - b.value)) if (one.value * weight < sum) count(one);
  for (const one of [...linked, ...held]) if (one.standing === 'KEY') cap = Math.min(cap, one.value);
  return Math.min(sum / weight, cap);
}

function verificationOf(parts: readonly ('VERIFIED' | 'NOT_VERIFIED' | Verification)[]): Verification {
  if (parts.every((part) => part === 'VERIFIED')) return 'VERIFIED';
  return parts.every((part) => part === 'NOT_VERIFIED') ? 'NOT_VERIFIED' : 'PARTLY_VERIFIED';
}

function operationFactor(counted: readonly CountedLink[], claim: number): Factor {
  const linked = counted.filter((one) => one.state === 'LINKED');
  if (linked.length === 0) return { verified: 0, claimed: rounded(claim), verification: 'NOT_VERIFIED' };
  const held = counted.filter((one) => one.state === 'HELD');
  const weighed = (links: readonly CountedLink[], reading: 'verified' | 'claimed') =>
    links.map((one) => ({ weight: one.link.weight, standing: one.link.standing, value: one[reading] }));
  return {
    verified: rounded(weigh(weighed(linked, 'verified'), weighed(held, 'verified'))),
    claimed: rounded(weigh(weighed(linked, 'claimed'), [])),
    verification: verificationOf(linked.map((one) => one.verification)),
  };
}

function designFactor(designs: readonly DesignFacts[], claim: number): Factor {
  const latest = designs.reduce<DesignFacts | undefined>(
    (best, one) => (best && best.version > one.version ? best : one),
    undefined,
  );
  if (!latest) return { verified: 0, claimed: rounded(claim), verification: 'NOT_VERIFIED' };
  const conclusion = rounded(latest.conclusion);
  return { verified: conclusion, claimed: conclusion, verification: 'VERIFIED' };
}

/**
 * implementation × design × operation in two readings: verified (what is not verified counts 0) and claimed (what is not verified
 * counts as its owner claims). An exception in force caps both. All results are in 0..1; verified is never above claimed.
 */
export function strengthOf(facts: StrengthFacts): Strength {
  const implementation = rounded(implementationFactor(facts));
  const links = facts.links.map((link): CountedLink => {
    const state = stateOf(link, facts);
    const verified = link.unlinked ? link.unlinked.lastReading : verifiedReading(link.reading);
    return {
      link,
      state,
      verified: rounded(verified),
      claimed: rounded(link.unlinked ? verified : claimedReading(link.reading, facts.claimedOperation)),
      verification: !link.unlinked && isVerified(link.reading) ? 'VERIFIED' : 'NOT_VERIFIED',
    };
  });
  const design = designFactor(facts.designs, facts.claimedDesign);
  const operation = operationFactor(links, facts.claimedOperation);
  const capped = (product: number) => rounded(Math.min(product, facts.cap ?? 1));
  const verified = capped(implementation * design.verified * operation.verified);
  const claimed = capped(implementation * design.claimed * operation.claimed);
  return {
    verified,
    claimed,
    assuranceGap: rounded(claimed - verified),
    verification: verificationOf([design.verification, operation.verification]),
    implementation,
    design,
    operation,
    links,
    cap: facts.cap,
  };
}
