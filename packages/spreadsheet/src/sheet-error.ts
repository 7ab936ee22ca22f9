const GIVEN_LENGTH = 100;

interface Refusal {
  readonly problem: string;
  readonly place: string;
  readonly given?: string | undefined;
  readonly allowed: string;
}

/**
 * A table that is refused, in words for the person who made it. The message is place and problem: `line 3: this quote
 * is never closed`.
 */
export class SheetError extends Error {
  override readonly name = 'SheetError';
  /** What is wrong, without the place. */
  readonly problem: string;
  /** `sheet "Controls", row 12, column C`, `line 3`, or `the file`. */
  readonly place: string;
  /** What stood there, at most 100 characters of it. */
  readonly given?: string;
  /** What would have been accepted. */
  readonly allowed: string;

  constructor({ problem, place, given, allowed }: Refusal) {
    super(`${place}: ${problem}`);
    this.problem = problem;
    this.place = place;
    if (given !== undefined) this.given = shortened(given);
    this.allowed = allowed;
  }

  /** The place, what stood there and what would have been accepted, as a list of faults names them. */
  get fault(): { readonly field: string; readonly given?: string; readonly allowed: string } {
    return { field: this.place, ...(this.given === undefined ? {} : { given: this.given }), allowed: this.allowed };
  }
}

function shortened(text: string): string {
  return text.length <= GIVEN_LENGTH ? text : `${text.slice(0, GIVEN_LENGTH - 1)}…`.toWellFormed();
}
