import { AnnexError, type FieldFault } from '@annex/schema';
import { type AcceptanceRule, acceptanceRules, type Band, bandOf, type Criteria, geometricMean } from './criteria.ts';

export interface BandInput {
  readonly name: string;
  readonly lower: number;
  readonly upper?: number | null;
  readonly representative?: number | null;
}

export interface LevelInput {
  readonly name: string;
  readonly rule: AcceptanceRule;
  readonly authority?: string | null;
}

export interface CriteriaInput {
  readonly name: string;
  readonly currency: string;
  readonly likelihoods: readonly BandInput[];
  readonly consequences: readonly BandInput[];
  readonly levels: readonly LevelInput[];
  /** Names of levels: a row a likelihood, a column a consequence. */
  readonly matrix: readonly (readonly string[])[];
  readonly floorFrequency: number;
  readonly floorLoss: number;
  readonly appetite: string;
}

type Complain = (field: string, given: unknown, allowed: string) => void;

const maxBands = 10;
const currencies = new Set(Intl.supportedValuesOf('currency'));

const isText = (text: string, most: number) => text.trim().length > 0 && text.length <= most;
const isAmount = (value: number) => Number.isFinite(value) && value >= 0;

function checkNames(field: string, items: readonly { name: string }[], complain: Complain): void {
  const seen = new Set<string>();
  for (const [index, { name }] of items.entries()) {
    if (!isText(name, 100)) complain(`${field}[${index}].name`, name, 'a name of 1 to 100 characters');
    if (seen.has(name)) complain(`${field}[${index}].name`, name, 'a name that no other of them has');
    seen.add(name);
  }
}

/** The representative of a band: the geometric mean where it is closed on both sides, the stated one otherwise. */
function representativeOf(field: string, band: BandInput, complain: Complain): number {
  const { name, lower, upper = null, representative: stated = null } = band;
  const mean = geometricMean(lower, upper);
  if (mean === undefined) {
    const inside =
      stated !== null && Number.isFinite(stated) && stated > 0 && stated >= lower && (upper === null || stated < upper);
    if (!inside) {
      const range = upper === null ? `of at least ${lower}` : `above ${lower} and below ${upper}`;
      complain(`${field}.representative`, stated, `a value ${range}, stated because ${name} is open on a side`);
    }
    return stated ?? Number.NaN;
  }
  if (stated !== null && !(Math.abs(stated - mean) <= mean * 1e-9)) {
    complain(`${field}.representative`, stated, `the geometric mean of ${name}, ${mean}, or nothing`);
  }
  return mean;
}

function bandsOf(field: string, inputs: readonly BandInput[], complain: Complain): Band[] {
  if (inputs.length < 2 || inputs.length > maxBands) complain(field, inputs.length, `2 to ${maxBands} bands`);
  checkNames(field, inputs, complain);
  return inputs.map((input, index) => {
    const at = `${field}[${index}]`;
    const { name, lower, upper = null } = input;
    const before = inputs[index - 1];
    if (!isAmount(lower)) complain(`${at}.lower`, lower, `a number of at least 0 for ${name}`);
    else if (before && before.upper !== lower) {
      complain(`${at}.lower`, lower, `${before.upper ?? 'nothing'}: ${name} begins where ${before.name} ends`);
    }
    if (upper === null) {
      if (index < inputs.length - 1)
        complain(`${at}.upper`, null, `a number: only the last band has no top, and ${name} is not the last`);
    } else if (!(Number.isFinite(upper) && upper > lower)) {
      complain(`${at}.upper`, upper, `more than the lower edge of ${name}, ${lower}`);
    }
    return { name, lower, upper, representative: representativeOf(at, input, complain) };
  });
}

