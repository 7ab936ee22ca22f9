import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import type { BandInput } from './band.validation.ts';
import { defaultCriteria } from './criteria.default.ts';
import { type Band, bandOf, geometricMean, levelAt } from './criteria.ts';
import { type CriteriaInput, checkedCriteria as checkedAgainst } from './criteria.validation.ts';

/** Without what is left to stay as it is. */
const { categories: _, ...withoutCategories } = defaultCriteria;
const checkedCriteria = (given: CriteriaInput) => checkedAgainst(given, defaultCriteria);

const input = (change: Partial<CriteriaInput> = {}): CriteriaInput => ({
  ...withoutCategories,
  matrix: defaultCriteria.matrix.map((row) => row.map((rank) => defaultCriteria.levels[rank - 1]?.name ?? '')),
  ...change,
});

function faultsOf(change: Partial<CriteriaInput>) {
  try {
    checkedCriteria(input(change));
  } catch (error) {
    if (error instanceof AnnexError) return error.faults;
    throw error;
  }
  return [];
}

const withLikelihood = (index: number, change: Partial<BandInput>): Partial<CriteriaInput> => ({
  likelihoods: defaultCriteria.likelihoods.map((band, at) => (at === index ? { ...band, ...change } : band)),
});

/** Scales whose bands touch and rise; the first may start at 0, the last may have no top. */
const scales = fc
  .record({
    start: fc.constantFrom(0, 0.001, 1),
    widths: fc.array(fc.double({ min: 1.01, max: 100, noNaN: true }), { minLength: 2, maxLength: 9 }),
    open: fc.boolean(),
  })
  .map(({ start, widths, open }): BandInput[] => {
    let lower: number = start;
    return widths.map((width, index) => {
      const next = lower === 0 ? 0.001 * width : lower * width;
      const upper = open && index === widths.length - 1 ? null : next;
      const stated = geometricMean(lower, upper) === undefined;
      const band = {
        name: `level ${index + 1}`,
        lower,
        upper,
        ...(stated ? { representative: (lower + next) / 2 } : {}),
      };
      lower = next;
      return band;
    });
  });

const oneLevel = (rows: number, columns: number): Partial<CriteriaInput> => ({
  matrix: Array.from({ length: rows }, () => Array.from({ length: columns }, () => 'Low')),
});

describe('bands', () => {
  const bands = defaultCriteria.likelihoods;

  it.each([
    [0, 1],
    [0.0199999, 1],
    [0.02, 2],
    [0.1, 3],
    [0.5, 4],
    [2, 5],
    [1e9, 5],
  ])('put %d a year into level %d: an edge belongs to the band above it', (value, level) => {
    expect(bandOf(bands, value)).toBe(level);
  });

  it('hold what lies beyond a closed top in the last band', () => {
    const closed: Band[] = [
      { name: 'a', lower: 1, upper: 2, representative: 1.4 },
      { name: 'b', lower: 2, upper: 3, representative: 2.4 },
    ];
    expect([0, 1, 2, 3, 99].map((value) => bandOf(closed, value))).toEqual([1, 1, 2, 2, 2]);
  });

  it('stand for their geometric mean where they are closed on both sides', () => {
    expect(geometricMean(0.5, 2)).toBe(1);
    expect(geometricMean(0, 2)).toBeUndefined();
    expect(geometricMean(2, null)).toBeUndefined();
  });

  it('hold their own representative, however they are cut', () => {
    fc.assert(
      fc.property(scales, (likelihoods) => {
        const checked = checkedCriteria(input({ likelihoods, ...oneLevel(likelihoods.length, 5) }));
        checked.likelihoods.forEach((band, index) => {
          expect(bandOf(checked.likelihoods, band.representative)).toBe(index + 1);
        });
      }),
    );
  });

  it('rise with the value', () => {
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(scales, amount, amount, (likelihoods, a, b) => {
        const checked = checkedCriteria(input({ likelihoods, ...oneLevel(likelihoods.length, 5) })).likelihoods;
        expect(bandOf(checked, Math.min(a, b))).toBeLessThanOrEqual(bandOf(checked, Math.max(a, b)));
      }),
    );
  });
});

