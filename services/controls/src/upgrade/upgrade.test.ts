import { controls, mapping2013to2022 } from '@annex/catalogues';
import { publishedRelations, relationsBy } from '../mapping/mapping.ts';
import { compareEditions, type Implementing, movesOf, openPointsOf, sameControls } from './upgrade.ts';

type Row = [from: string, relationship: 'EQUAL' | 'SUBSET' | 'SUPERSET' | 'INTERSECT', to: string];

const rows: Row[] = [
  ['old:1:same', 'EQUAL', 'new:2:same'],
  ['old:1:part-a', 'SUBSET', 'new:2:whole'],
  ['old:1:part-b', 'SUBSET', 'new:2:whole'],
  ['old:1:wide', 'SUPERSET', 'new:2:narrow-a'],
  ['old:1:wide', 'SUPERSET', 'new:2:narrow-b'],
  ['old:1:beside', 'INTERSECT', 'new:2:shared'],
  ['old:1:half', 'SUBSET', 'new:2:half'],
  ['old:1:half', 'INTERSECT', 'new:2:shared'],
];
const relations = relationsBy(
  rows.map(([from, relationship, to]) => ({
    ...{ from, relationship, to, provenance: '', rationale: '', strength: null, through: null },
  })),
);
const from = ['same', 'part-a', 'part-b', 'wide', 'beside', 'half', 'gone'].map((name) => `old:1:${name}`);
const controlIds = ['fresh', 'same', 'whole', 'narrow-a', 'narrow-b', 'shared', 'half'].map((name) => `new:2:${name}`);
const change = compareEditions(from, { id: 'new:2', controlIds }, relations);

const implement = (number: number, ...ids: string[]): Implementing => ({
  id: `id-${number}`,
  reference: `C-000${number}`,
  controlIds: ids,
});

describe('the change between two editions', () => {
  it('tells what was added, removed, merged, split and left as it was', () => {
    expect(change).toMatchObject({
      added: ['new:2:fresh'],
      removed: ['old:1:gone'],
      merged: [{ target: 'new:2:whole', sources: ['old:1:part-a', 'old:1:part-b'] }],
      split: [
        { source: 'old:1:wide', targets: ['new:2:narrow-a', 'new:2:narrow-b'] },
        { source: 'old:1:half', targets: ['new:2:shared', 'new:2:half'] },
      ],
      unchanged: [{ source: 'old:1:same', target: 'new:2:same' }],
    });
  });

  it('reads the same backwards: what was merged is split, what was added is removed', () => {
    const back = compareEditions(controlIds, { id: 'old:1', controlIds: from }, relations);
    expect(back.removed).toEqual(change.added);
    expect(back.added).toEqual(change.removed);
    expect(back.split).toContainEqual({ source: 'new:2:whole', targets: ['old:1:part-a', 'old:1:part-b'] });
    expect(back.unchanged).toEqual([{ source: 'new:2:same', target: 'old:1:same' }]);
  });

  it('counts each control of 2013 once and each of 2022 once, whatever the mapping says of it', () => {
    const [old, fresh] = [controls('2013'), controls('2022')].map((list) => list.map((one) => one.id));
    const { added, removed, successors } = compareEditions(
      old ?? [],
      { id: 'iso27001:2022', controlIds: fresh ?? [] },
      relationsBy(publishedRelations),
    );
    const reached = new Set([...successors.values()].flatMap((one) => one.all));
    expect([...added, ...reached].sort()).toEqual([...(fresh ?? [])].sort());
    expect(added).toHaveLength(11);
    expect(removed).toEqual([]);
    const published = mapping2013to2022().filter((one) => old?.includes(one.sourceId));
    expect([...successors.values()].flatMap((one) => one.all)).toHaveLength(published.length);
  });
});

describe('the moves of implementations', () => {
  it('replace what leads further, and keep what does not and what is of another catalogue', () => {
    const kept = ['old:1:gone', 'old:1:beside', 'acme:2026:AC-1'];
    const [move] = movesOf(change, [implement(1, 'old:1:wide', ...kept)]);
    expect(move?.after).toEqual(['new:2:narrow-a', 'new:2:narrow-b', ...kept]);
  });

  it('name a control once that several lead to or that is there already', () => {
    const [move] = movesOf(change, [implement(1, 'new:2:whole', 'old:1:part-a', 'old:1:part-b')]);
    expect(move?.after).toEqual(['new:2:whole']);
  });

  it('leave out implementations that are not of the edition that is left', () => {
    expect(movesOf(change, [implement(1, 'new:2:fresh', 'acme:2026:AC-1')])).toEqual([]);
  });

  it('do not depend on the order of controls when they are compared', () => {
    expect(sameControls(['a', 'b'], ['b', 'a'])).toBe(true);
    expect(sameControls(['a', 'b'], ['a', 'c'])).toBe(false);
    expect(sameControls(['a'], ['a', 'b'])).toBe(false);
  });
});

describe('the points that need a person', () => {
  const kindsOf = (...implementations: Implementing[]) =>
    openPointsOf(change, implementations)
      .filter((point) => point.kind !== 'NEW_CONTROL')
      .map(({ kind, targets, implementationIds }) => ({ kind, targets, implementationIds }));

  it.each([
    ['gone', 'REMOVED', []],
    ['beside', 'INTERSECTS_ONLY', ['new:2:shared']],
    ['wide', 'SPLIT', ['new:2:narrow-a', 'new:2:narrow-b']],
    ['half', 'SPLIT', ['new:2:shared', 'new:2:half']],
  ])('tell of an implementation of %s as %s', (name, kind, targets) => {
    expect(kindsOf(implement(1, `old:1:${name}`))).toEqual([{ kind, targets, implementationIds: ['id-1'] }]);
  });

  it('are none where a control stayed the same or went into another as a whole', () => {
    expect(kindsOf(implement(1, 'old:1:same'), implement(2, 'old:1:part-a'))).toEqual([]);
  });

  it('ask whether several are one where different controls became one', () => {
    expect(kindsOf(implement(1, 'old:1:part-a'), implement(2, 'old:1:part-b'))).toEqual([
      { kind: 'MERGED', targets: ['new:2:whole'], implementationIds: ['id-1', 'id-2'] },
    ]);
    // One that served the new control before counts too.
    expect(kindsOf(implement(1, 'old:1:same'), implement(2, 'new:2:same'))).toEqual([
      { kind: 'MERGED', targets: ['new:2:same'], implementationIds: ['id-1', 'id-2'] },
    ]);
  });

  it('do not ask it of those that shared a control before, nor of one that did both', () => {
    expect(kindsOf(implement(1, 'old:1:same'), implement(2, 'old:1:same'))).toEqual([]);
    expect(kindsOf(implement(1, 'old:1:part-a', 'old:1:part-b'))).toEqual([]);
  });

  it('name a new control until something implements it', () => {
    expect(openPointsOf(change, []).map((point) => point.sentence)).toEqual([
      'fresh is new in new:2, and nothing implements it yet: is it necessary?',
    ]);
    expect(openPointsOf(change, [implement(1, 'new:2:fresh')])).toEqual([]);
  });

  it('cut a long list of names in the sentence and keep all beside it', () => {
    const many = Array.from({ length: 9 }, (_, index) => implement(index + 1, `old:1:part-${index % 2 ? 'a' : 'b'}`));
    const [point] = openPointsOf(change, many);
    expect(point?.sentence).toMatch(/^C-0001, .* C-0007 and 2 more now implement whole together/);
    expect(point?.implementationIds).toHaveLength(9);
  });
});
