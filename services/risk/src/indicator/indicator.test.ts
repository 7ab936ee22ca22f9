import fc from 'fast-check';
import { faultsOfLimits, judgeReading, type Limits, nextDay, type Reading, readMeasure } from './indicator.ts';

const limits: Limits = { direction: 'HIGHER_IS_WORSE', warning: 5, critical: 10 };
const read = (value: number | null, reliable = true): Reading => ({
  ...{ value, valuedAt: null, unit: 'days', says: 'It is so', reliable },
});

describe('limits', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are finite, so %s is refused', (warning) => {
    expect(faultsOfLimits({ ...limits, warning })).toMatchObject([{ field: 'input.warning', given: String(warning) }]);
  });

  it('may be the same, and the warning never comes after the critical one', () => {
    expect(faultsOfLimits({ ...limits, warning: 10 })).toEqual([]);
    expect(faultsOfLimits({ ...limits, warning: 10.5 })).toMatchObject([{ field: 'input.warning', given: 10.5 }]);
    expect(faultsOfLimits({ ...limits, direction: 'LOWER_IS_WORSE' })).toHaveLength(1);
    expect(faultsOfLimits({ direction: 'LOWER_IS_WORSE', warning: 10, critical: 5 })).toEqual([]);
  });
});

describe('the state', () => {
  it('counts a limit as reached at its own value, on either side', () => {
    const states = (given: Limits, values: number[]) => values.map((value) => judgeReading(given, read(value)).state);
    expect(states(limits, [4.9, 5, 9.9, 10])).toEqual(['GREEN', 'AMBER', 'AMBER', 'RED']);
    const lower: Limits = { direction: 'LOWER_IS_WORSE', warning: 10, critical: 5 };
    expect(states(lower, [10.1, 10, 5.1, 5])).toEqual(['GREEN', 'AMBER', 'AMBER', 'RED']);
  });

  it('is UNKNOWN of what cannot be relied on, whatever the value', () => {
    expect(judgeReading(limits, read(99, false))).toMatchObject({
      state: 'UNKNOWN',
      value: 99,
      explanation: 'It is so.',
    });
    expect(judgeReading(limits, read(null)).state).toBe('UNKNOWN');
  });

  it('never becomes better as the value becomes worse', () => {
    const rank = { GREEN: 0, AMBER: 1, RED: 2, UNKNOWN: -1 };
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, d) => {
        const [warning = 0, critical = 0] = [a, b].sort((x, y) => x - y);
        const [better = 0, worse = 0] = [c, d].sort((x, y) => x - y);
        const state = (value: number) => rank[judgeReading({ ...limits, warning, critical }, read(value)).state];
        expect(state(better)).toBeLessThanOrEqual(state(worse));
      }),
    );
  });
});

it('reads a measure by whether what it says still holds', () => {
  const measuredAt = new Date('2026-02-01T00:00:00Z');
  const measure = { reference: 'M-0001', title: 'Restores', unit: '%', deleted: false, state: 'FRESH' } as const;
  const told = { ...measure, value: 96.12345, measuredAt, validUntil: null };
  expect(readMeasure(told)).toMatchObject({
    reliable: true,
    says: 'M-0001 Restores says 96.123 %',
    valuedAt: measuredAt,
  });
  expect(readMeasure({ ...told, state: 'LATE' }).reliable).toBe(true);
  for (const [more, says] of [
    [{ deleted: true }, 'M-0001 Restores was removed'],
    [{ state: 'NEVER_MEASURED', value: null, measuredAt: null }, 'M-0001 Restores was never measured'],
    [{ state: 'STALE' }, 'M-0001 Restores was measured last on 2026-02-01, and that holds no longer'],
    [{ state: 'UNKNOWN', value: null }, 'M-0001 Restores could not be told on 2026-02-01'],
  ] as const)
    expect(readMeasure({ ...told, ...more })).toMatchObject({ reliable: false, says });
});

it('is read again at the next midnight', () => {
  expect(nextDay(new Date('2026-02-01T00:00:00Z')).toISOString()).toBe('2026-02-02T00:00:00.000Z');
  expect(nextDay(new Date('2026-02-01T23:59:59Z')).toISOString()).toBe('2026-02-02T00:00:00.000Z');
});
