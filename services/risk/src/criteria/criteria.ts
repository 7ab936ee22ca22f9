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

/** The key of the category that is always there: money, in minor units of the currency. */
export const moneyKey = 'MONEY';

/** A kind of consequence beside money, in a unit of its own (ISO/IEC 27005, 6.4). It has as many bands as the matrix has columns. */
export interface Category {
  readonly key: string;
  readonly name: string;
  readonly unit: string;
  readonly bands: readonly Band[];
  /** No control is believed to bring the consequence below it. */
  readonly floor: number;
  readonly appetite: string;
}

/** Levels or amounts by the key of a further category. */
export interface ByCategory {
  readonly [key: string]: number;
}

/** A documented process: what it says, or the document that says it. */
export interface DocumentedProcess {
  readonly text: string;
  readonly documentId: string | null;
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
  /** How often the whole register is to be assessed, ISO 8601. */
  readonly assessmentPeriod: string;
  readonly moneyName: string;
  readonly moneyAppetite: string;
  /** Those beside money. */
  readonly categories: readonly Category[];
  /** The methods that may confirm an indicated level. */
  readonly confirmingMethods: readonly string[];
  readonly assessmentProcess: DocumentedProcess | null;
  readonly treatmentProcess: DocumentedProcess | null;
}

/** What criteria say, without the row that they are kept in. */
export const contentOf = (criteria: Criteria): Criteria => ({
  name: criteria.name,
  currency: criteria.currency,
  likelihoods: criteria.likelihoods,
  consequences: criteria.consequences,
  levels: criteria.levels,
  matrix: criteria.matrix,
  floorFrequency: criteria.floorFrequency,
  floorLoss: criteria.floorLoss,
  appetite: criteria.appetite,
  assessmentPeriod: criteria.assessmentPeriod,
  moneyName: criteria.moneyName,
  moneyAppetite: criteria.moneyAppetite,
  categories: criteria.categories,
  confirmingMethods: criteria.confirmingMethods,
  assessmentProcess: criteria.assessmentProcess,
  treatmentProcess: criteria.treatmentProcess,
});

/** Every category, money first. */
export function categoriesOf(criteria: Criteria): readonly Category[] {
  const { moneyName, currency, consequences, floorLoss, moneyAppetite, categories } = criteria;
  const money = { key: moneyKey, name: moneyName, unit: currency, bands: consequences, floor: floorLoss };
  return [{ ...money, appetite: moneyAppetite }, ...categories];
}

/** The category of a key. One that the criteria do not have is a defect. */
export function categoryOf(criteria: Criteria, key: string): Category {
  const category = categoriesOf(criteria).find((one) => one.key === key);
  if (!category) throw new Error(`The criteria have no category ${key}`);
  return category;
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

/**
 * The cells of a matrix whose rank is lower than that of a milder neighbour, with the least that it must be: otherwise a stronger control could
 * raise a risk. Places from 0; a rank of 0 is none.
 */
export function lowCells(
  matrix: readonly (readonly number[])[],
): { readonly likelihood: number; readonly consequence: number; readonly least: number }[] {
  return matrix.flatMap((row, likelihood) =>
    row.flatMap((rank, consequence) => {
      const least = Math.max(matrix[likelihood - 1]?.[consequence] ?? 0, row[consequence - 1] ?? 0);
      return rank > 0 && rank < least ? [{ likelihood, consequence, least }] : [];
    }),
  );
}

/** The matrix's level at a likelihood and a consequence, both from 1. */
export function levelAt(criteria: Criteria, likelihood: number, consequence: number): Level {
  const rank = criteria.matrix[likelihood - 1]?.[consequence - 1];
  const level = rank === undefined ? undefined : criteria.levels[rank - 1];
  if (!level) throw new Error(`The matrix has no cell ${likelihood}, ${consequence}`);
  return level;
}
