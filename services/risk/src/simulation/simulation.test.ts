import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import { defaultCriteria as criteria } from '../criteria/criteria.default.ts';
import type { Factor } from '../level/level.ts';
import { exceedanceSvg } from './exceedance.svg.ts';
import { freeze, portfolioOf } from './scenario.ts';
import {
  afterStep,
  checkDraws,
  correlationsOf,
  type SimulationStatus,
  type SimulationStep,
  seedOf,
  trialsOf,
} from './simulation.ts';
import { treated, treatmentOf } from './treatment.ts';

const faults = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof AnnexError) return error.faults;
    throw error;
  }
  return [];
};

const factor = (implementationId: string, change: Partial<Factor> = {}): Factor => ({
  implementationId,
  reference: 'C-0001',
  title: 'Backups',
  strength: 0.5,
  strengthNote: null,
  likelihoodEffect: 0.8,
  consequenceEffect: 0,
  commonCause: null,
  ...change,
});

describe('the life of a simulation', () => {
  const steps: SimulationStep[] = ['start', 'finish', 'fail', 'release', 'cancel'];
  it.each([
    ['QUEUED', { start: 'RUNNING', cancel: 'CANCELLED' }],
    ['RUNNING', { finish: 'DONE', fail: 'FAILED', release: 'QUEUED', cancel: 'CANCELLED' }],
    ['DONE', {}],
    ['FAILED', {}],
    ['CANCELLED', {}],
  ] as [SimulationStatus, Record<string, string>][])('%s allows %j and nothing else', (present, allowed) => {
    for (const step of steps) {
      const next = allowed[step];
      if (next) expect(afterStep(present, step)).toBe(next);
      else expect(() => afterStep(present, step)).toThrow(/cannot be asked/);
    }
  });
});

describe('what a simulation is asked for', () => {
  it.each([0, 999, 1000.5, 1_000_001, 1_000_000_000, Number.NaN])('is not %d trials', (trials) => {
    expect(faults(() => trialsOf(trials))).toMatchObject([{ field: 'input.trials' }]);
  });

  it('is 100,000 trials and a seed of chance unless told', () => {
    expect(trialsOf(null)).toBe(100_000);
    expect(seedOf(7)).toBe(7);
    expect(seedOf(null)).toBeGreaterThanOrEqual(0);
    expect(faults(() => seedOf(-1))).toMatchObject([{ field: 'input.seed' }]);
    expect(faults(() => seedOf(2 ** 31))).toMatchObject([{ field: 'input.seed' }]);
  });

  it('is not more draws than can be made in time, and it is told how many trials could be', () => {
    const scenario = {
      frequency: { kind: 'POISSON', rate: 1000 } as const,
      forms: [{ category: 'x', probability: 1, loss: { kind: 'PERT', low: 1, mode: 1, high: 1 } as const }],
      readings: [{ frequency: 1, loss: 1 }],
    };
    expect(() => checkDraws(1_000_000, [scenario])).not.toThrow();
    const [fault] = faults(() => checkDraws(1_000_000, [scenario, scenario]));
    expect(fault?.allowed).toContain('at most 999000 trials');
    expect(
      faults(() =>
        checkDraws(
          1000,
          Array.from({ length: 2001 }, () => scenario),
        ),
      )[0]?.allowed,
    ).toContain('fewer risks');
  });
});

describe('correlations', () => {
  const references = new Map([
    ['a', 'R-0001'],
    ['b', 'R-0002'],
    ['c', 'R-0003'],
  ]);
  const pair = (riskId: string, otherRiskId: string, coefficient: number) => ({ riskId, otherRiskId, coefficient });

  it('that cannot all hold are refused with the risks and the leading minor', () => {
    const [fault] = faults(() =>
      correlationsOf([pair('a', 'b', 0.9), pair('b', 'c', 0.9), pair('a', 'c', -0.9)], references),
    );
    expect(fault).toMatchObject({
      field: 'input.correlations',
      given: { leadingMinor: 3, value: -2.888, risks: ['R-0001', 'R-0002', 'R-0003'] },
    });
    expect(fault?.allowed).toContain('those of R-0001, R-0002 leave no room for those of R-0003');
  });

  it('are refused each with its field', () => {
    const given = [pair('a', 'x', 0.5), pair('b', 'b', 0), pair('a', 'b', Number.NaN), pair('b', 'a', 1.1)];
    expect(faults(() => correlationsOf(given, references)).map(({ field }) => field)).toEqual([
      'input.correlations[0].otherRiskId',
      'input.correlations[1].otherRiskId',
      'input.correlations[2].coefficient',
      'input.correlations[3].coefficient',
      'input.correlations[3]',
    ]);
    expect(correlationsOf([pair('a', 'b', -1)], references)).toEqual([{ a: 'a', b: 'b', coefficient: -1 }]);
  });
});

