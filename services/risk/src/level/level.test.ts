import fc from 'fast-check';
import { defaultCriteria } from '../criteria/criteria.default.ts';
import { type Band, type ByCategory, bandOf, type Category, type Criteria } from '../criteria/criteria.ts';
import { explain } from './level.explanation.ts';
import { currentLevel, type Factor, inherentLevel, ratingOf } from './level.ts';

const factor = (change: Partial<Factor> = {}): Factor => ({
  implementationId: 'a',
  reference: 'I-0001',
  title: 'Secure coding',
  strength: 1,
  strengthNote: null,
  likelihoodEffect: 0.9,
  consequenceEffect: 0,
  commonCause: null,
  ...change,
});

const share = fc.oneof(fc.constantFrom(0, 0.5, 0.9, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const factors = fc
  .array(
    fc.record({
      strength: share,
      likelihoodEffect: share,
      consequenceEffect: share,
      commonCause: fc.constantFrom(null, null, 'directory', 'power'),
    }),
    { maxLength: 6 },
  )
  .map((list) => list.map((values, index) => factor({ ...values, implementationId: `implementation ${index}` })));
const level = fc.integer({ min: 1, max: 5 });
const inherent = fc.record({ likelihood: level, consequence: level });
const criteria = defaultCriteria;

describe('the current level', () => {
  it('without links is the inherent level', () => {
    for (let likelihood = 1; likelihood <= 5; likelihood++) {
      for (let consequence = 1; consequence <= 5; consequence++) {
        const { factors: none, ...current } = currentLevel(criteria, { likelihood, consequence }, []);
        expect(none).toEqual([]);
        expect(current).toEqual(inherentLevel(criteria, likelihood, consequence));
      }
    }
  });

  it('cuts the frequency by effect and strength, and bands it again: exactly on an edge is the band above', () => {
    const current = currentLevel(criteria, { likelihood: 4, consequence: 4 }, [factor()]);
    expect(current).toMatchObject({ frequency: 0.1, likelihood: 3, consequence: 4, level: 'High' });
    const half = currentLevel(criteria, { likelihood: 4, consequence: 4 }, [factor({ strength: 0.5 })]);
    expect(half).toMatchObject({ frequency: 0.55, likelihood: 4 });
  });

  it('multiplies what independent links leave', () => {
    const links = [
      factor({ likelihoodEffect: 0.5 }),
      factor({ implementationId: 'b', likelihoodEffect: 0.5, consequenceEffect: 0.9 }),
    ];
    const current = currentLevel(criteria, { likelihood: 4, consequence: 4 }, links);
    expect(current.frequency).toBe(0.25);
    expect(current.consequence).toBe(3);
  });

  it('counts of a common cause only the strongest on each axis', () => {
    const links = [
      factor({ implementationId: 'a', likelihoodEffect: 0.5, consequenceEffect: 0.1, commonCause: 'directory' }),
      factor({ implementationId: 'b', likelihoodEffect: 0.2, consequenceEffect: 0.4, commonCause: 'directory' }),
      factor({ implementationId: 'c', likelihoodEffect: 0.1, consequenceEffect: 0.1, commonCause: 'directory' }),
    ];
    const current = currentLevel(criteria, { likelihood: 4, consequence: 4 }, links);
    expect(current.frequency).toBe(0.5);
    expect(current.factors.map((one) => one.counted)).toEqual(['LIKELIHOOD', 'CONSEQUENCE', 'NONE']);
  });

  it('never falls below the floor, and a floor never raises what began below it', () => {
    const all = factor({ likelihoodEffect: 1, consequenceEffect: 1 });
    expect(currentLevel(criteria, { likelihood: 5, consequence: 5 }, [all])).toMatchObject({
      frequency: 0.005,
      loss: 100_000,
    });
    const high = { ...criteria, floorFrequency: 1, floorLoss: 1e9 };
    const rare = currentLevel(high, { likelihood: 1, consequence: 1 }, [all]);
    expect(rare).toMatchObject({ frequency: 0.01, loss: 300_000 });
  });

  it('never rises when a control becomes stronger', () => {
    fc.assert(
      fc.property(inherent, factors, fc.nat(), share, (from, links, which, more) => {
        const before = currentLevel(criteria, from, links);
        const at = links.length === 0 ? -1 : which % links.length;
        const stronger = links.map((link, index) =>
          index === at ? { ...link, strength: Math.max(link.strength, more) } : link,
        );
        const after = currentLevel(criteria, from, stronger);
        expect(after.rank).toBeLessThanOrEqual(before.rank);
        expect(after.frequency).toBeLessThanOrEqual(before.frequency);
        expect(after.loss).toBeLessThanOrEqual(before.loss);
      }),
      { numRuns: 2000 },
    );
  });

  it('rises with the inherent level, on both axes', () => {
    fc.assert(
      fc.property(inherent, inherent, factors, (a, b, links) => {
        const milder = {
          likelihood: Math.min(a.likelihood, b.likelihood),
          consequence: Math.min(a.consequence, b.consequence),
        };
        const worse = {
          likelihood: Math.max(a.likelihood, b.likelihood),
          consequence: Math.max(a.consequence, b.consequence),
        };
        expect(currentLevel(criteria, milder, links).rank).toBeLessThanOrEqual(
          currentLevel(criteria, worse, links).rank,
        );
      }),
    );
  });

  it('does not depend on the order of links', () => {
    const shuffled = factors.chain((links) =>
      fc.tuple(fc.constant(links), fc.shuffledSubarray(links, { minLength: links.length })),
    );
    fc.assert(
      fc.property(inherent, shuffled, (from, [links, other]) => {
        expect(currentLevel(criteria, from, other)).toEqual(currentLevel(criteria, from, links));
      }),
    );
  });

  it('bands the same when it is banded again', () => {
    fc.assert(
      fc.property(inherent, factors, (from, links) => {
        const current = currentLevel(criteria, from, links);
        expect(bandOf(criteria.likelihoods, current.frequency)).toBe(current.likelihood);
        expect(inherentLevel(criteria, current.likelihood, current.consequence).rank).toBe(current.rank);
      }),
    );
  });
});

describe('the explanation', () => {
  const risk = { inherentLikelihood: 4, inherentConsequence: 4, consequences: null };

  it('says in a sentence what fell, by what, to which level', () => {
    expect(explain(criteria, risk, [factor()]).sentence).toBe(
      'Likelihood falls from Likely (1 a year) to Possible (0.1 a year), consequence stays Major (€3,160,000): 1 of 1 linked implementation has an effect. The current level is High, above the criteria.',
    );
    expect(explain(criteria, risk, []).sentence).toContain('no implementation is linked');
  });

  it('says of each link what it leaves and why it counts or not', () => {
    const links = [
      factor({ commonCause: 'directory' }),
      factor({ implementationId: 'b', likelihoodEffect: 0.2, commonCause: 'directory' }),
      factor({ implementationId: 'c', strength: 0, strengthNote: 'the implementation has not been started' }),
    ];
    const [first, second, third] = explain(criteria, risk, links).factors;
    expect(first).toMatchObject({ counted: 'BOTH', consequenceLeft: 1 });
    expect(first?.likelihoodLeft).toBeCloseTo(0.1);
    expect(second).toMatchObject({ counted: 'NONE', likelihoodLeft: 1 });
    expect(second?.why).toContain('another link of the common cause “directory”');
    expect(third?.why).toBe('Counts: the implementation has not been started.');
  });
});

describe('several categories of consequence', () => {
  const bandsBy = (unit: number): Band[] =>
    criteria.consequences.map(({ name, lower, upper, representative }) => ({
      name: `${name} harm`,
      lower: lower / unit,
      upper: upper === null ? null : upper / unit,
      representative: representative / unit,
    }));
  const category = (key: string, unit: number, floor: number): Category => {
    return { key, name: key.toLowerCase(), unit: 'persons', bands: bandsBy(unit), floor, appetite: '' };
  };
  const both: Criteria = { ...criteria, categories: [category('SAFETY', 1e6, 0.05), category('REPUTATION', 1e3, 5)] };
  const ratedIn = fc.record({
    likelihood: level,
    consequence: level,
    consequences: fc.oneof(fc.constant(null), fc.record({ SAFETY: level, REPUTATION: level }, { requiredKeys: [] })),
  });
  const byCategory = (key: 'SAFETY' | 'REPUTATION', levels: ByCategory | null) => levels?.[key] ?? 0;

  it('let the worst decide, money first among equals, each with its own floor', () => {
    const from = { likelihood: 4, consequence: 2, consequences: { SAFETY: 4, REPUTATION: 4 } };
    expect(currentLevel(both, from, [])).toMatchObject({ consequence: 4, category: 'SAFETY', level: 'High' });
    const equal = currentLevel(both, { ...from, consequence: 4 }, []);
    expect(equal.category).toBe('MONEY');
    const gone = currentLevel(both, from, [factor({ consequenceEffect: 1 })]);
    expect(gone).toMatchObject({ loss: 100_000, amounts: { SAFETY: 0.05, REPUTATION: 5 }, consequence: 1 });
  });

  it('leave a risk that is rated in money alone as it was', () => {
    fc.assert(
      fc.property(inherent, factors, (from, links) => {
        expect(currentLevel(both, { ...from, consequences: null }, links)).toEqual(currentLevel(criteria, from, links));
      }),
    );
  });

  it('never give a milder level than money alone, and never a higher one when a control becomes stronger', () => {
    fc.assert(
      fc.property(ratedIn, factors, fc.nat(), share, (from, links, which, more) => {
        const before = currentLevel(both, from, links);
        expect(before.rank).toBeGreaterThanOrEqual(currentLevel(both, { ...from, consequences: null }, links).rank);
        const at = links.length === 0 ? -1 : which % links.length;
        const stronger = links.map((link, index) =>
          index === at ? { ...link, strength: Math.max(link.strength, more) } : link,
        );
        const after = currentLevel(both, from, stronger);
        expect(after.rank).toBeLessThanOrEqual(before.rank);
        for (const [key, amount] of Object.entries(after.amounts ?? {}))
          expect(amount).toBeLessThanOrEqual(before.amounts?.[key] ?? Number.NaN);
      }),
      { numRuns: 1000 },
    );
  });

  it('rise with the inherent level of every category', () => {
    fc.assert(
      fc.property(ratedIn, ratedIn, factors, (a, b, links) => {
        const worse = {
          likelihood: Math.max(a.likelihood, b.likelihood),
          consequence: Math.max(a.consequence, b.consequence),
          consequences: {
            SAFETY: Math.max(1, byCategory('SAFETY', a.consequences), byCategory('SAFETY', b.consequences)),
            REPUTATION: Math.max(1, byCategory('REPUTATION', a.consequences), byCategory('REPUTATION', b.consequences)),
          },
        };
        expect(currentLevel(both, a, links).rank).toBeLessThanOrEqual(currentLevel(both, worse, links).rank);
      }),
    );
  });

  it('band the same when they are banded again', () => {
    fc.assert(
      fc.property(ratedIn, factors, (from, links) => {
        const { factors: _, ...current } = currentLevel(both, from, links);
        expect(ratingOf(both, current.frequency, current.loss, current.amounts)).toEqual(current);
        const inherently = inherentLevel(both, from.likelihood, from.consequence, from.consequences);
        expect(ratingOf(both, inherently.frequency, inherently.loss, inherently.amounts)).toEqual(inherently);
      }),
    );
  });

  it('are each named in the explanation, with the one that decides', () => {
    const risk = { inherentLikelihood: 4, inherentConsequence: 2, consequences: { SAFETY: 4 } };
    expect(explain(both, risk, []).sentence).toBe(
      'Likelihood stays Likely (1 a year), Money stays Minor (€31,600), safety stays Major harm (316 persons): no implementation is linked. safety decides. The current level is High, above the criteria.',
    );
  });
});
