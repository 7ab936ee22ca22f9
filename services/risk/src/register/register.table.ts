import { bandOf, type Criteria } from '../criteria/criteria.ts';
import type { RiskRow } from '../risk/risk.store.ts';

/** Columns that an import sets. */
export const settable = [
  'external key',
  'title',
  'description',
  'owner id',
  'affects',
  'treatment option',
  'inherent likelihood',
  'inherent consequence',
] as const;
export type Settable = (typeof settable)[number];

/** The columns of an export, in their order. An import reads `reference` and the settable ones; the others are computed or have steps of their own. */
export const registerColumns = [
  'reference',
  'external key',
  'title',
  'description',
  'owner id',
  'affects',
  'status',
  'treatment option',
  'inherent likelihood',
  'inherent consequence',
  'current likelihood',
  'current consequence',
  'current level',
  'standing',
  'reassessment',
  'implementations',
] as const;
type RegisterColumn = (typeof registerColumns)[number];

const consequencePrefix = 'consequence:';

/** The column of the level in a category beside money: `consequence:SAFETY`. */
export const consequenceColumn = (category: string) => `${consequencePrefix}${category}`;

/** The category that a column is about, in capital letters; undefined for a column of another kind. */
export const categoryOfColumn = (column: string): string | undefined =>
  column.trim().toLowerCase().startsWith(consequencePrefix)
    ? column.trim().slice(consequencePrefix.length).trim().toUpperCase()
    : undefined;

/** The columns of an export by these criteria: further categories of consequence stand beside that of money. */
export const exportColumns = ({ categories }: Criteria): string[] =>
  registerColumns.flatMap((column) =>
    column === 'inherent consequence' ? [column, ...categories.map(({ key }) => consequenceColumn(key))] : [column],
  );

const bandName = (bands: Criteria['likelihoods'], level: number) => bands[level - 1]?.name ?? String(level);

/** How each settable column of a risk is written; an import compares with it what it is given. */
export function settableTexts(row: RiskRow, criteria: Criteria): Readonly<Record<Settable, string>> {
  return {
    'external key': row.externalKey ?? '',
    title: row.title,
    description: row.description,
    'owner id': row.ownerId ?? '',
    affects: row.affects.join('; '),
    'treatment option': row.treatmentOption ?? '',
    'inherent likelihood': bandName(criteria.likelihoods, row.inherentLikelihood),
    'inherent consequence': bandName(criteria.consequences, row.inherentConsequence),
  };
}

/** How the levels of a risk in further categories are written, by column; nothing where it is not rated in one. */
export const consequenceTexts = ({ consequences }: RiskRow, { categories }: Criteria): Map<string, string> =>
  new Map(
    categories.map(({ key, bands }) => {
      const level = consequences?.[key];
      return [consequenceColumn(key), level === undefined ? '' : bandName(bands, level)];
    }),
  );

/** A risk as a row of the register, with the words of its criteria. */
export function registerRow(row: RiskRow, criteria: Criteria, implementations: readonly string[]): string[] {
  const texts: Readonly<Record<RegisterColumn, string>> = {
    ...settableTexts(row, criteria),
    reference: row.reference,
    status: row.status,
    'current likelihood': bandName(criteria.likelihoods, row.currentLikelihood),
    'current consequence': bandName(criteria.consequences, bandOf(criteria.consequences, row.currentLoss)),
    'current level': row.currentLevel,
    standing: row.standing,
    reassessment: row.reassessment,
    implementations: implementations.join('; '),
  };
  const further = consequenceTexts(row, criteria);
  return exportColumns(criteria).map((column) => further.get(column) ?? texts[column as RegisterColumn]);
}
