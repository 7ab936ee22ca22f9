import fc from 'fast-check';
import { type LinkFacts, type Reading, rounded, type StrengthFacts, strengthOf, verifiedReading } from './strength.ts';

const anna = 'person:anna';
const ben = 'person:ben';
const fresh = (attainment: number): Reading => ({ attainment, freshness: 1 });
const stale = (attainment: number): Reading => ({ attainment, freshness: 0 });
const never: Reading = { attainment: null, freshness: 0 };

let made = 0;
const link = (reading: Reading, more: Partial<LinkFacts> = {}): LinkFacts => {
  made += 1;
  return {
    id: `link-${made}`,
    measureId: `measure-${made}`,
    weight: 1,
    role: 'PERFORMANCE',
    standing: 'ORDINARY',
    linkedBy: anna,
    linkedVersion: 1,
    reading,
    unlinked: null,
    ...more,
  };
};
const facts = (more: Partial<StrengthFacts> = {}): StrengthFacts => ({
  status: 'IMPLEMENTED',
  share: null,
  claimedDesign: 1,
  claimedOperation: 1,
  designs: [{ conclusion: 1, by: anna, version: 1 }],
  links: [],
  cap: null,
  ...more,
});
/** The facts after `actor` unlinked the link at `index`, as the operation writes them. */
const unlink = (before: StrengthFacts, index: number, actor: string, version: number): StrengthFacts => ({
  ...before,
  links: before.links.map((one, at) =>
    at === index ? { ...one, unlinked: { by: actor, version, lastReading: verifiedReading(one.reading) } } : one,
  ),
});

describe('strength', () => {
  it('is 1 for an implemented control with a sound design and one fresh measure that attains its target', () => {
    const strength = strengthOf(facts({ links: [link(fresh(1))] }));
    expect(strength).toMatchObject({ verified: 1, claimed: 1, assuranceGap: 0, verification: 'VERIFIED' });
  });

  it('verifies nothing where nothing is linked, and claims what the owner claims', () => {
    const strength = strengthOf(facts({ claimedOperation: 0.8 }));
    expect(strength).toMatchObject({ verified: 0, claimed: 0.8, assuranceGap: 0.8, verification: 'PARTLY_VERIFIED' });
  });

  it('verifies nothing without a design assessment, and claims the design that the owner claims', () => {
    const strength = strengthOf(facts({ designs: [], claimedDesign: 0.7, links: [link(fresh(0.5))] }));
    expect(strength).toMatchObject({ verified: 0, claimed: 0.35, verification: 'PARTLY_VERIFIED' });
  });

  it('lets the latest design assessment count', () => {
    const designs = [
      { conclusion: 0.2, by: anna, version: 5 },
      { conclusion: 0.9, by: ben, version: 3 },
    ];
    expect(strengthOf(facts({ designs, links: [link(fresh(1))] })).verified).toBe(0.2);
  });

  it.each([
    ['NOT_STARTED', null, 0],
    ['PLANNED', null, 0],
    ['PARTIAL', 0.4, 0.4],
    ['IMPLEMENTED', null, 1],
  ] as const)('counts the status %s with the share %s as %s', (status, share, expected) => {
    expect(strengthOf(facts({ status, share, links: [link(fresh(1))] })).verified).toBe(expected);
  });

  it('weighs measures by their weights', () => {
    const links = [link(fresh(1), { weight: 3 }), link(fresh(0), { weight: 1 })];
    expect(strengthOf(facts({ links })).verified).toBe(0.75);
  });

  it('does not let ten easy checks hide one failed key check', () => {
    const easy = Array.from({ length: 10 }, () => link(fresh(1)));
    expect(strengthOf(facts({ links: [...easy, link(fresh(0), { standing: 'KEY' })] })).verified).toBe(0);
  });

  it('counts a measure that was never measured 0 in verified and as the claim in claimed', () => {
    const strength = strengthOf(facts({ claimedOperation: 0.6, links: [link(fresh(1)), link(never)] }));
    expect(strength).toMatchObject({ verified: 0.5, claimed: 0.8, verification: 'PARTLY_VERIFIED' });
  });

  it('counts an expired measurement 0 in verified, and in claimed no more than it last showed', () => {
    expect(strengthOf(facts({ links: [link(stale(0.9))] }))).toMatchObject({ verified: 0, claimed: 0.9 });
    expect(strengthOf(facts({ links: [link(stale(0))] }))).toMatchObject({ verified: 0, claimed: 0 });
  });
});

