import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { formatKey, hashSecret, keyStatus, newSecret, parseKey, secretMatches } from './apikey.ts';

const tenant = '0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21';
const id = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

describe('the text of a key', () => {
  it('carries tenant, id and secret', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (aTenant, aKey) => {
        const key = { tenant: aTenant, id: aKey, secret: newSecret() };
        expect(parseKey(formatKey(key))).toEqual(key);
      }),
    );
  });

  it('begins with annex_ and has only letters, digits and two underscores', () => {
    expect(formatKey({ tenant, id, secret: newSecret() })).toMatch(/^annex_[a-z2-7]{52}_[a-z2-7]{52}$/);
  });

  it('is nothing when anything of its shape is off', () => {
    const text = formatKey({ tenant, id, secret: newSecret() });
    for (const wrong of [
      '',
      'annex_',
      text.slice(1),
      `${text}a`,
      text.toUpperCase(),
      text.replace('annex', 'bnnex'),
      ` ${text}`,
    ]) {
      expect(parseKey(wrong)).toBeUndefined();
    }
  });

  it('has one spelling only, so that a second one is refused', () => {
    const text = formatKey({ tenant, id, secret: newSecret() });
    const last = text[6 + 51] ?? '';
    const letters = 'abcdefghijklmnopqrstuvwxyz234567';
    const other = letters[letters.indexOf(last) ^ 1] ?? '';
    expect(parseKey(text.slice(0, 57) + other + text.slice(58))).toBeUndefined();
  });
});

describe('a secret', () => {
  it('matches its hash alone', () => {
    const secret = newSecret();
    const stored = hashSecret(secret);
    expect(secretMatches(secret, stored)).toBe(true);
    expect(secretMatches(newSecret(), stored)).toBe(false);
    expect(secretMatches(secret, randomBytes(16))).toBe(false);
    expect(stored.toString('utf8')).not.toContain(secret);
  });

  it('has 256 bits of chance', () => {
    expect(new Set(Array.from({ length: 1000 }, newSecret)).size).toBe(1000);
    expect(newSecret()).toHaveLength(52);
  });
});

describe('the status of a key', () => {
  const now = new Date('2026-11-24T00:00:00Z');
  it('is expired from the very moment of its end', () => {
    expect(keyStatus({ revokedAt: null, expiresAt: now }, now)).toBe('EXPIRED');
    expect(keyStatus({ revokedAt: null, expiresAt: new Date(now.getTime() + 1) }, now)).toBe('ACTIVE');
    expect(keyStatus({ revokedAt: null, expiresAt: null }, now)).toBe('ACTIVE');
  });

  it('is revoked whatever its end', () => {
    expect(keyStatus({ revokedAt: now, expiresAt: null }, now)).toBe('REVOKED');
  });
});
