import { contentFaults, nextChange, parseMoment, validityOf } from './evidence.ts';

const at = (text: string) => new Date(text);
const period = { validFrom: at('2026-01-01T00:00:00Z'), validUntil: at('2026-02-01T00:00:00Z') };

describe('validity', () => {
  it.each([
    ['2025-12-31T23:59:59.999Z', 'NOT_YET_VALID', period.validFrom],
    ['2026-01-01T00:00:00Z', 'VALID', period.validUntil],
    ['2026-01-31T23:59:59.999Z', 'VALID', period.validUntil],
    ['2026-02-01T00:00:00Z', 'EXPIRED', null],
  ])('at %s is %s', (now, validity, next) => {
    expect(validityOf(period, at(now))).toBe(validity);
    expect(nextChange(period, at(now))).toEqual(next);
  });
  it('without an end lasts', () => {
    expect(validityOf({ ...period, validUntil: null }, at('2999-01-01T00:00:00Z'))).toBe('VALID');
    expect(nextChange({ ...period, validUntil: null }, at('2999-01-01T00:00:00Z'))).toBeNull();
  });
});

describe('moments', () => {
  it.each([
    ['2026-02-28', '2026-02-28T00:00:00.000Z'],
    ['2026-02-28T10:00:00+02:00', '2026-02-28T08:00:00.000Z'],
    ['2026-02-28t10:00:00z', '2026-02-28T10:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(parseMoment(text)?.toISOString()).toBe(moment);
  });
  it.each([
    '',
    'tomorrow',
    '2026-02-30',
    '2026-13-01',
    '28.02.2026',
    '2026-02-28T25:00:00Z',
    '2026-02-28T10:00:00',
    '20260228',
  ])('%j is none', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });
});

it('every fault of a content is named', () => {
  const content = {
    title: '',
    description: 'x'.repeat(5000),
    validFrom: period.validUntil,
    validUntil: period.validFrom,
    implementationIds: [],
  };
  expect(contentFaults(content, 'input.').map((fault) => fault.field)).toEqual([
    'input.title',
    'input.description',
    'input.validUntil',
  ]);
});
