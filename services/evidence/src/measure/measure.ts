import { addDuration, parseDuration } from './duration.ts';

export const collectors = ['MANUAL', 'SARIF_OPEN_FINDINGS'] as const;
export type Collector = (typeof collectors)[number];
export type MeasurementState = 'KNOWN' | 'UNKNOWN';
export type AttainmentState = 'NEVER_MEASURED' | 'FRESH' | 'LATE' | 'STALE' | 'UNKNOWN';

/**
 * How far a value reaches between what wholly misses the aim and what meets it, in 0..1 (domain model, 1; ISO/IEC 27004:2016, 7).
 * Either end may be the larger.
 */
export function attainmentOf(value: number, aim: { readonly target: number; readonly worst: number }): number {
  const share = (value - aim.worst) / (aim.target - aim.worst);
  // Halves first where the ends are too far apart for a difference.
  const safe = Number.isFinite(share) ? share : (value / 2 - aim.worst / 2) / (aim.target / 2 - aim.worst / 2);
  return Math.min(1, Math.max(0, safe)) || 0;
}

/** When a measurement is late, and when it ends. */
export interface Schedule {
  /** The next measurement is planned for this moment. */
  readonly lateFrom: Date;
  readonly validUntil: Date;
}

/**
 * @param grace a tenth of this very period where none is given
 * @param countsFrom when the facts behind the measurement were taken
 */
export function scheduleOf(countsFrom: Date, frequency: string, grace: string | null): Schedule {
  const every = parseDuration(frequency);
  const extra = grace === null ? undefined : parseDuration(grace);
  if (!every || (grace !== null && !extra)) throw new Error(`A measure has no duration: ${frequency}, ${grace}`);
  const lateFrom = addDuration(countsFrom, every);
  const validUntil = extra
    ? addDuration(lateFrom, extra)
    : new Date(lateFrom.getTime() + Math.round((lateFrom.getTime() - countsFrom.getTime()) / 10));
  return { lateFrom, validUntil };
}

/** A measurement as far as it decides what its measure says. */
export interface Reading extends Schedule {
  readonly value: number;
  readonly state: MeasurementState;
  /** The validity of the evidence behind it, where there is some. */
  readonly evidence: { readonly validFrom: Date; readonly validUntil: Date | null } | null;
}

/** What a measure says at a moment. */
export interface Attainment {
  readonly state: AttainmentState;
  readonly value: number | null;
  /** null where nothing is known. */
  readonly attainment: number | null;
  readonly freshness: 0 | 1;
  readonly lateFrom: Date | null;
  /** The earlier of the measurement's own end and that of its evidence. */
  readonly validUntil: Date | null;
  /** When it will say something else by itself. */
  readonly nextChange: Date | null;
}

const nothing: Attainment = {
  state: 'NEVER_MEASURED',
  value: null,
  attainment: null,
  freshness: 0,
  lateFrom: null,
  validUntil: null,
  nextChange: null,
};

const earlier = (a: Date, b: Date | null) => (b !== null && b < a ? b : a);

/** What the latest measurement says now: its attainment, and whether it still counts (domain model, 1 and 2). */
export function readAttainment(
  latest: Reading | null,
  aim: { readonly target: number; readonly worst: number },
  now: Date,
): Attainment {
  if (!latest) return nothing;
  const { lateFrom, value } = latest;
  const validUntil = earlier(latest.validUntil, latest.evidence?.validUntil ?? null);
  const stale = now >= validUntil || (latest.evidence !== null && now < latest.evidence.validFrom);
  const known = latest.state === 'KNOWN';
  const said = {
    value,
    attainment: known ? attainmentOf(value, aim) : null,
    freshness: stale ? 0 : 1,
    lateFrom,
    validUntil,
  } as const;
  if (stale) return { ...said, state: 'STALE', nextChange: null };
  const nextChange = now < lateFrom ? earlier(validUntil, lateFrom) : validUntil;
  if (!known) return { ...said, state: 'UNKNOWN', nextChange: validUntil };
  return { ...said, state: now >= lateFrom ? 'LATE' : 'FRESH', nextChange };
}

/** What the latest import of a source says. */
export interface SourceState {
  readonly source: string;
  readonly importId: string;
  readonly outcome: 'COMPLETE' | 'PARTIAL' | 'FAILED';
  readonly open: number;
  readonly importedAt: Date;
}

/** A measurement collected from imports. */
export interface Collected {
  readonly value: number;
  readonly state: MeasurementState;
  /** Why it is not known; empty where it is. */
  readonly reason: string;
  /** When the oldest of the imports was made: the measurement is as old as that. */
  readonly countsFrom: Date;
  readonly inputs: readonly SourceState[];
}

const listed = (names: readonly string[]) =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;

/**
 * Open findings over the latest import of each source. Known only when all of those were complete and every named source was imported;
 * otherwise the sum is a lower bound.
 * @param named the sources of the measure; none means every source there is
 * @returns undefined where none of the sources was ever imported
 */
export function collectOpenFindings(named: readonly string[], present: readonly SourceState[]): Collected | undefined {
  const inputs = named.length === 0 ? present : present.filter((one) => named.includes(one.source));
  const [first] = inputs;
  if (!first) return undefined;
  const missing = named.filter((name) => !inputs.some((one) => one.source === name));
  const incomplete = inputs.filter((one) => one.outcome !== 'COMPLETE').map((one) => one.source);
  const reason = [
    ...(incomplete.length > 0 ? [`The latest run of ${listed(incomplete)} was not complete.`] : []),
    ...(missing.length > 0 ? [`Nothing was ever imported from ${listed(missing)}.`] : []),
  ].join(' ');
  return {
    value: inputs.reduce((sum, one) => sum + one.open, 0),
    state: reason === '' ? 'KNOWN' : 'UNKNOWN',
    reason,
    countsFrom: inputs.reduce((oldest, one) => earlier(oldest, one.importedAt), first.importedAt),
    inputs,
  };
}
