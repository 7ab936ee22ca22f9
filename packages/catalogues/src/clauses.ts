import { readData } from './data.ts';

/** The editions of ISO/IEC 27001 that Annex knows. */
export type Edition = '2013' | '2022';

/** A clause of ISO/IEC 27001, or a heading of its Annex A. */
export interface Clause {
  /** With the edition, because 6.1.3 of one is not 6.1.3 of the other: `iso27001:2022:6.1.3`. */
  readonly id: string;
  /** As the standard prints it: `6.1.3`, `A.5`. */
  readonly number: string;
  readonly title: string;
  readonly parentId: string | null;
}

const clausesByEdition = {
  '2013': readData<Clause>('iso27001-2013-clauses.json'),
  '2022': readData<Clause>('iso27001-2022-clauses.json'),
};

const groupsByEdition = {
  '2013': readData<Clause>('iso27001-2013-groups.json'),
  '2022': readData<Clause>('iso27001-2022-groups.json'),
};

/** Clauses and sub-clauses 4 to 10 of an edition, in the standard's order. */
export function clauses(edition: Edition): readonly Clause[] {
  return clausesByEdition[edition];
}

/** The headings of Annex A that its controls stand under, in the standard's order. */
export function controlGroups(edition: Edition): readonly Clause[] {
  return groupsByEdition[edition];
}
