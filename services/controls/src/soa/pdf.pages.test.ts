import fc from 'fast-check';
import { Pages, type Row, type Table } from './pdf.pages.ts';
import { typefaces } from './pdf.typeface.ts';

const area = { top: 36, bottom: 336 };
const head: Row = { cells: [{ text: 'Head' }, { text: 'Head' }] };
const tableOf = (texts: readonly (readonly [string, string])[]): Table => ({
  ...{ widths: [60, 100], ruled: true, padding: 3, head },
  rows: texts.map((pair) => ({ cells: pair.map((text) => ({ text })) })),
});

async function laidOut(...tables: readonly Table[]) {
  const pages = new Pages(area, typefaces());
  for (const table of tables) {
    await pages.add(table);
    pages.space(5);
  }
  return pages.pages;
}

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');

describe('tables on pages', () => {
  it('keep a row together where it fits a page, and begin every page with the head', async () => {
    const pages = await laidOut(tableOf(Array.from({ length: 40 }, (_, index) => [`A.${index}`, words(20)])));
    expect(pages.length).toBeGreaterThan(3);
    for (const pieces of pages) {
      expect(pieces[0]?.row).toBe(head);
      expect(pieces.slice(1).every((piece) => piece.row !== head)).toBe(true);
    }
    const rows = pages.flat().filter((piece) => piece.row !== head);
    expect(rows.map((piece) => piece.lines[0])).toEqual(Array.from({ length: 40 }, (_, index) => [`A.${index}`]));
  });

  it('go on with a row that is higher than a page on the next, saying of what it is the rest', async () => {
    const pages = await laidOut(
      tableOf([
        ['A.1', words(2000)],
        ['A.2', 'short'],
      ]),
    );
    const rows = pages.flat().filter((piece) => piece.row !== head);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows[0]?.lines[0]).toEqual(['A.1']);
    expect(rows[1]?.lines[0]).toEqual(['A.1', 'continued']);
    expect(rows.flatMap((piece) => piece.lines[1] ?? []).join(' ')).toBe(`${words(2000)} short`);
  });

  it('show every line once and in order, none beneath the page, whatever is in them', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
      fc.integer({ min: 0, max: 900 }).map(words),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 12 }), async (texts) => {
        const table = { ...tableOf(texts), ruled: false };
        const pages = await laidOut(table, table);
        for (const pieces of pages) {
          let y = area.top;
          for (const { top, height } of pieces) {
            expect(top).toBeGreaterThanOrEqual(y - 0.001);
            y = top + height;
          }
          expect(y).toBeLessThanOrEqual(area.bottom + 0.001);
        }
        const bare = (all: readonly string[]) => all.join('').replace(/\s/g, '');
        const shown = pages.flat().filter((piece) => piece.row !== head);
        for (const column of [0, 1] as const) {
          const twice = [...texts, ...texts].map((pair) => pair[column]);
          expect(bare(shown.flatMap((piece) => piece.lines[column] ?? []))).toBe(bare(twice));
        }
      }),
      { numRuns: 60 },
    );
  });
});
