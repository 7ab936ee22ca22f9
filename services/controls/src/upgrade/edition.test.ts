import fc from 'fast-check';
import {
  type EditionControl,
  lineage,
  overruled,
  type Step,
  stepsAlong,
  stepsBack,
  stepsBetween,
  stepsBy,
} from './edition.ts';
import { compareEditions } from './upgrade.ts';

type Said = Partial<Omit<EditionControl, 'id' | 'number'>>;

/** The controls of an edition, by their numbers. */
const edition = (name: string, said: Record<string, Said | readonly string[]>): EditionControl[] =>
  Object.entries(said).map(([number, one]) => ({
    ...{ id: `acme:${name}:${number}`, number, reading: number, withdrawn: false, oscalId: null, wentTo: [] },
    replaces: null,
    ...(Array.isArray(one) ? { replaces: one } : one),
  }));

const shown = (steps: readonly Step[]) =>
  steps.map(({ from, to, relationship }) => `${from.slice(5)} ${relationship} ${to.slice(5)}`);

describe('what an edition says of the one before', () => {
  it('is told by equal numbers where a control says nothing', () => {
    const steps = stepsBetween(edition('1', { A: {}, B: {} }), edition('2', { B: {}, C: {} }));
    expect(shown(steps)).toEqual(['1:B EQUAL 2:B']);
  });

  it('is taken at its word where a control names what it replaces', () => {
    const before = edition('1', { A: {}, B: {}, C: {}, D: {}, E: {} });
    const after = edition('2', { X: ['A'], M: ['B', 'C'], D: {}, D1: ['D'], E: [] });
    expect(shown(stepsBetween(before, after))).toEqual([
      '1:A EQUAL 2:X',
      '1:B SUBSET 2:M',
      '1:C SUBSET 2:M',
      '1:D SUPERSET 2:D',
      '1:D SUPERSET 2:D1',
    ]);
  });

  it('is left to people where parts of several went into several', () => {
    const steps = stepsBetween(edition('1', { A: {}, B: {} }), edition('2', { X: ['A', 'B'], Y: ['A'] }));
    expect(shown(steps)).toEqual(['1:A INTERSECT 2:X', '1:B SUBSET 2:X', '1:A SUPERSET 2:Y']);
  });

  it('follows what a withdrawn control of OSCAL says of where it went, also into a part of a control', () => {
    const before = edition('1', { 'A-1': {}, 'A-2': {}, 'A-3': {}, 'A-4': { withdrawn: true } });
    const gone = { withdrawn: true } as const;
    const after = edition('2', {
      'A-1': { oscalId: 'a-1' },
      'A-2': { ...gone, wentTo: ['#a-1_smt.b'] },
      'A-3': { ...gone, wentTo: ['#nowhere', 'https://example.org/a-1'] },
      'A-4': { ...gone, wentTo: ['#a-1'] },
    });
    expect(shown(stepsBetween(before, after))).toEqual(['1:A-1 SUBSET 2:A-1', '1:A-2 SUBSET 2:A-1']);
  });
});

describe('steps along several editions', () => {
  it('keep what holds for the whole way, and leave what the sets do not tell to people', () => {
    const one = edition('1', { A: {}, B: {}, C: {} });
    const two = edition('2', { A: {}, BC: ['B', 'C'] });
    const three = edition('3', { A1: ['A'], A2: ['A'], B: ['BC'], C: ['BC'] });
    expect(shown(stepsAlong(stepsBetween(one, two), stepsBetween(two, three)))).toEqual([
      '1:A SUPERSET 3:A1',
      '1:A SUPERSET 3:A2',
      // B went into BC, and BC into B and C: whether anything of the first B is in the last C, nobody said.
      '1:B INTERSECT 3:B',
      '1:B INTERSECT 3:C',
      '1:C INTERSECT 3:B',
      '1:C INTERSECT 3:C',
    ]);
  });

  it('keep the strongest of several ways to the same control', () => {
    const first: Step[] = [
      { from: 'a', to: 'b', relationship: 'SUPERSET' },
      { from: 'a', to: 'c', relationship: 'EQUAL' },
    ];
    const second: Step[] = [
      { from: 'b', to: 'd', relationship: 'SUBSET' },
      { from: 'c', to: 'd', relationship: 'EQUAL' },
    ];
    expect(stepsAlong(first, second)).toEqual([{ from: 'a', to: 'd', relationship: 'EQUAL' }]);
  });

  it('lead over every edition between the two, whichever is older, and never in a circle', () => {
    const editions = [
      { edition: '1', predecessor: null },
      { edition: '2', predecessor: '1' },
      { edition: '3', predecessor: '2' },
      { edition: 'x', predecessor: 'y' },
      { edition: 'y', predecessor: 'x' },
    ];
    const names = (path: typeof editions | undefined) => path?.map((one) => one.edition);
    expect(names(lineage(editions, '1', '3'))).toEqual(['1', '2', '3']);
    expect(lineage(editions, '3', '1')).toBeUndefined();
    expect(lineage(editions, '1', 'x')).toBeUndefined();
    expect(names(lineage(editions, 'x', 'y'))).toEqual(['x', 'y']);
  });

  it('give way to what people mapped themselves', () => {
    const steps: Step[] = [
      { from: 'a', to: 'x', relationship: 'EQUAL' },
      { from: 'b', to: 'y', relationship: 'EQUAL' },
    ];
    const own: Step[] = [{ from: 'a', to: 'x', relationship: 'INTERSECT' }];
    expect(overruled(steps, own)).toEqual([steps[1], own[0]]);
  });
});

/** Two editions of which the later says of some controls what they replace. */
const pairs = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...'ABCDEFGH'), { minLength: 1 }),
    fc.uniqueArray(fc.constantFrom(...'ABCDEFGH'), { minLength: 1 }),
  )
  .chain(([before, after]) =>
    fc.tuple(
      fc.constant(edition('1', Object.fromEntries(before.map((number) => [number, {}])))),
      fc
        .array(fc.option(fc.subarray(before)), { minLength: after.length, maxLength: after.length })
        .map((said) => edition('2', Object.fromEntries(after.map((number, index) => [number, said[index] ?? {}])))),
    ),
  );

describe('any two editions', () => {
  it('leave no control out: each of the later is new or comes from one, each of the earlier is gone or leads to one', () => {
    fc.assert(
      fc.property(pairs, ([before, after]) => {
        const ids = (list: readonly EditionControl[]) => list.map((one) => one.id);
        const steps = stepsBetween(before, after);
        const change = compareEditions(ids(before), { id: 'acme:2', controlIds: ids(after) }, stepsBy(steps));
        expect(new Set([...change.added, ...steps.map((one) => one.to)])).toEqual(new Set(ids(after)));
        expect(new Set([...change.removed, ...steps.map((one) => one.from)])).toEqual(new Set(ids(before)));
        expect(change.added.some((id) => steps.some((one) => one.to === id))).toBe(false);
        expect(change.removed.some((id) => steps.some((one) => one.from === id))).toBe(false);
        for (const { from, to, relationship } of steps) {
          const alone = steps.filter((one) => one.from === from).length === 1;
          const whole = steps.filter((one) => one.to === to).length === 1;
          expect(relationship).toBe(alone ? (whole ? 'EQUAL' : 'SUBSET') : whole ? 'SUPERSET' : 'INTERSECT');
        }
      }),
    );
  });

  it('tell the same from both ends', () => {
    fc.assert(
      fc.property(pairs, ([before, after]) => {
        const steps = stepsBetween(before, after);
        expect(stepsBack(stepsBack(steps))).toEqual(steps);
      }),
    );
  });
});
