import { SheetError } from './sheet-error.ts';

// Spreadsheets keep 15 significant digits: what doubles add behind them nobody typed.
const plainDecimal = new Intl.NumberFormat('en-US', { useGrouping: false, maximumSignificantDigits: 15 });

/** A number as a person sees it: `12`, `0.1`, `-3.5`; never with an exponent. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const text = plainDecimal.format(value);
  return text === '-0' ? '0' : text;
}

/** @throws SheetError at infinity and NaN, which no file format has */
export function finiteText(value: number, place: string): string {
  if (Number.isFinite(value)) return numberText(value);
  throw new SheetError({
    problem: 'this is not a number that a table can hold',
    place,
    given: String(value),
    allowed: 'a finite number',
  });
}
