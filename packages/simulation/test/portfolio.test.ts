import fc from 'fast-check';
import { type Correlation, dependenceOf, ranksOf } from '../src/copula.ts';
import { lognormalShape } from '../src/distribution.ts';
import { type Portfolio, simulate, tornado, treatmentReturn } from '../src/index.ts';
import { fillNormal } from '../src/normal.ts';
import type { Scenario } from '../src/scenario.ts';
import { Stream, streamKey } from '../src/stream.ts';
import { exceedanceCurve, placeOf, select, summarise } from '../src/summary.ts';

const whole = { frequency: 1, loss: 1 };
const scenario = (id: string, rate = 0.5): Scenario => ({
  id,
  frequency: { kind: 'POISSON', rate },
  forms: [{ category: 'loss', probability: 1, loss: { kind: 'LOGNORMAL', low: 1000, high: 50_000 } }],
});
/** Loses once a year, so that the year's loss is the lognormal itself. */
const yearly = (id: string): Scenario => ({ ...scenario(id), frequency: { kind: 'EMPIRICAL', values: [1] } });

const portfolio = (change: Partial<Portfolio> = {}): Portfolio => ({
  seed: 42,
  trials: 10_000,
  members: Array.from({ length: 30 }, (_, index) => ({
    scenario: scenario(`risk ${index}`, 0.1 + index / 20),
    readings: [whole, { frequency: 0.4, loss: 0.9 }],
  })),
  correlations: [
    { a: 'risk 1', b: 'risk 20', coefficient: 0.7 },
    { a: 'risk 1', b: 'risk 9', coefficient: -0.3 },
  ],
  ...change,
});

