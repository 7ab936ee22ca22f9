import { readData } from './data.ts';

/** An edition of a standard of the family, or of a neighbour that the family leans on. */
export interface Standard {
  /** `iso27001:2022`, `iso27006-1:2024` */
  readonly id: string;
  /** As it is cited, without the edition: `ISO/IEC 27001`. */
  readonly number: string;
  readonly edition: string;
  readonly title: string;
  readonly kind: 'VOCABULARY' | 'REQUIREMENTS' | 'GUIDANCE';
  /** Whom it speaks to. An organisation is certified only against requirements addressed to organisations. */
  readonly addressee: 'ORGANISATION' | 'CERTIFICATION_BODY' | 'STANDARD_WRITER' | 'PERSON';
  readonly sector: string | null;
  readonly certifiable: 'STAND_ALONE' | 'EXTENSION' | 'NO';
  /** One or two sentences: why not and what to use instead, or against what and by whom. */
  readonly certifiableReason: string;
  /** The standard to ask for where this one cannot be certified alone. */
  readonly useInsteadId: string | null;
  /** Whether it is about how an organisation is run or about single controls. */
  readonly focus: 'ORGANISATION' | 'CONTROL' | 'NONE';
  /** The edition before, where the register holds it. */
  readonly predecessorId: string | null;
  readonly status: 'CURRENT' | 'SUPERSEDED' | 'WITHDRAWN' | 'TO_BE_CHECKED';
  /** The day (ISO 8601) on which the status was last looked at. */
  readonly checkedOn: string;
  readonly amendments: readonly string[];
  readonly purpose: string;
  /** Clauses of ISO/IEC 27001:2022 that it helps with, each including its sub-clauses. */
  readonly helpsWithClauses: readonly string[];
  /** Controls of Annex A:2022 that it helps with; `A` is all of them. */
  readonly helpsWithControls: readonly string[];
}

const register = readData<Standard>('standards.json');
const byId = new Map(register.map((entry) => [entry.id, entry]));

/** The whole register, by number and edition. */
export function standards(): readonly Standard[] {
  return register;
}

/** The edition with this id, or undefined. */
export function standard(id: string): Standard | undefined {
  return byId.get(id);
}

/**
 * What guides here: the standards that help with a clause (`9.1`) or a control (`A.5.24`) of ISO/IEC 27001:2022.
 * Superseded and withdrawn editions are left out.
 */
export function guidanceFor(number: string): readonly Standard[] {
  return register.filter(
    ({ status, helpsWithClauses, helpsWithControls }) =>
      (status === 'CURRENT' || status === 'TO_BE_CHECKED') &&
      [...helpsWithClauses, ...helpsWithControls].some((place) => number === place || number.startsWith(`${place}.`)),
  );
}
