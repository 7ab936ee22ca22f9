import { SheetError } from '../sheet-error.ts';

const ALLOWED =
  'a name of its own for every sheet: 1 to 31 characters, none of [ ] : * ? / \\, no apostrophe at either end, not "History"';

/** @throws SheetError at the first name that Excel would not open */
export function refuseSheetNames(names: readonly string[]): void {
  if (names.length === 0) {
    throw new SheetError({ problem: 'a workbook needs a sheet', place: 'the file', allowed: 'at least one sheet' });
  }
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const key = name.toLowerCase();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    const valid = name.length >= 1 && name.length <= 31 && !/[[\]:*?/\\\u0000-\u001f\ufffe\uffff]|^'|'$/.test(name);
    if (valid && name.isWellFormed() && name.trim() !== '' && key !== 'history' && !seen.has(key)) {
      seen.add(key);
      continue;
    }
    throw new SheetError({
      problem: seen.has(key) ? 'two sheets have this name' : 'this is no name for a sheet',
      place: `sheet ${index + 1}`,
      given: name,
      allowed: ALLOWED,
    });
  }
}
