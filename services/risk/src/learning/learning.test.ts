import { atInstant, partialDate } from '../incident/occurrence.ts';
import { learn, type Seen, sortSeen, yearsOf } from './learning.ts';

let count = 0;
const seen = (change: Partial<Seen> = {}): Seen => ({
  ...{ id: `i${++count}`, reference: `INC-${count}`, confirmation: 'CONFIRMED', detectedAt: null, reportedAt: null },
  ...{ losses: [], currency: null, ...atInstant(new Date('2024-06-01T00:00:00Z')) },
  ...change,
});
const window = { from: new Date('2024-01-01T00:00:00Z'), until: new Date('2026-01-01T00:00:00Z') };
const all = { frequency: 1, loss: 1 };
const weights = { priorYears: 1, priorEvents: 2 };
const form = (category: string) => ({
  category,
  probability: 1,
  loss: { kind: 'LOGNORMAL', low: 1000, high: 100_000 } as const,
});
const quantified = { frequency: { kind: 'POISSON', rate: 2 } as const, forms: [form('response')], currency: 'EUR' };
const cost = (category: string, minorUnits: number, currency = 'EUR') =>
  seen({ losses: [{ category, minorUnits }], currency });

describe('the incidents of a window', () => {
  it('count where they lie wholly inside; those that may lie inside are told apart', () => {
    const year = (at: number) => partialDate(at, null, null) ?? {};
    const half = { from: new Date('2024-07-01T00:00:00Z'), until: window.until };
    const rows = {
      inside: seen(year(2025)),
      partly: seen(year(2024)),
      outside: seen(year(2023)),
      suspected: seen({ ...year(2025), confirmation: 'SUSPECTED' }),
      undated: seen({ occurredFrom: null, occurredUntil: null }),
      noticed: seen({ occurredFrom: null, occurredUntil: null, detectedAt: new Date('2025-03-01T00:00:00Z') }),
    };
    expect(sortSeen(Object.values(rows), half)).toEqual({
      inside: [rows.inside, rows.noticed],
      partly: [rows.partly],
      undated: [rows.undated],
      unconfirmed: [rows.suspected],
    });
    expect(sortSeen(Object.values(rows), window).inside).toEqual([rows.inside, rows.partly, rows.noticed]);
  });

  it('belong to the window at its beginning and no longer at its end', () => {
    const at = (moment: Date) => sortSeen([seen(atInstant(moment))], window).inside.length;
    expect([at(window.from), at(window.until)]).toEqual([1, 0]);
    expect(yearsOf(window)).toBeCloseTo(731 / 365.25, 12);
  });
});

describe('what is learned', () => {
  it('is Gamma(5, 3) of a known rate of 2 that is worth a year, with 3 events in 2 years', () => {
    const { frequency } = learn(quantified, [seen(), seen(), seen()], 2, all, weights, {});
    expect(frequency).toEqual({ prior: { shape: 2, rate: 1 }, posterior: { shape: 5, rate: 3 } });
  });

  it('counts years by the share of events that controls leave, and losses before what they cut', () => {
    const left = { frequency: 0.25, loss: 0.5 };
    const learned = learn(quantified, [cost('any', 5000)], 4, left, weights, {});
    expect(learned.frequency.posterior).toEqual({ shape: 3, rate: 2 });
    const [loss] = learned.losses;
    expect(loss?.observed).toEqual([5000]);
    // The mean of the prior, worth two, and of 10,000, which the prior's median is.
    expect(loss?.posterior.mean).toBeCloseTo(Math.log(10_000), 12);
    const nothing = learn(quantified, [], 10, { frequency: 0, loss: 0 }, weights, {});
    expect(nothing.exposure).toBeCloseTo(0.1, 12);
  });

  it('takes losses by their form where there are several, those above 0 in the currency, and weights that were learned', () => {
    const two = { ...quantified, forms: [form('response'), form('fines')] };
    const inside = [cost('Response', 2000), cost('fines', 0), cost('fines', 7, 'USD'), cost('other', 9)];
    const { losses } = learn(two, inside, 1, all, weights, { response: 9 });
    expect(losses.map(({ category, observed, prior }) => [category, observed, prior.weight])).toEqual([
      ['response', [2000], 9],
      ['fines', [], 2],
    ]);
    expect(losses[1]?.posterior).toBe(losses[1]?.prior);
  });
});
