import { controls } from '@annex/catalogues';
import fc from 'fast-check';
import { aggregated, checkedLevels, scale } from './maturity.ts';

const now = new Date('2026-11-26T10:00:00Z');
const known = (id: string) => (id.startsWith('A.') ? `iso27001:2022:${id}` : undefined);
const given = (more: object = {}) => ({ controlId: 'A.5.1', level: 3, reason: 'Seen.', ...more });

it('has six steps from 0 to 5, each said in words', () => {
  expect(scale.map((step) => step.level)).toEqual([0, 1, 2, 3, 4, 5]);
  for (const { title, description } of scale) {
    expect(title).not.toBe('');
    expect(description.length).toBeGreaterThan(30);
  }
});

it('names every row at fault by its place', () => {
  const rows = [
    given(),
    given({ controlId: 'X' }),
    given({ level: 6 }),
    given({ controlId: 'A.5.2', level: 2.5, reason: ' ' }),
    given({ controlId: 'A.5.3', assessedAt: new Date('2027-01-01') }),
  ];
  let fields: string[] = [];
  try {
    checkedLevels(rows, known, now);
  } catch (error) {
    fields = (error as { faults: { field: string }[] }).faults.map((fault) => fault.field);
  }
  expect(fields).toEqual([
    'input.assessments.1.controlId',
    'input.assessments.2.controlId',
    'input.assessments.2.level',
    'input.assessments.3.level',
    'input.assessments.3.reason',
    'input.assessments.4.assessedAt',
  ]);
});

it('means the assessed controls of a theme alone, and says of how many they are', () => {
  const levels = new Map([
    ['iso27001:2022:A.6.1', 2],
    ['iso27001:2022:A.6.2', 5],
    ['iso27001:2022:A.8.28', 1],
    ['acme:1:AC-1', 5],
  ]);
  const { overall, themes } = aggregated(controls('2022'), levels);
  expect(overall).toEqual({ mean: 8 / 3, assessed: 3, total: 93 });
  expect(themes).toEqual([
    { theme: 'ORGANIZATIONAL', mean: null, assessed: 0, total: 37 },
    { theme: 'PEOPLE', mean: 3.5, assessed: 2, total: 8 },
    { theme: 'PHYSICAL', mean: null, assessed: 0, total: 14 },
    { theme: 'TECHNOLOGICAL', mean: 1, assessed: 1, total: 34 },
  ]);
});

it('never has a mean outside of the levels that it is of', () => {
  const levels = fc.array(
    fc.tuple(fc.constantFrom(...controls('2022').map(({ id }) => id)), fc.integer({ min: 0, max: 5 })),
  );
  fc.assert(
    fc.property(levels, (pairs) => {
      const of = new Map(pairs);
      const { overall, themes } = aggregated(controls('2022'), of);
      expect(overall.assessed).toBe(of.size);
      expect(themes.reduce((sum, theme) => sum + theme.assessed, 0)).toBe(of.size);
      for (const { mean } of [overall, ...themes]) {
        if (mean === null) continue;
        expect(mean).toBeGreaterThanOrEqual(Math.min(...of.values()));
        expect(mean).toBeLessThanOrEqual(Math.max(...of.values()));
      }
    }),
  );
});