describe('a simulation', () => {
  it('is the same to the bit on one thread, two and five', async () => {
    const [one, two, five] = await Promise.all([1, 2, 5].map((threads) => simulate(portfolio(), { threads })));
    expect(two).toEqual(one);
    expect(five).toEqual(one);
    expect(await simulate(portfolio({ seed: 43 }), { threads: 2 })).not.toEqual(one);
  });

  it('keeps what its seed gave: these figures change only where the meaning of a seed does', async () => {
    const { members, readings } = await simulate(portfolio(), { threads: 2 });
    expect(members[3]?.[0]).toMatchInlineSnapshot(`
{
  "anyLoss": 0.2215,
  "expected": 3531.175185262802,
  "largest": 397172.5558829854,
  "percentiles": {
    "25": 0,
    "5": 0,
    "50": 0,
    "75": 0,
    "90": 9489.274527695392,
    "95": 20947.891858303672,
    "99": 58036.773763345744,
    "99.9": 141797.18572407094,
  },
  "standardDeviation": 12928.394460106538,
  "standardError": 129.28394460106537,
  "tailMeans": {
    "95": 46141.677691786244,
    "99": 97287.27929793257,
  },
  "trials": 10000,
}
`);
    expect(
      readings.map(({ summary }) => [summary.expected, summary.percentiles[95], summary.tailMeans[99]]),
    ).toMatchInlineSnapshot(`
[
  [
    353445.3770447525,
    617550.289742544,
    961089.4318248152,
  ],
  [
    127835.12426598497,
    278279.50154915225,
    543001.6539878913,
  ],
]
`);
  });

  it('of a scenario does not depend on the others, but for what it is correlated with', async () => {
    const all = await simulate(portfolio({ correlations: [] }), { threads: 2 });
    const some = portfolio({ correlations: [], members: portfolio().members.slice(4, 6) });
    expect((await simulate(some, { threads: 1 })).members).toEqual(all.members.slice(4, 6));
  });

  it('tells how far it is, scenario by scenario', async () => {
    const shares: number[] = [];
    await simulate(portfolio(), { threads: 2, onProgress: (share) => shares.push(share) });
    expect(shares).toHaveLength(30);
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });

  it('ends when it is told to, with the reason', async () => {
    const control = new AbortController();
    const reason = new Error('cancelled');
    const run = simulate(portfolio({ trials: 1_000_000 }), {
      threads: 2,
      signal: control.signal,
      onProgress: () => control.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    await expect(simulate(portfolio(), { threads: 1, signal: control.signal })).rejects.toBe(reason);
  });

  it('refuses what cannot be simulated', async () => {
    await expect(simulate(portfolio({ members: [] }), { threads: 1 })).rejects.toThrow(RangeError);
    await expect(simulate(portfolio({ trials: 0 }), { threads: 1 })).rejects.toThrow(RangeError);
    await expect(simulate(portfolio({ seed: 0.5 }), { threads: 1 })).rejects.toThrow(RangeError);
    await expect(simulate(portfolio({ correlations: contradiction }), { threads: 1 })).rejects.toThrow(
      /leading minor 3/,
    );
  });

  it('adds what its scenarios are expected to lose, and orders its readings', async () => {
    const { members, readings } = await simulate(portfolio(), { threads: 2 });
    for (const [reading, { summary, curve }] of readings.entries()) {
      const sum = members.reduce((total, own) => total + (own[reading]?.expected ?? 0), 0);
      expect(summary.expected / sum).toBeCloseTo(1, 9);
      const losses = curve.map(({ loss }) => loss);
      expect([...losses].sort((a, b) => a - b)).toEqual(losses);
    }
    const [before, after] = readings;
    expect(after?.curve.every(({ loss }, index) => loss <= (before?.curve[index]?.loss ?? 0))).toBe(true);
  });
});

const contradiction: Correlation[] = [
  { a: 'a', b: 'b', coefficient: 0.9 },
  { a: 'b', b: 'c', coefficient: 0.9 },
  { a: 'a', b: 'c', coefficient: -0.9 },
];

describe('correlations', () => {
  const trials = 100_000;
  const { mu, sigma } = lognormalShape({ kind: 'LOGNORMAL', low: 1000, high: 50_000 });
  const variance = Math.expm1(sigma ** 2) * Math.exp(2 * mu + sigma ** 2);
  const covariance = (rho: number) => Math.exp(2 * mu + sigma ** 2) * Math.expm1(rho * sigma ** 2);

  it.each([-1, -0.5, 0, 0.6, 1])(
    'of %d give two lognormal years together the variance of the closed form',
    async (coefficient) => {
      const { members, readings } = await simulate(
        {
          seed: 9,
          trials,
          members: ['a', 'b'].map((id) => ({ scenario: yearly(id), readings: [whole] })),
          correlations: [{ a: 'a', b: 'b', coefficient }],
        },
        { threads: 2 },
      );
      const exact = 2 * variance + 2 * covariance(coefficient);
      const found = (readings[0]?.summary.standardDeviation ?? 0) ** 2;
      // Between simulations the variance of 100,000 such years moves by about 3 %.
      expect(Math.abs(found / exact - 1)).toBeLessThan(0.1);
      const alone = await simulate(
        { seed: 9, trials, members: [{ scenario: yearly('a'), readings: [whole] }], correlations: [] },
        { threads: 1 },
      );
      expect(members[0]?.[0]?.percentiles).toEqual(alone.members[0]?.[0]?.percentiles);
    },
  );

  it('that contradict each other are refused with the leading minor and those in it', () => {
    expect(dependenceOf(contradiction)).toMatchObject({ order: 3, ids: ['a', 'b', 'c'] });
    const { minor } = dependenceOf(contradiction) as { minor: number };
    // 1 + 2abc − a² − b² − c²
    expect(minor).toBeCloseTo(1 - 2 * 0.9 ** 3 - 3 * 0.81, 12);
    const apart = [...contradiction, { a: '0', b: '1', coefficient: 0.4 }];
    expect(dependenceOf(apart)).toMatchObject({ order: 5, ids: ['a', 'b', 'c'] });
  });

  it('with one that others determine wholly are refused where they cannot hold, and kept where they can', () => {
    const twins = (coefficient: number): Correlation[] => [
      { a: 'a', b: 'b', coefficient: 1 },
      { a: 'a', b: 'c', coefficient: 0.5 },
      { a: 'b', b: 'c', coefficient },
    ];
    expect(dependenceOf(twins(0.5))).toHaveProperty('rows');
    expect(dependenceOf(twins(-0.5))).toMatchObject({ order: 3, minor: -1 });
  });

  it('with one that others determine but for nearly nothing are kept', () => {
    // Angles of vectors in a plane, two of them closer together than numbers of this kind tell.
    for (const angle of [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]) {
      const of = (a: string, b: string, between: number): Correlation => ({ a, b, coefficient: Math.cos(between) });
      const factor = dependenceOf([of('a', 'b', angle), of('a', 'c', 1.1), of('b', 'c', 1.1 - angle)]);
      expect(factor).toHaveProperty('rows');
      // A thousandth more of an angle than there is.
      expect(dependenceOf([of('a', 'b', angle), of('a', 'c', 1.1), of('b', 'c', 1.1 - angle - 1e-3)])).toHaveProperty(
        'order',
        3,
      );
    }
  });

  it('have a factor whose product with itself they are', () => {
    const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(vector, { minLength: 2, maxLength: 6 }), (vectors) => {
        // Angles between vectors are correlations that can hold.
        const units = vectors.map((values, index) => {
          const own = [...values, 0.5 + index / 10];
          const length = Math.hypot(...own);
          return own.map((value) => value / length);
        });
        const pairs: Correlation[] = [];
        for (const [i, u] of units.entries())
          for (const [j, v] of units.slice(0, i).entries())
            pairs.push({ a: `${i}`, b: `${j}`, coefficient: u.reduce((sum, x, k) => sum + x * (v[k] ?? 0), 0) });
        const factor = dependenceOf(pairs);
        if (!('rows' in factor)) throw new Error(`refused: ${factor.minor}`);
        for (const { a, b, coefficient } of pairs) {
          const [x = [], y = []] = [a, b].map((id) => [...(factor.rows[factor.ids.indexOf(id)] ?? [])]);
          const product = x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0);
          expect(product).toBeCloseTo(coefficient, 9);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('rank values as sorting them does', () => {
    const values = new Float64Array(3000);
    fillNormal(Stream.of(1, streamKey('ranks'), 1, 0), values, 3000);
    values[17] = 60;
    values[18] = -60;
    const ranks = ranksOf(values);
    const ordered = [...values].sort((a, b) => a - b);
    expect([...ranks].map((rank) => ordered[rank])).toEqual([...values]);
    expect(new Set(ranks).size).toBe(3000);
  });
});

describe('a summary', () => {
  const losses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })), {
    minLength: 1,
    maxLength: 300,
  });

  it('says what the ordered list says', () => {
    fc.assert(
      fc.property(losses, (given) => {
        const values = given.map((value) => value + 0);
        const ordered = [...values].sort((a, b) => a - b);
        const { percentiles, tailMeans, anyLoss, largest } = summarise(Float64Array.from(values));
        for (const percent of [5, 50, 95, 99.9] as const)
          expect(percentiles[percent]).toBe(ordered[placeOf(percent / 100, values.length)]);
        const beyond = ordered.slice(placeOf(0.95, values.length) + 1);
        const mean =
          beyond.length > 0 ? beyond.reduce((sum, value) => sum + value, 0) / beyond.length : percentiles[95];
        expect(Math.abs(tailMeans[95] - mean)).toBeLessThanOrEqual(1e-9 * mean);
        expect(anyLoss).toBe(values.filter((value) => value !== 0).length / values.length);
        expect(largest).toBe(ordered.at(-1));
        expect(tailMeans[95]).toBeGreaterThanOrEqual(percentiles[95] * (1 - 1e-9));
      }),
    );
  });

  it('finds any place of a list', () => {
    fc.assert(
      fc.property(losses, fc.nat(), (values, given) => {
        const place = given % values.length;
        const ordered = [...values].sort((a, b) => a - b);
        expect(select(Float64Array.from(values), place)).toBe(ordered[place]);
      }),
    );
  });

  it('counts percentiles as years: one in twenty of a hundred is five', () => {
    const values = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    expect(summarise(values.slice())).toMatchObject({
      percentiles: { 95: 95, 50: 50 },
      tailMeans: { 95: 98, 99: 100 },
    });
    expect(exceedanceCurve(values).find(({ probability }) => probability === 0.25)).toEqual({
      probability: 0.25,
      loss: 75,
    });
    expect(Math.min(...exceedanceCurve(values).map(({ probability }) => probability))).toBe(0.1);
  });
});

describe('what drives it', () => {
  const left = { frequency: 0.5, loss: 1 };
  const parts = [
    { scenario: scenario('big', 4), left },
    { scenario: scenario('small', 0.1), left },
  ];

  it('is ranked by how far each input alone moves the expected loss', () => {
    const control = {
      id: 'control',
      scenarios: [{ id: 'big', full: { frequency: 0, loss: 1 }, none: whole }],
    };
    const drivers = tornado(parts, [control], 10);
    expect(drivers.map(({ scenario, kind }) => [scenario, kind])).toEqual([
      ['big', 'LOSS'],
      [null, 'CONTROL'],
      ['big', 'FREQUENCY'],
      ['small', 'FREQUENCY'],
      ['small', 'LOSS'],
    ]);
    const swings = drivers.map(({ low, high }) => high - low);
    expect([...swings].sort((a, b) => b - a)).toEqual(swings);
    const [, second] = drivers;
    const loss = Math.exp(
      Math.log(1000 * 50_000) / 2 + lognormalShape({ kind: 'LOGNORMAL', low: 1000, high: 50_000 }).sigma ** 2 / 2,
    );
    expect(second?.high).toBeCloseTo(4 * loss + 0.05 * loss, 4);
    expect(second?.low).toBeCloseTo(0.05 * loss, 4);
    expect(tornado(parts, [], 2)).toHaveLength(2);
  });

  it('comes with a simulation that asks for it', async () => {
    const members = parts.map(({ scenario, left: own }) => ({ scenario, readings: [whole, own] }));
    const asked = portfolio({ trials: 100, members, correlations: [], drivers: { reading: 1, controls: [], most: 3 } });
    expect((await simulate(asked, { threads: 2 })).drivers).toEqual(tornado(parts, [], 3));
  });

  it('leaves out what moves nothing', () => {
    const certain: Scenario = {
      id: 'certain',
      frequency: { kind: 'EMPIRICAL', values: [1] },
      forms: [{ category: 'x', probability: 1, loss: { kind: 'PERT', low: 5, mode: 5, high: 5 } }],
    };
    expect(tornado([{ scenario: certain, left: whole }], [], 10)).toEqual([]);
  });
});

describe('the return on a treatment', () => {
  it('is what it saves less what it costs, by what it costs', () => {
    expect(treatmentReturn(1000, 400, 200)).toEqual({ reduction: 600, cost: 200, net: 400, ratio: 2 });
    expect(treatmentReturn(1000, 900, 200).ratio).toBe(-0.5);
    expect(treatmentReturn(1000, 400, 0).ratio).toBeNull();
  });
});