function checkLevels(levels: readonly LevelInput[], complain: Complain): void {
  if (levels.length < 2 || levels.length > maxBands)
    complain('input.levels', levels.length, `2 to ${maxBands} levels, the lowest first`);
  checkNames('input.levels', levels, complain);
  for (const [index, level] of levels.entries()) {
    const before = levels[index - 1];
    if (before && acceptanceRules.indexOf(level.rule) < acceptanceRules.indexOf(before.rule)) {
      complain(
        `input.levels[${index}].rule`,
        level.rule,
        `a rule no milder than that of ${before.name}, ${before.rule}`,
      );
    }
    if (level.rule === 'TOLERABLE' && !isText(level.authority ?? '', 200)) {
      complain(
        `input.levels[${index}].authority`,
        level.authority ?? null,
        `who may tolerate ${level.name}, in 1 to 200 characters`,
      );
    }
  }
}

/** Ranks by cell. A worse likelihood or consequence never gives a milder level: otherwise a stronger control could raise a risk. */
function matrixOf(input: CriteriaInput, complain: Complain): number[][] {
  const ranks = new Map(input.levels.map((level, index) => [level.name, index + 1]));
  const names = [...ranks.keys()].join(', ');
  if (input.matrix.length !== input.likelihoods.length) {
    complain('input.matrix', input.matrix.length, `${input.likelihoods.length} rows, one for each likelihood`);
  }
  const matrix = input.matrix.map((row, likelihood) => {
    if (row.length !== input.consequences.length) {
      complain(
        `input.matrix[${likelihood}]`,
        row.length,
        `${input.consequences.length} cells, one for each consequence`,
      );
    }
    return row.map((name, consequence) => {
      const rank = ranks.get(name);
      if (rank === undefined)
        complain(`input.matrix[${likelihood}][${consequence}]`, name, `one of the levels: ${names}`);
      return rank ?? 0;
    });
  });
  for (const [likelihood, row] of matrix.entries()) {
    for (const [consequence, rank] of row.entries()) {
      const least = Math.max(matrix[likelihood - 1]?.[consequence] ?? 0, row[consequence - 1] ?? 0);
      if (rank > 0 && rank < least) {
        complain(
          `input.matrix[${likelihood}][${consequence}]`,
          input.matrix[likelihood]?.[consequence],
          `at least ${input.levels[least - 1]?.name}, as its milder neighbours have`,
        );
      }
    }
  }
  return matrix;
}

/**
 * Criteria as they may be used: bands touch and rise, each has its representative inside, the matrix is whole and rises.
 * @throws AnnexError BAD_INPUT with every fault, each naming its band, level or cell
 */
export function checkedCriteria(input: CriteriaInput): Criteria {
  const faults: FieldFault[] = [];
  const complain: Complain = (field, given, allowed) => faults.push({ field, given, allowed });
  if (!isText(input.name, 100)) complain('input.name', input.name, 'a name of 1 to 100 characters');
  if (!currencies.has(input.currency))
    complain('input.currency', input.currency, 'a currency of ISO 4217, such as EUR');
  if (input.appetite.length > 4000) complain('input.appetite', input.appetite.length, 'at most 4000 characters');
  const likelihoods = bandsOf('input.likelihoods', input.likelihoods, complain);
  const consequences = bandsOf('input.consequences', input.consequences, complain);
  checkLevels(input.levels, complain);
  const matrix = matrixOf(input, complain);
  for (const [field, value] of [
    ['input.floorFrequency', input.floorFrequency],
    ['input.floorLoss', input.floorLoss],
  ] as const) {
    if (!isAmount(value)) complain(field, value, 'a number of at least 0');
  }
  for (const [field, bands] of [
    ['input.likelihoods', likelihoods],
    ['input.consequences', consequences],
  ] as const) {
    if (faults.length > 0) break;
    for (const [index, band] of bands.entries()) {
      if (bandOf(bands, band.representative) !== index + 1) {
        complain(`${field}[${index}]`, band.name, `wide enough to hold its own representative, ${band.representative}`);
      }
    }
  }
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return {
    name: input.name.trim(),
    currency: input.currency,
    likelihoods,
    consequences,
    levels: input.levels.map(({ name, rule, authority = null }, index) => ({ name, rank: index + 1, rule, authority })),
    matrix,
    floorFrequency: input.floorFrequency,
    floorLoss: input.floorLoss,
    appetite: input.appetite,
  };
}
