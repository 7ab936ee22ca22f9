// = + - @, also in full width, and what a spreadsheet skips in front of them.
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const GUARDED = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Whether a spreadsheet could take a text for a formula when it opens a CSV file. */
export const looksLikeFormula = (text: string) => FORMULA.test(text);

/**
 * A text that no spreadsheet runs as a formula: an apostrophe in front where it could. A text that already looks
 * guarded gets one more, so that `unguarded` gives back exactly what was written.
 */
export function guarded(text: string): string {
  return FORMULA.test(text) || GUARDED.test(text) ? `'${text}` : text;
}

export function unguarded(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text;
}
