import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import { type AssetFacts, afterStep, cycleThrough, faultsOfAsset, sentenceOf, worthOf } from './asset.ts';

const facts: AssetFacts = {
  name: 'Order database',
  kind: 'SUPPORTING',
  category: 'SOFTWARE',
  ownerId: null,
  classification: null,
  confidentiality: 1,
  integrity: null,
  availability: 4,
  description: '',
  externalKey: null,
};

describe('an asset', () => {
  it('has each of its faults named at its place', () => {
    const at = (field: string) => `row 3, ${field}`;
    expect(faultsOfAsset(facts, at)).toEqual([]);
    const bad: AssetFacts = { ...facts, name: '', kind: 'PRIMARY', ownerId: 'Ann', integrity: 5, availability: 1.5 };
    expect(faultsOfAsset(bad, at).map((fault) => fault.field)).toEqual(
      ['name', 'category', 'ownerId', 'integrity', 'availability'].map(at),
    );
  });

  it('is retired and taken back, each from the other status only', () => {
    expect(afterStep('AS-0001', 'IN_USE', 'retire')).toBe('RETIRED');
    expect(afterStep('AS-0001', 'RETIRED', 'reinstate')).toBe('IN_USE');
    expect(() => afterStep('AS-0001', 'RETIRED', 'retire')).toThrow(AnnexError);
  });
});

describe('what an asset is worth', () => {
  const inherited = [
    { property: 'CONFIDENTIALITY', value: 3, fromId: 'process' },
    { property: 'AVAILABILITY', value: 4, fromId: 'process' },
  ] as const;

  it('is the highest of its own and what depends on it, and its own where that is as high', () => {
    expect(worthOf({ ...facts, id: 'own' }, inherited)).toEqual([
      { property: 'CONFIDENTIALITY', own: 1, value: 3, fromId: 'process' },
      { property: 'INTEGRITY', own: null, value: null, fromId: null },
      { property: 'AVAILABILITY', own: 4, value: 4, fromId: 'own' },
    ]);
  });

  it('is its own alone where it is primary', () => {
    const [confidentiality] = worthOf({ ...facts, kind: 'PRIMARY', id: 'own' }, inherited);
    expect(confidentiality).toEqual({ property: 'CONFIDENTIALITY', own: 1, value: 1, fromId: 'own' });
  });

  it('is told in a sentence that names where it comes from', () => {
    const [confidentiality, integrity, availability] = worthOf({ ...facts, id: 'own' }, inherited);
    const from = { reference: 'AS-0001', name: 'Order to cash' };
    expect(confidentiality && sentenceOf(confidentiality, from)).toBe(
      'Confidentiality 3 is inherited from AS-0001 Order to cash, which depends on it; its own value is 1.',
    );
    expect(integrity && sentenceOf(integrity, null)).toContain('not valued');
    expect(availability && sentenceOf(availability, from)).toContain('own value');
  });
});

describe('a way that leads back', () => {
  it('is found where there is one, the shortest', () => {
    const needs: Record<string, string[]> = { a: ['b', 'c'], b: ['d'], c: ['a'], d: ['a'] };
    expect(cycleThrough('a', (id) => needs[id] ?? [])).toEqual(['a', 'c', 'a']);
    expect(cycleThrough('a', () => ['a'])).toEqual(['a', 'a']);
  });

  it('is never found where each depends on later ones only, and always where the last depends on the first', () => {
    const edges = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 60 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const forward = pairs.filter(([from, to]) => from < to);
        const needs = (id: string) => forward.filter(([from]) => String(from) === id).map(([, to]) => String(to));
        for (let start = 0; start < 20; start++) expect(cycleThrough(String(start), needs)).toBeUndefined();
        const reached = forward.find(([from]) => from === 0)?.[1];
        if (reached === undefined) return;
        const closed = (id: string) => (id === String(reached) ? [...needs(id), '0'] : needs(id));
        const way = cycleThrough('0', closed);
        expect(way?.at(0)).toBe('0');
        expect(way?.at(-1)).toBe('0');
        for (const [index, id] of (way ?? []).slice(0, -1).entries()) expect(closed(id)).toContain(way?.[index + 1]);
      }),
      { numRuns: 50 },
    );
  });
});
