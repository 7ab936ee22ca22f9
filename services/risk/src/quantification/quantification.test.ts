import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import { defaultCriteria as criteria } from '../criteria/criteria.default.ts';
import { bandOf } from '../criteria/criteria.ts';
import { currentLevel, type Factor, inherentLevel } from '../level/level.ts';
import { type DistributionInput, type LossFormInput, quantifiedOf } from './quantification.ts';
import { type Figures, figuresOf, leftOf, ratedScenario, readingsOf } from './reading.ts';

const poisson: DistributionInput = { kind: 'POISSON', rate: 0.3 };
const response: LossFormInput = { category: 'response', loss: { kind: 'LOGNORMAL', low: 1e6, high: 1e8 } };

function faultsOf(frequency: DistributionInput, lossForms: readonly LossFormInput[]) {
  try {
    quantifiedOf({ frequency, lossForms });
  } catch (error) {
    if (error instanceof AnnexError) return error.faults.map(({ field, given }) => [field, given]);
    throw error;
  }
  return [];
}

const factor = (change: Partial<Factor> = {}): Factor => ({
  implementationId: 'a',
  reference: 'C-0001',
  title: 'Backups',
  strength: 1,
  strengthNote: null,
  likelihoodEffect: 0.5,
  consequenceEffect: 0.5,
  commonCause: null,
  ...change,
});

describe('a quantification', () => {
  it('is kept as it is given, every event bringing a form unless told', () => {
    expect(quantifiedOf({ frequency: poisson, lossForms: [response] })).toEqual({
      frequency: { kind: 'POISSON', rate: 0.3 },
      forms: [{ category: 'response', probability: 1, loss: { kind: 'LOGNORMAL', low: 1e6, high: 1e8 } }],
    });
  });

  it.each([
    ['a parameter too few', { kind: 'PERT', low: 1, high: 3 }, [response], [['input.frequency.mode', null]]],
    ['a parameter too many', { kind: 'POISSON', rate: 1, low: 1 }, [response], [['input.frequency.low', 1]]],
    ['a negative rate', { kind: 'POISSON', rate: -1 }, [response], [['input.frequency.rate', -1]]],
    ['no number', { kind: 'POISSON', rate: Number.NaN }, [response], [['input.frequency.rate', Number.NaN]]],
    ['no form', poisson, [], [['input.lossForms', 0]]],
    ['a form twice', poisson, [response, response], [['input.lossForms[1].category', 'response']]],
    [
      'ends that are turned round, and a share above 1',
      poisson,
      [{ category: ' ', probability: 2, loss: { kind: 'LOGNORMAL', low: 9, high: 3 } }],
      [
        ['input.lossForms[0].category', ' '],
        ['input.lossForms[0].loss.high', 3],
        ['input.lossForms[0].probability', 2],
      ],
    ],
    [
      'a loss that is a count',
      poisson,
      [{ category: 'fines', loss: { kind: 'POISSON', rate: 1 } }],
      [['input.lossForms[0].loss.kind', 'POISSON']],
    ],
    ['half an event', { kind: 'EMPIRICAL', values: [1, 0.5] }, [response], [['input.frequency.values[1]', 0.5]]],
  ] as [string, DistributionInput, LossFormInput[], unknown[]][])(
    'with %s is refused with the field',
    (_, frequency, forms, faults) => {
      expect(faultsOf(frequency, forms)).toEqual(faults);
    },
  );
});

