import fc from 'fast-check';
import { clauses, compose, controls, inverse, mappingSets, type Relationship } from '../src/index.ts';

/** How two sets that are not empty relate, by looking at them; undefined where they share nothing. */
function relation(a: ReadonlySet<number>, b: ReadonlySet<number>): Relationship | undefined {
  const shared = [...a].filter((item) => b.has(item)).length;
  if (shared === 0) return undefined;
  if (shared === a.size) return shared === b.size ? 'EQUAL' : 'SUBSET';
  return shared === b.size ? 'SUPERSET' : 'INTERSECT';
}

/** Whether sets that relate as `actual` also relate as `said`: what is equal or contained intersects as well. */
const holds = (said: Relationship, actual: Relationship | undefined) =>
  actual === said ||
  (said === 'INTERSECT' && actual !== undefined) ||
  (actual === 'EQUAL' && (said === 'SUBSET' || said === 'SUPERSET'));

const set = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }).map((items) => new Set(items));

it('concludes from two relationships in a row only what holds for every three sets', () => {
  fc.assert(
    fc.property(set, set, set, (a, b, c) => {
      const [first, second] = [relation(a, b), relation(b, c)];
      if (!first || !second) return;
      const said = compose(first, second);
      if (said) expect(holds(said, relation(a, c))).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

it('concludes whatever can be concluded: where it says nothing, sets that share nothing exist', () => {
  const all: Relationship[] = ['EQUAL', 'SUBSET', 'SUPERSET', 'INTERSECT'];
  const silent = all.flatMap((first) =>
    all.filter((second) => !compose(first, second)).map((second) => [first, second]),
  );
  const disjoint = new Set<string>();
  const sets = Array.from(
    { length: 15 },
    (_, bits) => new Set([0, 1, 2, 3].filter((item) => (bits + 1) & (1 << item))),
  );
  for (const a of sets)
    for (const b of sets)
      for (const c of sets) if (relation(a, c) === undefined) disjoint.add(`${relation(a, b)} ${relation(b, c)}`);
  for (const [first, second] of silent) expect(disjoint).toContain(`${first} ${second}`);
});

it('sees each relationship from the other side', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const seen = relation(a, b);
      expect(relation(b, a)).toBe(seen && inverse(seen));
    }),
  );
});

it('maps to places of 27001:2022 that exist, each pair once', () => {
  const targets = new Set([...clauses('2022'), ...controls('2022')].map(({ id }) => id));
  for (const { id, source, target, mappings } of mappingSets()) {
    expect({ id, astray: mappings.filter((one) => !one.sourceId.startsWith(`${source}:`)) }).toEqual({
      id,
      astray: [],
    });
    expect({ id, astray: mappings.filter((one) => !targets.has(one.targetId)) }).toEqual({ id, astray: [] });
    expect(target).toBe('iso27001:2022');
    expect(new Set(mappings.map((one) => `${one.sourceId} ${one.targetId}`)).size).toBe(mappings.length);
  }
  expect(mappingSets().map(({ mappings }) => mappings.length)).toEqual([144, 341, 642]);
});

it('has only intersections from NIST, which show what is touched and never what is covered', () => {
  for (const { mappings } of mappingSets().slice(1))
    expect(new Set(mappings.map((one) => one.relationship))).toEqual(new Set(['INTERSECT']));
});
