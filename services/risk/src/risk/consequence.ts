import type { FieldFault } from '@annex/schema';
import { type ByCategory, type Criteria, moneyKey } from '../criteria/criteria.ts';

/** The level of a risk in a category beside money, before any control. */
export interface ConsequenceInput {
  readonly category: string;
  readonly level: number;
}

/** Every fault of the levels of a risk in further categories. */
export function faultsOfConsequences(
  given: readonly ConsequenceInput[] | null | undefined,
  { categories }: Criteria,
): FieldFault[] {
  const further = categories.map(({ key }) => key).join(', ');
  return (given ?? []).flatMap(({ category, level }, index) => {
    const at = `input.consequences[${index}]`;
    const found = categories.find(({ key }) => key === category);
    if (category === moneyKey)
      return [
        { field: `${at}.category`, given: category, allowed: `not ${moneyKey}, which is input.inherentConsequence` },
      ];
    if (!found) {
      const allowed =
        further === ''
          ? `nothing: the criteria have no category beside ${moneyKey}`
          : `a category that the criteria have beside ${moneyKey}: ${further}`;
      return [{ field: `${at}.category`, given: category, allowed }];
    }
    const faults: FieldFault[] = [];
    if ((given ?? []).findIndex((one) => one.category === category) < index)
      faults.push({ field: `${at}.category`, given: category, allowed: 'a category that is named once' });
    const { name, bands } = found;
    if (!(Number.isInteger(level) && level >= 1 && level <= bands.length))
      faults.push({
        field: `${at}.level`,
        given: level,
        allowed: `a level of ${name} from 1 (${bands[0]?.name}) to ${bands.length} (${bands.at(-1)?.name})`,
      });
    return faults;
  });
}

/** The levels as they are kept; null where there are none, so that a risk that is rated in money alone is known as such. */
export function keptConsequences(given: readonly ConsequenceInput[] | null | undefined): ByCategory | null {
  if (!given || given.length === 0) return null;
  return Object.fromEntries(given.map(({ category, level }) => [category, level]));
}
