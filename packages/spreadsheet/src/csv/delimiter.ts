import { defaultLimits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { csvRecords } from './records.ts';

/** In the order of preference where the text does not tell. */
export const delimiters = [',', ';', '\t', '|'] as const;

const SAMPLE_ROWS = 20;
const ANY_WIDTH = { ...defaultLimits, columns: 16_384, cellChars: Number.POSITIVE_INFINITY };

/**
 * The delimiter that cuts the first rows most evenly into two columns or more; the wider table where two cut equally
 * well. A comma for a table of one column.
 */
export function detectDelimiter(text: string): string {
  let best = { delimiter: ',', evenness: 0, width: 1 };
  for (const delimiter of delimiters) {
    const widths = sampleWidths(text, delimiter);
    const width = widths[0] ?? 1;
    if (width < 2) continue;
    const evenness = widths.filter((each) => each === width).length / widths.length;
    if (evenness > best.evenness || (evenness === best.evenness && width > best.width)) {
      best = { delimiter, evenness, width };
    }
  }
  return best.delimiter;
}

function sampleWidths(text: string, delimiter: string): number[] {
  const widths: number[] = [];
  try {
    for (const { cells } of csvRecords(text, delimiter, ANY_WIDTH)) {
      if (cells.every((cell) => !cell?.trim())) continue;
      widths.push(cells.length);
      if (widths.length === SAMPLE_ROWS) break;
    }
  } catch (error) {
    // Malformed rows end the sample; the real reading says what is wrong with them.
    if (!(error instanceof SheetError)) throw error;
  }
  return widths;
}
