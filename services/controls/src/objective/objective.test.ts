import fc from 'fast-check';
import {
  checkOpen,
  checkTransition,
  type ObjectiveStatus,
  type Plan,
  progressOf,
  refuseIncomplete,
} from './objective.ts';

const statuses: ObjectiveStatus[] = ['DRAFT', 'ACTIVE', 'ACHIEVED', 'DROPPED'];

const complete: Plan = {
  statement: 'No card data on laptops.',
  policyBasis: 'Policy, section 2.',
  measurability: 'MEASURABLE',
  measurabilityReason: '',
  basis: '',
  requirementIds: [],
  obligationIds: ['x'],
  riskIds: [],
  actions: 'Scan weekly.',
  resources: 'A scanner.',
  ownerId: 'x',
  due: new Date(0),
  evaluation: 'By the count of findings.',
};

const reading = fc.record({
  attainment: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  freshness: fc.constantFrom(0, 1),
});

describe('the status of an objective', () => {
  it('goes from a draft to what is pursued, and ends achieved or dropped for good', () => {
    const allowed = statuses.flatMap((from) =>
      statuses.flatMap((to) => {
        try {
          checkTransition('x', from, to);
          return from === to ? [] : [`${from} ${to}`];
        } catch {
          return [];
        }
      }),
    );
    expect(allowed).toEqual(['DRAFT ACTIVE', 'DRAFT DROPPED', 'ACTIVE ACHIEVED', 'ACTIVE DROPPED']);
  });

  it('lets nothing be changed once it ended', () => {
    for (const status of statuses) {
      const change = () => checkOpen({ id: 'x', status });
      if (status === 'DRAFT' || status === 'ACTIVE') expect(change).not.toThrow();
      else expect(change).toThrow(expect.objectContaining({ code: 'STATE_CONFLICT' }));
    }
  });
});

describe('an objective that is pursued', () => {
  it('says all that 6.2 demands', () => {
    expect(() => refuseIncomplete(complete)).not.toThrow();
  });

  it.each<[string, Partial<Plan>]>([
    ['statement', { statement: '' }],
    ['policyBasis', { policyBasis: '' }],
    ['measurabilityReason', { measurability: 'NOT_PRACTICABLE' }],
    ['basis', { obligationIds: [] }],
    ['actions', { actions: '' }],
    ['resources', { resources: '' }],
    ['ownerId', { ownerId: null }],
    ['due', { due: null }],
    ['evaluation', { evaluation: '' }],
  ])('names %s where it is missing', (field, lacking) => {
    expect(() => refuseIncomplete({ ...complete, ...lacking })).toThrow(
      expect.objectContaining({
        code: 'STATE_CONFLICT',
        faults: [expect.objectContaining({ field: `input.${field}` })],
      }),
    );
  });
});

describe('progress', () => {
  it('is unknown while nothing was measured', () => {
    expect(progressOf([])).toBeNull();
    expect(progressOf([{ attainment: null, freshness: 0 }])).toBeNull();
  });

  it('counts what expired, and what was never measured beside what was, as 0', () => {
    expect(
      progressOf([
        { attainment: 0.9, freshness: 1 },
        { attainment: 1, freshness: 0 },
        { attainment: null, freshness: 0 },
      ]),
    ).toBe(0.3);
  });

  it('lies in 0..1, between the lowest and the highest of what is counted', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1 }), (readings) => {
        const progress = progressOf(readings);
        if (progress === null) return readings.every((one) => one.attainment === null);
        const values = readings.map((one) => (one.attainment ?? 0) * one.freshness);
        return progress >= Math.min(...values) - 1e-8 && progress <= Math.max(...values) + 1e-8;
      }),
    );
  });
});