it('counts no further than an exception in force lets it, in both readings', () => {
  const strong = facts({ links: [link(fresh(0.9))] });
  expect(strengthOf({ ...strong, cap: 0.4 })).toMatchObject({ verified: 0.4, claimed: 0.4, assuranceGap: 0, cap: 0.4 });
  expect(strengthOf({ ...strong, cap: 0.95 })).toMatchObject({ verified: 0.9, claimed: 0.9 });
  expect(strengthOf({ ...strong, cap: 0 })).toMatchObject({ verified: 0, claimed: 0, verification: 'VERIFIED' });
});

describe('an unlinked measure', () => {
  const twoLinks = () => facts({ links: [link(fresh(1)), link(fresh(0))] });

  it('holds the verified reading where it was, also when everything else is good', () => {
    expect(strengthOf(unlink(twoLinks(), 1, anna, 2))).toMatchObject({ verified: 0.5, claimed: 1 });
  });

  it('is released when another person assesses the design afterwards', () => {
    const after = unlink(twoLinks(), 1, anna, 2);
    const assessed = (by: string) =>
      strengthOf({ ...after, designs: [...after.designs, { conclusion: 1, by, version: 3 }] });
    expect(assessed(anna).verified).toBe(0.5);
    expect(assessed('key:machine').verified).toBe(0.5);
    expect(assessed(ben).verified).toBe(1);
  });

  it('is released when another person links a measure that has a valid measurement', () => {
    const after = unlink(twoLinks(), 1, anna, 2);
    const linked = (more: Partial<LinkFacts>, reading = fresh(1)) =>
      strengthOf({ ...after, links: [...after.links, link(reading, { linkedVersion: 3, ...more })] }).verified;
    expect(linked({ linkedBy: ben })).toBe(1);
    expect(linked({ linkedBy: ben }, never)).toBeCloseTo(1 / 3);
    expect(linked({ linkedBy: anna })).toBeCloseTo(2 / 3);
  });

  it('is released when it is linked again with no less weight and standing', () => {
    const bad = link(fresh(0), { weight: 4, standing: 'KEY', measureId: 'bad' });
    const after = unlink(facts({ links: [link(fresh(1)), bad] }), 1, anna, 2);
    const again = (more: Partial<LinkFacts>) =>
      strengthOf({ ...after, links: [...after.links, link(fresh(1), { measureId: 'bad', linkedVersion: 3, ...more })] })
        .verified;
    expect(again({ weight: 4, standing: 'KEY' })).toBe(1);
    expect(again({ weight: 3, standing: 'KEY' })).toBe(0);
    expect(again({ weight: 4, standing: 'ORDINARY' })).toBe(0);
  });
});

