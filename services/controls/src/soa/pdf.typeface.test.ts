import fc from 'fast-check';
import { printable, typefaces } from './pdf.typeface.ts';

const { plain } = typefaces();
const size = 8;
const linesOf = (text: string, width: number) => plain.lines(plain.shown(printable(text)), size, width);

describe('a text on a page', () => {
  it('breaks after spaces and hyphens, and within a word only where the word is wider than the column', () => {
    const width = plain.widthOf('one-two three', size);
    expect(linesOf('one-two three four', width)).toEqual(['one-two three', 'four']);
    expect(linesOf('one-two three', width - 1)).toEqual(['one-two', 'three']);
    expect(linesOf('one-two', plain.widthOf('one-t', size))).toEqual(['one-', 'two']);
    expect(linesOf('-aaaa', plain.widthOf('aaaa', size) - 0.1)).toEqual(['-', 'aaa', 'a']);
    expect(linesOf('aaaa', plain.widthOf('aaa', size))).toEqual(['aaa', 'a']);
    expect(linesOf('a\n\nb', width)).toEqual(['a', '', 'b']);
  });

  it('has the letters of Latin, Greek and Cyrillic scripts, and a mark for the signs that it lacks', () => {
    const known = 'ÀßŁőžĦ ΑΩςάΐ ЖщїљѓҐ “quoted” – €';
    expect(plain.shown(known)).toBe(known);
    expect(plain.shown('a客b')).toBe('a\ufffdb');
  });

  it('has neither control characters nor what turns the direction of text around', () => {
    expect(printable(' a\u0007b\tc\r\nd\u202ee\u200bf\ud800 ')).toBe('a b c\ndef\ufffd');
    expect(printable('e\u0301')).toBe('é');
  });

  it('loses nothing and is never wider than its column', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 20, max: 200 }), (text, width) => {
        const shown = plain.shown(printable(text));
        const lines = plain.lines(shown, size, width);
        const bare = (all: string) => all.replace(/\s/g, '');
        expect(bare(lines.join(''))).toBe(bare(shown));
        // A lone sign may be wider than the column; there is nowhere to break it.
        for (const line of lines)
          if ((line.match(/\P{M}/gu) ?? []).length > 1) expect(plain.widthOf(line, size)).toBeLessThan(width + 0.001);
      }),
      { numRuns: 3000 },
    );
  });
});
