import type { OscalMap, OscalMapping } from '@annex/oscal';
import fc from 'fast-check';
import { type CollectionHead, ofEach, pairsOf, placeFinder, saidBy } from './collection.ts';
import { mapsNow, standingAlone } from './collection.write.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const ends = (...ids: string[]) => ids.map((id) => ({ type: 'control' as const, 'id-ref': id }));
const map = (more: Partial<OscalMap> = {}): OscalMap => ({
  ...{ uuid: uuid(1), relationship: 'subset-of', sources: ends('A'), targets: ends('B') },
  ...more,
});
const mapping = (...maps: OscalMap[]): OscalMapping => ({
  uuid: uuid(2),
  'source-resource': { type: 'catalog', href: '#a' },
  'target-resource': { type: 'catalog', href: '#b' },
  maps,
});
const head = {
  uuid: uuid(3),
  metadata: { title: 'Ours', 'last-modified': '2026-01-01T00:00:00Z', version: '7', 'oscal-version': '1.2.1' },
  provenance: {
    method: 'human',
    'matching-rationale': 'semantic',
    status: 'complete',
    'mapping-description': 'By hand',
  },
} as CollectionHead;
const between = [{ source: 'x:1', target: 'y:1' }];
const find = (framework: string, reference: string) => (reference === 'gone' ? undefined : `${framework}:${reference}`);
const pairs = (...maps: OscalMap[]) => pairsOf(head, [mapping(...maps)], between, find);

describe('what a relationship between several says of one of each', () => {
  const element = fc.integer({ min: 0, max: 6 });
  const set = fc.uniqueArray(element, { minLength: 1, maxLength: 5 });
  const sets = fc.array(set, { minLength: 1, maxLength: 3 });
  const within = (a: Set<number>, b: Set<number>) => [...a].every((one) => b.has(one));

  it('holds for sets wherever it says more than that they share something', () => {
    fc.assert(
      fc.property(sets, sets, (sources, targets) => {
        const [all, other] = [new Set(sources.flat()), new Set(targets.flat())];
        const holds = {
          EQUAL: within(all, other) && within(other, all),
          SUBSET: within(all, other),
          SUPERSET: within(other, all),
        };
        for (const [whole, true_] of Object.entries(holds)) {
          const { of } = ofEach(whole as 'EQUAL', sources.length, targets.length);
          if (!true_ || of === 'INTERSECT') continue;
          for (const source of sources.map((one) => new Set(one)))
            for (const target of targets.map((one) => new Set(one))) {
              if (of !== 'SUPERSET') expect(within(source, target)).toBe(true);
              if (of !== 'SUBSET') expect(within(target, source)).toBe(true);
            }
        }
      }),
    );
  });

  it('says when a word was weakened', () => {
    expect(ofEach('EQUAL', 1, 1)).toEqual({ of: 'EQUAL', weakened: false });
    expect(ofEach('EQUAL', 3, 1)).toEqual({ of: 'SUBSET', weakened: false });
    expect(ofEach('SUPERSET', 1, 2)).toEqual({ of: 'SUPERSET', weakened: false });
    expect(ofEach('SUBSET', 1, 2)).toEqual({ of: 'INTERSECT', weakened: true });
    expect(pairs(map({ sources: ends('A', 'C'), targets: ends('B', 'D') })).warnings).toMatchObject([
      { place: '/mapping-collection/mappings/0/maps/0' },
    ]);
  });
});

