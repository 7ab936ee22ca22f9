import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Glyph {
  readonly advanceWidth: number;
}

interface Position {
  readonly xAdvance: number;
  readonly yAdvance: number;
  readonly xOffset: number;
  readonly yOffset: number;
}

/** Signs of a text with their places, in units of the font. */
interface Run {
  readonly glyphs: readonly Glyph[];
  readonly positions: readonly Position[];
  readonly advanceWidth: number;
}

/** A font of fontkit, which pdfkit draws with. */
interface Font {
  readonly unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  glyphForCodePoint(codePoint: number): Glyph;
  layout(text: string, ...more: unknown[]): Run;
}

export type Weight = 'plain' | 'bold';

const files: Readonly<Record<Weight, string>> = {
  plain: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
};

/** Stands for a sign that the typeface does not have. */
const missing = '\ufffd';
const breaksAfter = new Set([' ', '-', '/', '\u2013', '\u2014']);
const mark = /^\p{M}$/u;

/** How wide texts are in a typeface, which of their signs it has, and where their lines break. */
export class Typeface {
  readonly font: Font;
  readonly #advances = new Map<string, number>();

  constructor(font: Font) {
    this.font = font;
  }

  /** Of one sign, in ems; undefined where the typeface does not have it. */
  #advance(sign: string): number | undefined {
    const known = this.#advances.get(sign);
    if (known !== undefined) return known < 0 ? undefined : known;
    const point = sign.codePointAt(0) ?? 0;
    const has = this.font.hasGlyphForCodePoint(point);
    const advance = has ? this.font.glyphForCodePoint(point).advanceWidth / this.font.unitsPerEm : -1;
    this.#advances.set(sign, advance);
    return has ? advance : undefined;
  }

  /** The text with a sign that everybody sees in the place of those that the typeface lacks. */
  shown(text: string): string {
    let shown = '';
    for (const sign of text) shown += sign === '\n' || this.#advance(sign) !== undefined ? sign : missing;
    return shown;
  }

  widthOf(text: string, size: number): number {
    let width = 0;
    for (const sign of text) width += this.#advance(sign) ?? 0;
    return width * size;
  }

  /** The lines of a text that was made `shown`, none wider than `width` points; a word that is wider breaks where it must. */
  lines(text: string, size: number, width: number): string[] {
    return text.split('\n').flatMap((paragraph) => this.#broken(paragraph, width / size));
  }

  #broken(text: string, most: number): string[] {
    const lines: string[] = [];
    let start = 0;
    let width = 0;
    let place = 0;
    /** After the last space or hyphen of the line, and how wide the line is up to there. */
    let opportunity = 0;
    let widthThere = 0;
    for (const sign of text) {
      const advance = this.#advance(sign) ?? 0;
      // A space at the end may hang over the edge, and an accent stays with its letter. What stands behind the last hyphen may itself be
      // too wide together with the sign.
      while (width + advance > most && place > start && sign !== ' ' && !mark.test(sign)) {
        const end = opportunity > start ? opportunity : place;
        lines.push(text.slice(start, end).trimEnd());
        width -= opportunity > start ? widthThere : width;
        start = end;
      }
      width += advance;
      place += sign.length;
      if (breaksAfter.has(sign)) {
        opportunity = place;
        widthThere = width;
      }
    }
    lines.push(text.slice(start).trimEnd());
    return lines;
  }
}

/** Letters that stand side by side as they are; with other scripts, and with accents of their own, it takes shaping. */
const simple = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]*$/u;

/**
 * A font that shapes only what needs it. Shaping every word takes most of the time that a long document takes, or, where words are kept,
 * most of its memory; letters side by side go without it.
 */
function quick(font: Font): Font {
  const shaped = font.layout.bind(font);
  const known = new Map<string, Glyph>();
  const glyphOf = (sign: string): Glyph => {
    const glyph = known.get(sign) ?? font.glyphForCodePoint(sign.codePointAt(0) ?? 0);
    known.set(sign, glyph);
    return glyph;
  };
  font.layout = (text, ...more) => {
    if (!simple.test(text)) return shaped(text, ...more);
    const glyphs = Array.from(text, glyphOf);
    const positions = glyphs.map((glyph) => ({ xAdvance: glyph.advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 }));
    return { glyphs, positions, advanceWidth: positions.reduce((sum, one) => sum + one.xAdvance, 0) };
  };
  return font;
}

let opened: Readonly<Record<Weight, Typeface>> | undefined;

/** The typefaces of a document: DejaVu, which has the letters of every Latin, Greek and Cyrillic script. Opened once. */
export function typefaces(): Readonly<Record<Weight, Typeface>> {
  if (opened) return opened;
  const here = createRequire(import.meta.url);
  // pdfkit's own fontkit, so that it takes the fonts as its own.
  const fontkit = createRequire(here.resolve('pdfkit'))('fontkit') as { openSync(path: string): Font };
  const folder = dirname(here.resolve('dejavu-fonts-ttf/package.json'));
  const open = (weight: Weight) => new Typeface(quick(fontkit.openSync(join(folder, 'ttf', files[weight]))));
  opened = { plain: open('plain'), bold: open('bold') };
  return opened;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a page has no signs for them
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** Text for a page: accents joined to their letters, control characters as spaces; what only steers how text runs is taken out. */
export function printable(text: string): string {
  const lined = text.toWellFormed().replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n');
  return lined
    .replace(controls, ' ')
    .replace(/\p{Cf}/gu, '')
    .normalize('NFC')
    .trim();
}