describe('a treatment', () => {
  const linked = new Set(['i']);
  const simulated = new Set(['r']);
  const input = { title: 'Immutable backups', annualCost: 1000 };

  it('is refused with every field at fault', () => {
    const given = {
      title: 'x',
      annualCost: -1,
      strengths: [
        { implementationId: 'j', strength: 2 },
        { implementationId: 'i', strength: 1 },
        { implementationId: 'i', strength: 1 },
      ],
      effects: [{ riskId: 'q', likelihoodEffect: -1, consequenceEffect: Number.NaN }],
    };
    expect(faults(() => treatmentOf(given, linked, simulated)).map(({ field }) => field)).toEqual([
      'input.treatment.annualCost',
      'input.treatment.strengths[0].implementationId',
      'input.treatment.strengths[2].implementationId',
      'input.treatment.effects[0].riskId',
      'input.treatment.strengths[0].strength',
      'input.treatment.effects[0].likelihoodEffect',
      'input.treatment.effects[0].consequenceEffect',
    ]);
    expect(faults(() => treatmentOf(input, linked, simulated))).toMatchObject([{ field: 'input.treatment' }]);
  });

  it('changes the strengths that it promises and adds what it brings to its own risks', () => {
    const treatment = treatmentOf(
      {
        ...input,
        strengths: [{ implementationId: 'i', strength: 0.9 }],
        effects: [{ riskId: 'r', likelihoodEffect: 0.5, consequenceEffect: 0 }],
      },
      linked,
      simulated,
    );
    const own = treated('r', [factor('i'), factor('k')], treatment);
    expect(own.map(({ strength }) => strength)).toEqual([0.9, 0.5, 1]);
    expect(treated('other', [factor('i')], treatment)).toHaveLength(1);
  });
});

describe('a frozen risk', () => {
  const risk = {
    id: 'r',
    version: 4,
    reference: 'R-0001',
    title: 'Fire',
    inherentLikelihood: 4,
    inherentConsequence: 3,
  };

  it('goes in with its bands where it is only rated, and with what its links leave', () => {
    const frozen = freeze(criteria, risk, undefined, [factor('i')], null);
    expect(frozen).toMatchObject({
      basis: 'RATED',
      riskVersion: 4,
      frequency: { kind: 'LOGNORMAL', low: 0.5, high: 2 },
    });
    expect(frozen.readings).toHaveLength(2);
    expect(frozen.readings[1]?.frequency).toBeCloseTo(0.6, 9);
    expect(frozen.controls).toMatchObject([{ implementationId: 'i', none: { frequency: 1, loss: 1 } }]);
    expect(frozen.controls[0]?.full.frequency).toBeCloseTo(0.2, 9);
  });

  it('is gathered by controls for what drives all of it', () => {
    const parts = ['a', 'b'].map((id) => freeze(criteria, { ...risk, id }, undefined, [factor('i')], null));
    const { drivers, members } = portfolioOf({ seed: 1, trials: 1000, correlations: [] }, parts);
    expect(members.map(({ scenario }) => scenario.id)).toEqual(['a', 'b']);
    expect(drivers?.controls).toMatchObject([{ id: 'i', scenarios: [{ id: 'a' }, { id: 'b' }] }]);
  });
});

describe('the picture of loss exceedance', () => {
  const points = fc.array(
    fc.tuple(fc.double({ min: 0.0001, max: 0.99, noNaN: true }), fc.double({ min: 0, max: 1e15, noNaN: true })),
    { maxLength: 30 },
  );

  it('has every place inside of it, whatever the curves and titles are', () => {
    fc.assert(
      fc.property(points, points, fc.string({ unit: 'binary', maxLength: 40 }), (a, b, title) => {
        const curve = (given: [number, number][]) => given.map(([probability, loss]) => ({ probability, loss }));
        const svg = exceedanceSvg({
          title,
          subtitle: 'x',
          currency: 'EUR',
          curves: [
            { reading: 'INHERENT', points: curve(a) },
            { reading: 'CURRENT', points: curve(b) },
          ],
        });
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        const places = [...svg.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
        for (const [x, y] of places) expect(x >= 0 && x <= 960 && y >= 0 && y <= 600).toBe(true);
      }),
    );
  });

  it('escapes what people wrote', () => {
    const svg = exceedanceSvg({ title: '<script>"&\u0007', subtitle: '', currency: 'EUR', curves: [] });
    expect(svg).toContain('&#60;script&#62;&#34;&#38;<');
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('No year has a loss');
  });
});
