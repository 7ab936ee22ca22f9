import type { Limits } from '../limits.ts';

// XML has no form for some characters. SpreadsheetML writes them `_x000D_` (ECMA-376 Part 1, 22.9.2.19, ST_Xstring),
// and so must write the underscore of a text that happens to look like that.
const ESCAPE = /_x([0-9A-Fa-f]{4})_/g;
const NEEDS_ESCAPE = /_(?=x[0-9A-Fa-f]{4}_)|[^\t\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function unescapeText(text: string): string {
  return text.includes('_x') ? text.replace(ESCAPE, (_, code) => String.fromCharCode(Number.parseInt(code, 16))) : text;
}

/** A text as the content of an element of a sheet. */
export function escapeText(text: string): string {
  const code = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return escapeMarkup(text.replace(NEEDS_ESCAPE, (character) => `_x${code(character)}_`));
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => MARKUP[character] ?? character);
}

/**
 * How much of an escaped text is kept while it is read: enough to see that it is longer than a cell may be, seven
 * characters for each of the text.
 */
export const textLimit = (limits: Limits) => limits.cellChars * 7 + 1;