describe('criteria', () => {
  it('are acceptable as they come', () => {
    expect(checkedCriteria(input())).toEqual(defaultCriteria);
    expect(levelAt(defaultCriteria, 5, 5).name).toBe('Critical');
  });

  it('name the band that does not begin where the one before ends', () => {
    const [fault] = faultsOf(withLikelihood(2, { lower: 0.2 }));
    expect(fault).toMatchObject({ field: 'input.likelihoods[2].lower', given: 0.2 });
    expect(fault?.allowed).toContain('Possible begins where Unlikely ends');
  });

  it('name the band that does not rise', () => {
    expect(faultsOf(withLikelihood(1, { upper: 0.01 })).map((fault) => fault.field)).toContain(
      'input.likelihoods[1].upper',
    );
  });

  it('want a representative of an open band, inside it, and no other than the mean of a closed one', () => {
    expect(faultsOf(withLikelihood(0, { representative: null }))[0]?.field).toBe('input.likelihoods[0].representative');
    expect(faultsOf(withLikelihood(4, { representative: 1 }))[0]?.field).toBe('input.likelihoods[4].representative');
    expect(faultsOf(withLikelihood(3, { representative: 1.5 }))[0]?.field).toBe('input.likelihoods[3].representative');
    expect(faultsOf(withLikelihood(3, { representative: 1 }))).toEqual([]);
  });

  it('refuse a top in the middle, an unknown currency, and tell all faults at once', () => {
    const fields = faultsOf({ ...withLikelihood(2, { upper: null }), currency: 'EURO' }).map((fault) => fault.field);
    expect(fields).toContain('input.currency');
    expect(fields).toContain('input.likelihoods[2].upper');
  });

  it('refuse a matrix in which a worse cell has a milder level', () => {
    const matrix = input().matrix.map((row) => [...row]);
    const row = matrix[4];
    if (row) row[4] = 'Low';
    expect(faultsOf({ matrix })[0]).toMatchObject({ field: 'input.matrix[4][4]', given: 'Low' });
  });

  it('want an authority for what is tolerable, and rules that never become milder', () => {
    const levels = defaultCriteria.levels.map((level) => ({ ...level, authority: null }));
    expect(faultsOf({ levels })[0]?.field).toBe('input.levels[1].authority');
    const [low, medium, high, critical] = defaultCriteria.levels;
    if (!low || !medium || !high || !critical) throw new Error('there are four levels');
    expect(faultsOf({ levels: [low, medium, high, { ...critical, rule: 'ACCEPTABLE' }] })[0]?.field).toBe(
      'input.levels[3].rule',
    );
  });
});

describe('categories of consequence', () => {
  const money = { key: 'MONEY', name: 'Money' };
  const bands = defaultCriteria.consequences;
  const safety = { key: 'SAFETY', name: 'Safety', unit: 'injured persons', floor: 0, bands };
  const fields = (change: Partial<CriteriaInput>) => faultsOf(change).map(({ field }) => field);

  it('are taken beside money, which is what the criteria say of it', () => {
    const checked = checkedCriteria(input({ categories: [{ ...money, appetite: 'Little' }, safety] }));
    expect(checked).toMatchObject({
      moneyAppetite: 'Little',
      categories: [{ key: 'SAFETY', unit: 'injured persons' }],
    });
    const again = { ...money, unit: 'EUR', bands, floor: defaultCriteria.floorLoss };
    expect(faultsOf({ categories: [again, safety] })).toEqual([]);
  });

  it('stay where they are left out, as long as the matrix keeps its columns', () => {
    const before = checkedCriteria(input({ categories: [money, safety] }));
    expect(checkedAgainst(input(), before).categories).toEqual(before.categories);
    const narrow = input({
      consequences: bands.slice(1),
      matrix: input().matrix.map((row) => row.slice(1)),
    });
    expect(() => checkedAgainst(narrow, before)).toThrow(/input\.categories\[1\]\.bands: 4 bands of SAFETY/);
  });

  it('name the band, the key, the unit and the count at fault', () => {
    const gap = bands.map((band, index) => (index === 3 ? { ...band, lower: band.lower + 1 } : band));
    expect(fields({ categories: [money, { ...safety, bands: gap }] })).toContain('input.categories[1].bands[3].lower');
    expect(fields({ categories: [safety] })).toContain('input.categories[0].key');
    expect(fields({ categories: [money, { ...safety, unit: ' ', floor: -1 }] })).toEqual([
      'input.categories[1].unit',
      'input.categories[1].floor',
    ]);
    expect(fields({ categories: [money, { ...safety, bands: bands.slice(1) }] })).toContain(
      'input.categories[1].bands',
    );
    expect(fields({ categories: [money, safety, { ...safety, name: 'Again' }] })).toEqual(['input.categories[2].key']);
    expect(fields({ categories: [money, { ...safety, key: 'safety' }] })).toEqual(['input.categories[1].key']);
    const many = Array.from({ length: 8 }, (_, index) => ({ ...safety, key: `K${index}`, name: `K${index}` }));
    expect(fields({ categories: [money, ...many] })).toEqual(['input.categories']);
  });
});

describe('what criteria say beside scales', () => {
  it.each(['P1Y', 'P6M', 'P26W', 'P1Y6M', 'P90D'])('a period of assessment of %s', (assessmentPeriod) => {
    expect(faultsOf({ assessmentPeriod })).toEqual([]);
  });
  it.each(['', 'P', 'P0D', '1Y', 'PT1H', 'P1.5Y', 'yearly'])('no period of assessment of “%s”', (assessmentPeriod) => {
    expect(faultsOf({ assessmentPeriod })).toMatchObject([{ field: 'input.assessmentPeriod' }]);
  });
  it('methods that are named once, and processes that say something', () => {
    expect(faultsOf({ confirmingMethods: ['PERSON', 'SIMULATION'] })).toEqual([]);
    expect(faultsOf({ confirmingMethods: [] })).toMatchObject([{ field: 'input.confirmingMethods' }]);
    expect(faultsOf({ confirmingMethods: ['PERSON', 'PERSON'] })).toMatchObject([
      { field: 'input.confirmingMethods[1]' },
    ]);
    expect(faultsOf({ assessmentProcess: { text: ' ' } })).toMatchObject([{ field: 'input.assessmentProcess' }]);
    expect(faultsOf({ treatmentProcess: { text: 'x'.repeat(20_001) } })).toMatchObject([
      { field: 'input.treatmentProcess.text' },
    ]);
    expect(faultsOf({ treatmentProcess: { documentId: 'here' } })).toMatchObject([
      { field: 'input.treatmentProcess.documentId' },
    ]);
  });
});