describe('properties', () => {
  const percent = fc.integer({ min: 0, max: 100 }).map((whole) => whole / 100);
  // Doubles are drawn evenly from their bits, so nearly all of them are all but 0; hundredths fill the range.
  const fraction = fc.oneof({ weight: 3, arbitrary: percent }, fc.double({ min: 0, max: 1, noNaN: true }));
  const actor = fc.constantFrom(anna, ben, 'person:carl', 'key:machine');
  const version = fc.integer({ min: 1, max: 8 });
  const reading: fc.Arbitrary<Reading> = fc.record({
    attainment: fc.option(fraction),
    freshness: fc.constantFrom(0, 1, 1, 1),
  });
  const anyLink: fc.Arbitrary<LinkFacts> = fc.record({
    id: fc.uuid(),
    measureId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    weight: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.double({ min: 0.01, max: 100, noNaN: true })),
    role: fc.constantFrom('PERFORMANCE', 'EFFECTIVENESS'),
    standing: fc.constantFrom('KEY', 'ORDINARY', 'ORDINARY'),
    linkedBy: actor,
    linkedVersion: version,
    reading,
    unlinked: fc.option(fc.record({ by: actor, version, lastReading: fraction }), { freq: 2 }),
  });
  const anyFacts: fc.Arbitrary<StrengthFacts> = fc.record({
    status: fc.constantFrom('NOT_STARTED', 'PLANNED', 'PARTIAL', 'IMPLEMENTED', 'IMPLEMENTED'),
    share: fc.option(fraction),
    claimedDesign: fraction,
    claimedOperation: fraction,
    designs: fc.array(fc.record({ conclusion: fraction, by: actor, version }), { maxLength: 3 }),
    links: fc.array(anyLink, { maxLength: 7 }),
    cap: fc.option(fraction),
  });
  const slack = 2e-9;

  it('keeps every number in 0..1 and the verified reading at or below the claimed one', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { verified, claimed, assuranceGap, design, operation } = strengthOf(given);
        for (const number of [verified, claimed, assuranceGap, operation.verified, operation.claimed, design.claimed]) {
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThanOrEqual(1);
        }
        expect(verified).toBeLessThanOrEqual(claimed);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never raised by an exception, in neither reading, and never above the cap of one in force', () => {
    fc.assert(
      fc.property(anyFacts, fraction, (given, cap) => {
        const [before, after] = [strengthOf(given), strengthOf({ ...given, cap: Math.min(cap, given.cap ?? 1) })];
        for (const reading of ['verified', 'claimed', 'assuranceGap'] as const)
          expect(after[reading]).toBeLessThanOrEqual(before[reading]);
        expect(after.claimed).toBeLessThanOrEqual(rounded(cap));
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets unlinking raise the verified reading, whatever was linked and unlinked before', () => {
    fc.assert(
      fc.property(anyFacts, actor, fc.nat(), (given, by, pick) => {
        const present = given.links.flatMap((one, index) => (one.unlinked ? [] : [index]));
        const index = present[pick % Math.max(1, present.length)];
        fc.pre(index !== undefined);
        const after = unlink(given, index ?? 0, by, 9);
        expect(strengthOf(after).verified).toBeLessThanOrEqual(strengthOf(given).verified + slack);
      }),
      { numRuns: 5000 },
    );
  });

  it('never lets one person raise the verified reading by unlinking several measures and linking good ones beside', () => {
    const bad = fc.array(anyLink, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(bad, fc.nat({ max: 5 }), (links, good) => {
        const own = links.map((one) => ({ ...one, linkedBy: anna, unlinked: null }));
        const added = Array.from({ length: good }, () => link(fresh(1), { linkedVersion: 20 }));
        const before = facts({ links: [...own, ...added] });
        const after = own.reduce((state, _, index) => unlink(state, index, anna, 9 + index), before);
        expect(strengthOf(after).verified).toBeLessThanOrEqual(strengthOf(before).verified + slack);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never better for what was unlinked: a good measure that is gone helps no more', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const linked = strengthOf({ ...given, links: given.links.filter((one) => !one.unlinked) });
        expect(strengthOf(given).verified).toBeLessThanOrEqual(linked.verified + slack);
      }),
      { numRuns: 2000 },
    );
  });

  it('never rises when a measurement expires', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(), (given, pick) => {
        fc.pre(given.links.length > 0);
        const links = given.links.map((one, index) =>
          index === pick % given.links.length ? { ...one, reading: { ...one.reading, freshness: 0 } } : one,
        );
        const [before, after] = [strengthOf(given), strengthOf({ ...given, links })];
        expect(after.verified).toBeLessThanOrEqual(before.verified + slack);
        expect(after.claimed).toBeLessThanOrEqual(before.claimed + slack);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order of the links', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const turned = strengthOf({ ...given, links: [...given.links].reverse() });
        expect(Math.abs(turned.verified - strengthOf(given).verified)).toBeLessThanOrEqual(slack);
      }),
    );
  });
});