describe('the quantified reading', () => {
  const figures: Figures = {
    meanFrequency: 0.3,
    meanLoss: 3e7,
    medianLoss: 2e7,
    percentile95Loss: 2e8,
    percentileBasis: 'EXACT',
  };
  const read = (rated: { inherentLikelihood: number; inherentConsequence: number }, factors: Factor[] = []) =>
    readingsOf(
      criteria,
      figures,
      { ...rated, consequences: null },
      currentLevel(criteria, { likelihood: rated.inherentLikelihood, consequence: rated.inherentConsequence }, factors),
      factors,
    );

  it('is the bands that hold the mean frequency and the median loss, with the 95th percentile beside them', () => {
    const { inherent } = read({ inherentLikelihood: 3, inherentConsequence: 3 });
    expect(inherent).toMatchObject({
      rating: { likelihood: 3, consequence: 3, level: 'Medium', frequency: 0.3, loss: 2e7 },
      percentile95Loss: 2e8,
      expectedAnnualLoss: 9e6,
      agreement: 'SAME',
    });
    expect(inherent.explanation).toBe(
      'The mean frequency 0.3 a year lies in Possible, as rated; the median loss €200,000 lies in Moderate, as rated. One event in twenty costs more than €2,000,000 (Major). Both readings give Medium.',
    );
  });

  it('explains where it differs from the rating', () => {
    const { inherent } = read({ inherentLikelihood: 5, inherentConsequence: 2 });
    expect(inherent.agreement).toBe('BOTH');
    expect(inherent.explanation).toContain('lies in Possible, below the rated Frequent (from 2 a year on)');
    expect(inherent.explanation).toContain('lies in Moderate, above the rated Minor (€10,000 to €100,000)');
    expect(read({ inherentLikelihood: 4, inherentConsequence: 3 }).inherent.explanation).toContain(
      'So the level is Medium when quantified and High when rated.',
    );
  });

  it('is cut by controls as the rating is', () => {
    const { current } = read({ inherentLikelihood: 3, inherentConsequence: 3 }, [factor()]);
    expect(current.rating).toMatchObject({ frequency: 0.15, loss: 1e7 });
    expect(current.percentile95Loss).toBe(1e8);
    expect(current.expectedAnnualLoss).toBeCloseTo(0.15 * 1.5e7, 6);
  });

  it('never rises with a stronger control, and never goes below the floors of the criteria', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const amounts = fc.record({
      meanFrequency: fc.double({ min: 0, max: 20, noNaN: true }),
      medianLoss: fc.double({ min: 0, max: 1e10, noNaN: true }),
      meanLoss: fc.double({ min: 1, max: 1e10, noNaN: true }),
    });
    fc.assert(
      fc.property(amounts, share, share, share, share, (given, a, b, likelihoodEffect, consequenceEffect) => {
        const left = (strength: number) =>
          leftOf(criteria, given, [factor({ strength, likelihoodEffect, consequenceEffect })]);
        const [weak, strong] = [left(Math.min(a, b)), left(Math.max(a, b))];
        expect(strong.frequency).toBeLessThanOrEqual(weak.frequency);
        expect(strong.loss).toBeLessThanOrEqual(weak.loss);
        for (const { frequency, loss } of [weak, strong]) {
          expect(frequency >= 0 && frequency <= 1 && loss >= 0 && loss <= 1).toBe(true);
          const floor = Math.min(given.meanFrequency, criteria.floorFrequency);
          expect(frequency * given.meanFrequency).toBeGreaterThanOrEqual(floor * (1 - 1e-9));
        }
      }),
    );
  });

  it('has a loss of one event where most events cost nothing', () => {
    const rare = figuresOf(quantifiedOf({ frequency: poisson, lossForms: [{ ...response, probability: 0.1 }] }));
    expect(rare).toMatchObject({ medianLoss: 0, percentileBasis: 'DRAWN' });
    expect(leftOf(criteria, rare, [factor()]).loss).toBeCloseTo(0.5, 9);
    const { inherent } = readingsOf(
      criteria,
      rare,
      { inherentLikelihood: 3, inherentConsequence: 1, consequences: null },
      inherentLevel(criteria, 3, 1),
      [],
    );
    expect(inherent.rating.consequence).toBe(1);
  });
});

describe('a risk that is only rated', () => {
  it.each([1, 2, 3, 4, 5])(
    'at likelihood and consequence %d is simulated with its bands as 90 %% intervals',
    (level) => {
      const { frequency, forms } = ratedScenario(criteria, { inherentLikelihood: level, inherentConsequence: level });
      for (const [distribution, bands] of [
        [frequency, criteria.likelihoods],
        [forms[0]?.loss, criteria.consequences],
      ] as const) {
        if (distribution?.kind !== 'LOGNORMAL') throw new Error('not a lognormal');
        const band = bands[level - 1];
        const middle = Math.sqrt(distribution.low * distribution.high);
        // The middle of the interval is the band's representative, and so lies in the band.
        if (band && band.lower > 0 && band.upper !== null)
          expect(distribution).toMatchObject({ low: band.lower, high: band.upper });
        expect(middle / (band?.representative ?? 0)).toBeCloseTo(1, 9);
        expect(bandOf(bands, middle * (1 + 1e-9))).toBe(level);
        expect(distribution.low).toBeGreaterThan(0);
      }
    },
  );
});
