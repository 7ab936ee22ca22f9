import fc from 'fast-check';
import { addDuration, parseDuration } from './duration.ts';
import {
  attainmentOf,
  collectOpenFindings,
  type Reading,
  readAttainment,
  type SourceState,
  scheduleOf,
} from './measure.ts';

const at = (text: string) => new Date(text);

describe('attainment', () => {
  it.each([
    [0, { target: 0, worst: 50 }, 1],
    [50, { target: 0, worst: 50 }, 0],
    [80, { target: 0, worst: 50 }, 0],
    [5, { target: 0, worst: 50 }, 0.9],
    [95, { target: 100, worst: 90 }, 0.5],
    [-1, { target: 100, worst: 90 }, 0],
  ])('of %d between %j is %d', (value, aim, expected) => {
    expect(attainmentOf(value, aim)).toBeCloseTo(expected, 12);
  });

  it('lies in 0..1 and never falls while the value moves towards the target', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, double, double, double, (a, b, target, worst) => {
        fc.pre(target !== worst && Math.abs(target - worst) > 1e-300);
        const [near, far] = (target > worst ? a > b : a < b) ? [a, b] : [b, a];
        const [better, lesser] = [attainmentOf(near, { target, worst }), attainmentOf(far, { target, worst })];
        expect(better).toBeGreaterThanOrEqual(lesser);
        for (const one of [better, lesser]) {
          expect(one).toBeGreaterThanOrEqual(0);
          expect(one).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['P1M', '2026-01-31T10:00:00Z', '2026-02-28T10:00:00.000Z'],
    ['P1Y', '2024-02-29T00:00:00Z', '2025-02-28T00:00:00.000Z'],
    ['P1W', '2026-12-28T00:00:00Z', '2027-01-04T00:00:00.000Z'],
    ['P1D', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00.000Z'],
    ['P1M1D', '2026-01-31T00:00:00Z', '2026-03-01T00:00:00.000Z'],
    ['PT36H', '2026-01-01T00:00:00Z', '2026-01-02T12:00:00.000Z'],
  ])('%s after %s is %s', (text, from, to) => {
    const duration = parseDuration(text);
    expect(duration && addDuration(at(from), duration).toISOString()).toBe(to);
  });
  it.each(['', 'P', 'PT', 'P0D', '1D', 'P1.5D', 'P-1D', 'p1d', 'P1H', 'P1DT'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('what a measure says', () => {
  const aim = { target: 0, worst: 10 };
  const schedule = scheduleOf(at('2026-01-01T00:00:00Z'), 'P10D', null);
  const reading: Reading = { value: 5, state: 'KNOWN', ...schedule, evidence: null };
  const says = (now: string, more: Partial<Reading> = {}) => readAttainment({ ...reading, ...more }, aim, at(now));

  it('has a grace of a tenth of the period unless told', () => {
    expect(schedule).toEqual({ lateFrom: at('2026-01-11T00:00:00Z'), validUntil: at('2026-01-12T00:00:00Z') });
    expect(scheduleOf(at('2026-01-31T00:00:00Z'), 'P1M', 'P3D')).toEqual({
      lateFrom: at('2026-02-28T00:00:00Z'),
      validUntil: at('2026-03-03T00:00:00Z'),
    });
  });
  it('is fresh, late from the planned date on, and counts nothing after the grace', () => {
    expect(says('2026-01-10T23:59:59Z')).toMatchObject({
      state: 'FRESH',
      attainment: 0.5,
      freshness: 1,
      nextChange: schedule.lateFrom,
    });
    expect(says('2026-01-11T00:00:00Z')).toMatchObject({
      state: 'LATE',
      attainment: 0.5,
      freshness: 1,
      nextChange: schedule.validUntil,
    });
    expect(says('2026-01-12T00:00:00Z')).toMatchObject({
      state: 'STALE',
      attainment: 0.5,
      freshness: 0,
      nextChange: null,
    });
  });
  it('an unknown measurement attains nothing', () => {
    expect(says('2026-01-02T00:00:00Z', { state: 'UNKNOWN' })).toMatchObject({
      state: 'UNKNOWN',
      value: 5,
      attainment: null,
    });
    expect(says('2026-01-13T00:00:00Z', { state: 'UNKNOWN' })).toMatchObject({
      state: 'STALE',
      attainment: null,
      freshness: 0,
    });
  });
  it('ends with the evidence behind it', () => {
    const evidence = { validFrom: at('2025-12-01T00:00:00Z'), validUntil: at('2026-01-05T00:00:00Z') };
    expect(says('2026-01-04T00:00:00Z', { evidence })).toMatchObject({
      state: 'FRESH',
      validUntil: evidence.validUntil,
      nextChange: evidence.validUntil,
    });
    expect(says('2026-01-05T00:00:00Z', { evidence })).toMatchObject({ state: 'STALE', freshness: 0 });
  });
  it('says nothing when it was never measured', () => {
    expect(readAttainment(null, aim, new Date())).toMatchObject({ state: 'NEVER_MEASURED', value: null, freshness: 0 });
  });
});

describe('open findings', () => {
  const source = (name: string, open: number, outcome: SourceState['outcome'] = 'COMPLETE', day = 1): SourceState => ({
    source: name,
    importId: name,
    outcome,
    open,
    importedAt: at(`2026-01-0${day}T00:00:00Z`),
  });

  it('are the sum over the latest import of each source, as old as the oldest of them', () => {
    expect(collectOpenFindings([], [source('a', 2, 'COMPLETE', 3), source('b', 3, 'COMPLETE', 2)])).toMatchObject({
      value: 5,
      state: 'KNOWN',
      countsFrom: at('2026-01-02T00:00:00Z'),
    });
    expect(collectOpenFindings(['b'], [source('a', 2), source('b', 3)])).toMatchObject({ value: 3, state: 'KNOWN' });
  });
  it('are unknown, at least as many, when a run was partial or failed, or a named source was never imported', () => {
    for (const outcome of ['PARTIAL', 'FAILED'] as const) {
      expect(collectOpenFindings([], [source('a', 2), source('b', 0, outcome)])).toMatchObject({
        value: 2,
        state: 'UNKNOWN',
      });
    }
    expect(collectOpenFindings(['a', 'c'], [source('a', 0)])).toMatchObject({
      value: 0,
      state: 'UNKNOWN',
      reason: 'Nothing was ever imported from c.',
    });
  });
  it('were never measured when nothing was imported', () => {
    expect(collectOpenFindings(['a'], [source('b', 1)])).toBeUndefined();
  });
});