describe('the pairs of a collection', () => {
  it('have the grounds, author and strength that are stated nearest to them', () => {
    expect(saidBy(map(), mapping(), head)).toEqual({
      ...{ rationale: 'By hand', provenance: 'Ours, version 7', strength: null },
    });
    const near = map({
      remarks: 'Because',
      'confidence-score': { percentage: 0.5 },
      props: [{ name: 'provenance', ns: 'urn:annex:oscal', value: 'Anna' }],
    });
    const wide = { ...mapping(), 'confidence-score': { percentage: 0.9 } };
    expect(saidBy(near, wide, head)).toEqual({ rationale: 'Because', provenance: 'Anna', strength: 0.5 });
    expect(saidBy(map(), wide, head).strength).toBe(0.9);
    expect(saidBy(map({ 'confidence-score': { category: 'high' } }), wide, head).strength).toBeNull();
  });

  it('are refused by pointer where a place is not there, is mapped to itself, or is mapped twice', () => {
    const same = pairsOf(head, [mapping(map({ targets: ends('A') }))], [{ source: 'x:1', target: 'x:1' }], find);
    expect(same.faults).toMatchObject([{ field: '/mapping-collection/mappings/0/maps/0' }]);
    expect(
      pairs(map(), map({ relationship: 'equal-to' }), map({ sources: ends('gone'), targets: ends('C') })).faults,
    ).toMatchObject([
      { field: '/mapping-collection/mappings/0/maps/1', allowed: expect.stringContaining('maps/0') },
      { field: '/mapping-collection/mappings/0/maps/2/sources/0/id-ref', given: 'gone' },
    ]);
  });

  it('are none where nothing relates, or the word is of another namespace, which is told', () => {
    expect(pairs(map({ relationship: 'no-relationship' }))).toEqual({ pairs: [], faults: [], warnings: [] });
    expect(pairs(map({ relationship: 'equal-to', ns: 'https://example.com/ns' }))).toMatchObject({
      ...{ pairs: [], warnings: [{ place: '/mapping-collection/mappings/0/maps/0/relationship' }] },
    });
  });
});

describe('a place', () => {
  const find = placeFinder([
    { id: '1', names: ['ac-1', 'AC-1'] },
    { id: '2', names: ['AC-2', 'ac-1'] },
    { id: '3', names: ['x', 'Same'] },
    { id: '4', names: ['y', 'same'] },
  ]);

  it('is found by its OSCAL id before its number, as written before in any case, and not where it could be several', () => {
    expect(['ac-1', 'AC-1', 'ac-2', 'Same', 'SAME', 'z'].map(find)).toEqual(['1', '1', '2', '3', undefined, undefined]);
  });
});

describe('maps that go out again', () => {
  const kept = (n: number, origin: string, more: object = {}) => ({
    ...{ id: uuid(n), version: 1, sourceId: '', targetId: '', origin, relationship: 'SUBSET' as const },
    ...{ rationale: 'By hand', provenance: 'Ours, version 7', strength: null },
    ...more,
  });
  const several = map({ relationship: 'equivalent-to', sources: ends('A', 'C'), props: [{ name: 'p', value: 'v' }] });
  const nothing = map({ relationship: 'no-relationship' });

  it('are as they came where nobody touched them', () => {
    expect(mapsNow(mapping(several, nothing), head, [kept(1, '0/0/0/0'), kept(2, '0/0/1/0')])).toEqual({
      ...{ maps: [several, nothing], altered: false },
    });
  });

  it('are one a pair once one of several is gone, with what came with them', () => {
    const { maps, altered } = mapsNow(mapping(several), head, [kept(2, '0/0/1/0')]);
    expect(altered).toBe(true);
    expect(maps).toEqual([
      { ...several, uuid: expect.not.stringMatching(several.uuid), relationship: 'subset-of', sources: ends('C') },
    ]);
  });

  it('say what people made of them', () => {
    const change = { version: 2, rationale: 'Looked again', provenance: 'Anna', strength: 0.25 };
    expect(mapsNow(mapping(map()), head, [kept(1, '0/0/0/0', change)]).maps).toEqual([
      {
        ...map(),
        ...{ remarks: 'Looked again', 'confidence-score': { percentage: 0.25 } },
        props: [{ name: 'provenance', ns: 'urn:annex:oscal', value: 'Anna' }],
      },
    ]);
    expect(mapsNow(mapping(map()), head, []).maps).toEqual([]);
  });

  it('take along what their collection said of all, when they leave it', () => {
    const alone = standingAlone(mapping(map()), head);
    expect(alone).toMatchObject({ method: 'human', 'mapping-description': 'By hand' });
    expect(
      saidBy(alone.maps[0] as OscalMap, alone, { ...head, metadata: { ...head.metadata, title: 'Other' } }),
    ).toEqual(saidBy(map(), mapping(), head));
  });
});
