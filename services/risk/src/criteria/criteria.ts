/** A level of a scale: touching the one before, rising. Lower edge inside, upper edge outside. */
export interface Band {
  readonly name: string;
  readonly lower: number;
  /** null where the band has no top. */
  readonly upper: number | null;
  /** The value that stands for the band when it is computed with. */
  readonly representative: number;
}

export const acceptanceRules = ['ACCEPTABLE', 'TOLERABLE', 'ABOVE_CRITERIA'] as const;
/** What may be done with a risk of a level: live with it, tolerate it by a stated authority, or not leave it so. */
export type AcceptanceRule = (typeof acceptanceRules)[number];

export interface Level {
  readonly name: string;
  /** 1 the lowest. */
  readonly rank: number;
  readonly rule: AcceptanceRule;
  /** Who may tolerate it; stated where the rule is TOLERABLE. */
  readonly authority: string | null;
}

/** The risk criteria of an ISMS (ISO/IEC 27001, 6.1.2 a). Loss is in minor units of `currency`. */
export interface Criteria {
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** By annual frequency. */
  readonly likelihoods: readonly Band[];
  /** By loss of one occurrence. */
  readonly consequences: readonly Band[];
  /** Lowest rank first. */
  readonly levels: readonly Level[];
  /** Ranks: a row a likelihood, a column a consequence. */
  readonly matrix: readonly (readonly number[])[];
  /** No control is believed to bring a risk below these. */
  readonly floorFrequency: number;
  readonly floorLoss: number;
  readonly appetite: string;
}

/**
 * Twelve significant digits: keeps `1 × (1 − 0.9)` on the edge 0.1, where binary fractions put it below.
 * Rises with its argument, so that what is computed with it stays monotone.
 */
export function significant(value: number): number {
  return Number(value.toPrecision(12));
}

/**
 * The level (from 1) of the band that holds a value. An edge belongs to the band above it; what lies beyond the ends of
 * the scale belongs to its first or last band.
 */
export function bandOf(bands: readonly Band[], value: number): number {
  let level = 1;
  for (let index = 1; index < bands.length; index++) {
    const band = bands[index];
    if (band && value >= band.lower) level = index + 1;
  }
  return level;
}

/** The geometric mean of a band that is closed on both sides; undefined for one that starts at 0 or has no top. */
export function geometricMean(lower: number, upper: number | null): number | undefined {
  return lower > 0 && upper !== null ? significant(Math.sqrt(lower) * Math.sqrt(upper)) : undefined;
}

/** The band of a level (from 1). A level that the scale does not have is a defect. */
export function bandAt(bands: readonly Band[], level: number): Band {
  const band = bands[level - 1];
  if (!band) throw new Error(`The scale has no level ${level}`);
  return band;
}

/** The matrix's level at a likelihood and a consequence, both from 1. */
export function levelAt(criteria: Criteria, likelihood: number, consequence: number): Level {
  const rank = criteria.matrix[likelihood - 1]?.[consequence - 1];
  const level = rank === undefined ? undefined : criteria.levels[rank - 1];
  if (!level) throw new Error(`The matrix has no cell ${likelihood}, ${consequence}`);
  return level;
}
