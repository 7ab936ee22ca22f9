import { defaultLimits } from '../limits.ts';
import { SheetError } from '../sheet-error.ts';
import { csvRecords } from './records.ts';

/** In the order of preference where the text does not tell. */
export const delimiters = [',', ';', '\t', '|'] as const;

const SAMPLE_ROWS = 20;
const SAMPLE_CHARS = 100_000;
const ANY_WIDTH = { ...defaultLimits, columns: 16_384, cellChars: Number.POSITIVE_INFINITY };

/**
 * The delimiter that cuts the first rows most evenly into two columns or more; of those that cut equally well the one with the wider table.
 * One that would cut through a quoted field comes after all that would not. A comma for a table of one column.
 */
export function detectDelimiter(text: string): string {
  let best = { delimiter: ',', whole: false, evenness: 0, width: 1 };
  for (const delimiter of delimiters) {
    const widths = sampleWidths(text, delimiter);
    const width = widths[0] ?? 1;
    if (width < 2) continue;
    const whole = keepsQuotedFieldsWhole(text, delimiter);
    const evenness = widths.filter((each) => each === width).length / widths.length;
    const better = Number(whole) - Number(best.whole) || evenness - best.evenness || width - best.width;
    if (better > 0) best = { delimiter, whole, evenness, width };
  }
  return best.delimiter;
}

/** Whether quotes stand only where fields begin and end, as RFC 4180 has it; where a field was cut in two, one stands elsewhere. */
function keepsQuotedFieldsWhole(text: string, delimiter: string): boolean {
  const ends = (at: number) => at >= text.length || text[at] === delimiter || text[at] === '\r' || text[at] === '\n';
  for (let at = 0; at < Math.min(text.length, SAMPLE_CHARS); at++) {
    if (text[at] === '"') {
      do at = text.indexOf('"', at + 1) + 1;
      while (at > 0 && text[at] === '"');
      if (at === 0 || !ends(at)) return false;
    }
    for (; !ends(at); at++) if (text[at] === '"') return false;
  }
  return true;
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
