import { createHash } from 'node:crypto';
import { type Known, leafHash, placeOf, waitAfter } from './trail.ts';

const event = (sequence: number, more: Partial<Known> = {}): Known => ({
  id: `id ${sequence}`,
  source: '/annex/risk',
  sequence,
  leafHash: leafHash(Buffer.from(`event ${sequence}`)),
  ...more,
});

describe('the leaf hash', () => {
  it('is that of RFC 6962: SHA-256 over a zero byte and the bytes', () => {
    // The hash of the empty leaf, known from every implementation of RFC 6962.
    expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    const bytes = Buffer.from('{"é":1}');
    expect(leafHash(bytes)).toEqual(
      createHash('sha256')
        .update(Buffer.concat([Buffer.alloc(1), bytes]))
        .digest(),
    );
  });
});

describe('the place of an arrival', () => {
  it('is the end for the next number, parked behind a gap, nowhere for a repeat', () => {
    expect(placeOf(3, event(4), [])).toBe('APPEND');
    expect(placeOf(3, event(6), [])).toBe('PARK');
    expect(placeOf(3, event(2), [event(2)])).toBe('REPEAT');
    expect(placeOf(3, event(6), [event(6)])).toBe('REPEAT');
  });

  it('is a conflict for other bytes, another id, a second number for an id, and what was taken away', () => {
    expect(placeOf(3, event(2), [event(2, { leafHash: leafHash(Buffer.from('other')) })])).toBe('CONFLICT');
    expect(placeOf(3, event(2), [event(2, { id: 'other' })])).toBe('CONFLICT');
    expect(placeOf(3, event(4, { id: 'id 2' }), [event(2)])).toBe('CONFLICT');
    expect(placeOf(3, event(2), [])).toBe('CONFLICT');
  });
});

describe('the wait for a gap', () => {
  it('doubles with each try', () => {
    expect([0, 1, 2, 3, 4, 5].map((tries) => waitAfter(tries, 10) / 1000)).toEqual([10, 20, 40, 80, 160, 320]);
  });
});
