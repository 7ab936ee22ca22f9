import { type FieldFault, refuseAll } from '@annex/schema';
import {
  type BandInput,
  bandsOf,
  type Complain,
  checkNames,
  isAmount,
  isText,
  maxBands,
  narrowBands,
} from './band.validation.ts';
import { type CategoryInput, furtherCategories } from './category.validation.ts';
import { type AcceptanceRule, acceptanceRules, type Criteria, lowCells } from './criteria.ts';
import { assessmentPeriodOf, confirmingMethodsOf, type ProcessInput, processOf } from './process.validation.ts';

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
  /** All of them, money first; left out, they stay as they are, and so do those below. */
  readonly categories?: readonly CategoryInput[] | null;
  readonly assessmentPeriod?: string | null;
  readonly confirmingMethods?: readonly string[] | null;
  /** null takes it away. */
  readonly assessmentProcess?: ProcessInput | null;
  readonly treatmentProcess?: ProcessInput | null;
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

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

/** Ranks by cell. A worse likelihood or consequence never gives a milder level. */
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
  for (const { likelihood, consequence, least } of lowCells(matrix)) {
    complain(
      `input.matrix[${likelihood}][${consequence}]`,
      input.matrix[likelihood]?.[consequence],
      `at least ${input.levels[least - 1]?.name}, as its milder neighbours have`,
    );
  }
  return matrix;
}

/**
 * Criteria as they may be used: bands touch and rise, each has its representative inside, every category has as many as the matrix has
 * columns, the matrix is whole and rises.
 * @param before what is in force: of what came later than the first criteria, it stands where the input leaves it out
 * @throws AnnexError BAD_INPUT with every fault, each naming its band, level or cell
 */
export function checkedCriteria(input: CriteriaInput, before: Criteria): Criteria {
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
  const { floorLoss, currency } = input;
  const money = { bands: consequences, floor: floorLoss, currency };
  const { moneyName, moneyAppetite, categories } = furtherCategories(input.categories, before, money, complain);
  const assessmentPeriod = assessmentPeriodOf(input.assessmentPeriod ?? before.assessmentPeriod, complain);
  const confirmingMethods = confirmingMethodsOf(input.confirmingMethods ?? before.confirmingMethods, complain);
  const process = (name: 'assessmentProcess' | 'treatmentProcess') =>
    input[name] === undefined ? before[name] : processOf(`input.${name}`, input[name], complain);
  const assessmentProcess = process('assessmentProcess');
  const treatmentProcess = process('treatmentProcess');
  if (faults.length === 0) {
    faults.push(...narrowBands('input.likelihoods', likelihoods), ...narrowBands('input.consequences', consequences));
    for (const [index, { bands }] of categories.entries()) {
      faults.push(...narrowBands(`input.categories[${index + 1}].bands`, bands));
    }
  }
  refuseAll('BAD_INPUT', faults);
  return {
    name: input.name.trim(),
    currency,
    likelihoods,
    consequences,
    levels: input.levels.map(({ name, rule, authority = null }, index) => ({ name, rank: index + 1, rule, authority })),
    matrix,
    floorFrequency: input.floorFrequency,
    floorLoss,
    appetite: input.appetite,
    assessmentPeriod,
    moneyName,
    moneyAppetite,
    categories,
    confirmingMethods,
    assessmentProcess,
    treatmentProcess,
  };
}
