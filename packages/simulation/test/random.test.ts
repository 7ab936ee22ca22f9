import { beta } from '../src/beta.ts';
import { gamma } from '../src/gamma.ts';
import { fillNormal, normal, normalBelow } from '../src/normal.ts';
import { philox } from '../src/philox.ts';
import { PoissonTable, poisson, poissonAt } from '../src/poisson.ts';
import { purposes, Stream, streamKey } from '../src/stream.ts';

const stream = (block = 0) => Stream.of(20_261_126, streamKey('test'), purposes.counts, block);

/** Pearson's statistic, as a number of its standard deviations above its mean. */
function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  const statistic = observed.reduce(
    (sum, count, index) => sum + (count - (expected[index] ?? 0)) ** 2 / (expected[index] ?? 1),
    0,
  );
  const freedom = observed.length - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}

/** One test in 30,000 would miss this by chance; with a fixed seed none does. */
const far = 4;

describe('Philox 4×32-10', () => {
  // Of the known answers that come with the authors' Random123.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('gives the published words of counter %j under key %j', (counter, key, expected) => {
    expect(philox(counter, key)).toEqual(expected);
  });
});

describe('a stream', () => {
  it('is xoshiro128++: the words of its authors’ program from the state 1, 2, 3, 4', () => {
    const own = new Stream([1, 2, 3, 4]);
    const words = Array.from({ length: 10 }, () => own.next());
    expect(words).toEqual([
      641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011, 621204420,
    ]);
  });

  it('fills with what single calls give, uniform or normal', () => {
    const [one, other] = [stream(), stream()];
    const filled = new Float64Array(5000);
    one.fillUniform(filled, 5000);
    expect([...filled]).toEqual(Array.from({ length: 5000 }, () => other.uniform()));
    fillNormal(one, filled, 5000);
    expect([...filled]).toEqual(Array.from({ length: 5000 }, () => normal(other)));
    expect(one.state).toEqual(other.state);
  });

  it('is another for each seed, scenario, purpose and block', () => {
    const key = streamKey('0190aaaa-0000-7000-8000-000000000001');
    const streams = [
      Stream.of(1, key, 1, 0),
      Stream.of(2, key, 1, 0),
      Stream.of(1, streamKey('0190aaaa-0000-7000-8000-000000000002'), 1, 0),
      Stream.of(1, key, 2, 0),
      Stream.of(1, key, 1, 1),
    ];
    expect(new Set(streams.map((own) => own.next())).size).toBe(streams.length);
    expect(streamKey('ab')).not.toEqual(streamKey('ba'));
    expect(streamKey('a')).not.toEqual(streamKey('a\0'));
  });

  it('never stands still, not even from zero', () => {
    const own = new Stream([0, 0, 0, 0]);
    const words = new Set(Array.from({ length: 20 }, () => own.next()));
    expect(words.size).toBeGreaterThan(15);
  });

  it('is uniform over 256 equal parts', () => {
    const own = stream();
    const parts = new Array<number>(256).fill(0);
    const draws = 512_000;
    for (let draw = 0; draw < draws; draw++) {
      const at = Math.floor(own.uniform() * 256);
      parts[at] = (parts[at] ?? 0) + 1;
    }
    expect(
      Math.abs(
        chiSquare(
          parts,
          parts.map(() => draws / 256),
        ),
      ),
    ).toBeLessThan(far);
  });
});

describe('draws', () => {
  it('of the ziggurat fall into a hundred parts of the normal distribution as they should, tails included', () => {
    const own = stream();
    const edges = Array.from({ length: 121 }, (_, index) => -6 + index / 10);
    const counts = new Array<number>(122).fill(0);
    const draws = 1_000_000;
    for (let draw = 0; draw < draws; draw++) {
      const x = normal(own);
      const at = x < -6 ? 0 : x >= 6 ? 121 : 1 + Math.floor((x + 6) * 10);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const shares = counts.map((_, index) => {
      const below = index === 0 ? 0 : normalBelow(edges[index - 1] ?? 0);
      return draws * ((index === 121 ? 1 : normalBelow(edges[index] ?? 0)) - below);
    });
    // Parts with few expected draws are taken together.
    const used = shares.map((share) => share >= 20);
    const rest = (values: readonly number[]) =>
      values.reduce((sum, value, index) => sum + (used[index] ? 0 : value), 0);
    const kept = (values: readonly number[]) => [...values.filter((_, index) => used[index]), rest(values)];
    expect(Math.abs(chiSquare(kept(counts), kept(shares)))).toBeLessThan(far);
  });

  it.each([1, 1.5, 4.2, 60])('of a gamma distribution of shape %d have its mean and variance', (shape) => {
    const own = stream();
    const draws = 200_000;
    const values = Array.from({ length: draws }, () => gamma(own, shape));
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws;
    expect(Math.abs(mean - shape)).toBeLessThan(far * Math.sqrt(shape / draws));
    // The fourth central moment of a gamma variable is 3k² + 6k.
    expect(Math.abs(variance - shape)).toBeLessThan(far * Math.sqrt((2 * shape * shape + 6 * shape) / draws));
  });

  it('of a beta distribution have its mean', () => {
    const own = stream();
    const draws = 200_000;
    let sum = 0;
    for (let draw = 0; draw < draws; draw++) sum += beta(own, 1.4, 4.6);
    const spread = Math.sqrt((1.4 * 4.6) / (36 * 7));
    expect(Math.abs(sum / draws - 1.4 / 6)).toBeLessThan((far * spread) / Math.sqrt(draws));
  });

  it.each([0.05, 0.7, 3, 12.5, 29.9, 31, 180])(
    'of Poisson counts of mean %d fall as they should, by table and one by one',
    (rate) => {
      const draws = 200_000;
      const uniforms = new Float64Array(draws);
      const tabled = new Int32Array(draws);
      stream().fillUniform(uniforms, draws);
      new PoissonTable(rate).invert(uniforms, tabled, draws);
      const own = stream(1);
      for (const counts of [tabled, Int32Array.from({ length: draws }, () => poisson(own, rate))]) {
        const seen = new Map<number, number>();
        for (const count of counts) seen.set(count, (seen.get(count) ?? 0) + 1);
        const observed: number[] = [0];
        const expected: number[] = [0];
        for (let count = 0; count < rate + 20 * Math.sqrt(rate) + 20; count++) {
          const share = draws * poissonAt(count, rate);
          const at = share >= 20 ? observed.length : 0;
          observed[at] = (observed[at] ?? 0) + (seen.get(count) ?? 0);
          expected[at] = (expected[at] ?? 0) + share;
        }
        if ((expected[0] ?? 0) < 1) {
          observed.shift();
          expected.shift();
        }
        expect(Math.abs(chiSquare(observed, expected))).toBeLessThan(far);
      }
    },
  );

  it('of counts that are certain to be none are none', () => {
    const counts = new Int32Array(3);
    expect(poisson(stream(), 0)).toBe(0);
    expect([...counts]).toEqual([0, 0, 0]);
  });
});
