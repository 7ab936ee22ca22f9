import fc from 'fast-check';
import pg from 'pg';
import { camelRows, parseTimestamp } from './rows.ts';

const byPg = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text');

describe('a timestamptz as PostgreSQL prints it', () => {
  const days = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });

  it('is the moment that it says, cut to the millisecond', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 999 }), (moment, micros) => {
        const fraction = `${moment.toISOString().slice(20, 23)}${String(micros).padStart(3, '0')}`.replace(/0+$/, '');
        const text = `${moment.toISOString().slice(0, 19).replace('T', ' ')}${fraction ? `.${fraction}` : ''}+00`;
        expect(parseTimestamp(text)).toEqual(moment);
      }),
    );
  });

  it.each([
    'infinity',
    '-infinity',
    '0099-03-01 00:00:00+00',
    '0044-03-15 12:00:00+00 BC',
    '12026-01-01 00:00:00+00',
    '2026-06-01 12:00:00.5+02',
    '2026-06-01 12:00:00+05:30',
  ])('%s is read as pg reads it', (text) => {
    expect(parseTimestamp(text)).toEqual(byPg(text));
  });
});

it('names columns in camel case, in the order in which they came', () => {
  const rows = camelRows([{ name: 'risk_owner_id' }, { name: 'title' }, { name: 'objectId' }], [['a', null, 1]]);
  expect(rows).toEqual([{ riskOwnerId: 'a', title: null, objectId: 1 }]);
  expect(Object.keys(rows[0] ?? {})).toEqual(['riskOwnerId', 'title', 'objectId']);
});
