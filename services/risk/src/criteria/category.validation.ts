import { type BandInput, bandsOf, type Complain, checkNames, isAmount, isText } from './band.validation.ts';
import { type Band, type Category, type Criteria, moneyKey } from './criteria.ts';

/** A category as it is asked for. That of money may leave its unit, bands and floor out: they are those of the criteria. */
export interface CategoryInput {
  readonly key: string;
  readonly name: string;
  readonly unit?: string | null;
  readonly bands?: readonly BandInput[] | null;
  readonly floor?: number | null;
  readonly appetite?: string | null;
}

const mostCategories = 8;
const keyForm = /^[A-Z][A-Z0-9_]{0,39}$/;

interface Money {
  readonly bands: readonly Band[];
  readonly floor: number;
  readonly currency: string;
}

const sameBand = (input: BandInput, band: Band | undefined) =>
  input.name === band?.name && input.lower === band.lower && (input.upper ?? null) === band.upper;

/** What the category of money says again must be what the criteria say of money. */
function checkMoney(input: CategoryInput, { bands, floor, currency }: Money, complain: Complain): void {
  const at = 'input.categories[0]';
  if (input.unit != null && input.unit !== currency)
    complain(`${at}.unit`, input.unit, `nothing, or the currency of the criteria, ${currency}`);
  if (input.floor != null && input.floor !== floor)
    complain(`${at}.floor`, input.floor, `nothing, or the floor of the loss, ${floor}`);
  const given = input.bands;
  if (given && (given.length !== bands.length || given.some((band, index) => !sameBand(band, bands[index]))))
    complain(`${at}.bands`, given.length, 'nothing, or the bands of input.consequences');
}

function furtherOf(at: string, input: CategoryInput, columns: number, complain: Complain): Category {
  const { key, name, unit, floor, appetite } = input;
  if (!keyForm.test(key))
    complain(`${at}.key`, key, 'a capital letter, then at most 39 capital letters, digits or underscores: SAFETY');
  if (!isText(unit ?? '', 100))
    complain(`${at}.unit`, unit ?? null, `in what ${name} is counted, in 1 to 100 characters`);
  if (floor == null || !isAmount(floor)) complain(`${at}.floor`, floor ?? null, 'a number of at least 0');
  const given = input.bands ?? [];
  if (given.length !== columns)
    complain(
      `${at}.bands`,
      given.length,
      `${columns} bands, as input.consequences has: one for each column of the matrix`,
    );
  const bands = bandsOf(`${at}.bands`, given, complain);
  return { key, name: name.trim(), unit: (unit ?? '').trim(), bands, floor: floor ?? 0, appetite: appetite ?? '' };
}

/**
 * The categories beside money, and what money is called. Left out, those before stay, as long as the matrix keeps its columns.
 */
export function furtherCategories(
  inputs: readonly CategoryInput[] | null | undefined,
  before: Criteria,
  money: Money,
  complain: Complain,
): Pick<Criteria, 'moneyName' | 'moneyAppetite' | 'categories'> {
  const columns = money.bands.length;
  if (!inputs) {
    const { moneyName, moneyAppetite, categories } = before;
    for (const [index, { key, bands }] of categories.entries()) {
      if (bands.length !== columns)
        complain(
          `input.categories[${index + 1}].bands`,
          null,
          `${columns} bands of ${key}, which has ${bands.length}: one for each column of the matrix`,
        );
    }
    return { moneyName, moneyAppetite, categories };
  }
  const [first, ...further] = inputs;
  if (inputs.length > mostCategories)
    complain('input.categories', inputs.length, `1 to ${mostCategories} categories, that of ${moneyKey} first`);
  if (first?.key !== moneyKey)
    complain('input.categories[0].key', first?.key ?? null, `${moneyKey}: the category of money comes first`);
  else checkMoney(first, money, complain);
  checkNames('input.categories', inputs, complain);
  const seen = new Set<string>();
  for (const [index, { key, appetite }] of inputs.entries()) {
    if (seen.has(key)) complain(`input.categories[${index}].key`, key, 'a key that no other of them has');
    seen.add(key);
    if ((appetite ?? '').length > 4000)
      complain(`input.categories[${index}].appetite`, (appetite ?? '').length, 'at most 4000 characters');
  }
  return {
    moneyName: first?.name.trim() ?? '',
    moneyAppetite: first?.appetite ?? '',
    categories: further.map((input, index) => furtherOf(`input.categories[${index + 1}]`, input, columns, complain)),
  };
}
