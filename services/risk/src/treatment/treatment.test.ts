import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import { defaultCriteria as criteria } from '../criteria/criteria.default.ts';
import { currentLevel, type Factor } from '../level/level.ts';
import { expectedOf, keptPromises, type NamedImplementation, outcomeOf, type TreatmentPromise } from './expected.ts';
import { controlsOf, lacksOf, type Plan, promisesOf } from './plan.ts';
import {
  afterStep,
  checkApprover,
  checkPlanned,
  holding,
  isOverdue,
  rolesNeeded,
  type TreatmentStatus,
  type TreatmentStep,
} from './treatment.ts';

const codeOf = (act: () => unknown): string | null => {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof AnnexError) return error.code;
    throw error;
  }
};

const now = new Date('2026-06-01T00:00:00Z');
const named = (id: string, change: Partial<NamedImplementation> = {}): NamedImplementation => ({
  ...{ id, reference: `I-${id}`, title: 'Backups', verified: 0, deleted: false },
  ...change,
});
const link = (change: Partial<Factor> = {}): Factor => ({
  ...{ implementationId: 'a', reference: 'I-a', title: 'Backups', strength: 0.4, strengthNote: null },
  ...{ likelihoodEffect: 0.5, consequenceEffect: 0.5, commonCause: null },
  ...change,
});
const promise = (change: Partial<TreatmentPromise> = {}): TreatmentPromise => ({
  ...{ implementationId: 'a', strength: 0.9, likelihoodEffect: 0.9, consequenceEffect: 0.5, commonCause: null },
  ...change,
});

describe('the status of a treatment', () => {
  it('moves by these steps and no others', () => {
    const statuses: TreatmentStatus[] = ['DRAFT', 'PROPOSED', 'APPROVED', 'COMPLETED', 'REJECTED', 'ABANDONED'];
    const steps: TreatmentStep[] = ['change', 'propose', 'approve', 'reject', 'revise', 'act', 'complete', 'abandon'];
    const moves = statuses.flatMap((status) =>
      steps.flatMap((step) => {
        const treatment = { id: 'x', reference: 'RT-0001', status };
        const refused = codeOf(() => afterStep(treatment, step));
        expect([null, 'STATE_CONFLICT']).toContain(refused);
        return refused ? [] : [`${status} ${step} ${afterStep(treatment, step)}`];
      }),
    );
    expect(moves).toEqual([
      'DRAFT change DRAFT',
      'DRAFT propose PROPOSED',
      'DRAFT abandon ABANDONED',
      'PROPOSED change DRAFT',
      'PROPOSED approve APPROVED',
      'PROPOSED reject REJECTED',
      'PROPOSED abandon ABANDONED',
      'APPROVED revise DRAFT',
      'APPROVED act APPROVED',
      'APPROVED complete COMPLETED',
      'APPROVED abandon ABANDONED',
      'REJECTED change DRAFT',
      'REJECTED abandon ABANDONED',
    ]);
  });

  it('lets an action end once, and makes it overdue only while its approved plan waits for it', () => {
    const action = { id: 'x', title: 'Do it', dueAt: now, status: 'PLANNED' } as const;
    expect(codeOf(() => checkPlanned(action))).toBeNull();
    expect(codeOf(() => checkPlanned({ ...action, status: 'DONE' }))).toBe('STATE_CONFLICT');
    expect(isOverdue('APPROVED', action, now)).toBe(true);
    expect(isOverdue('PROPOSED', action, now)).toBe(false);
    expect(isOverdue('APPROVED', { ...action, status: 'CANCELLED' }, now)).toBe(false);
    expect(isOverdue('APPROVED', action, new Date(now.getTime() - 1))).toBe(false);
    expect(isOverdue('APPROVED', { ...action, dueAt: null }, now)).toBe(false);
  });
});

describe('who approves', () => {
  const plan = { reference: 'RT-0001', authors: ['person:ann', 'key:robot'] };
  const risk = { reference: 'R-0001', ownerId: 'olga' };
  const level = { rank: 3, criteriaVersion: 1 };
  const given = { role: 'OWNER', personId: 'olga', round: 1, residual: level } as const;

  it('is the owner; above the criteria also another; never an author or a machine', () => {
    expect(checkApprover(plan, risk, 'TOLERABLE', 'olga').role).toBe('OWNER');
    expect(checkApprover(plan, risk, 'ABOVE_CRITERIA', 'olga').role).toBe('OWNER');
    expect(checkApprover(plan, risk, 'ABOVE_CRITERIA', 'theo').role).toBe('AUTHORITY');
    for (const [rule, person] of [
      ['TOLERABLE', 'theo'],
      [null, 'theo'],
      ['ABOVE_CRITERIA', 'ann'],
      ['ABOVE_CRITERIA', undefined],
    ] as const) {
      expect(codeOf(() => checkApprover(plan, risk, rule, person))).toBe('FORBIDDEN');
    }
    expect(rolesNeeded('ABOVE_CRITERIA')).toEqual(['OWNER', 'AUTHORITY']);
    expect(rolesNeeded('TOLERABLE')).toEqual(['OWNER']);
    expect(rolesNeeded(null)).toEqual(['OWNER']);
  });

  it('holds for its proposal and criteria, for a level no worse, and as long as the same person owns the risk', () => {
    expect(holding([given], 1, level, 'olga')).toEqual([given]);
    expect(holding([given], 1, { ...level, rank: 2 }, 'olga')).toEqual([given]);
    expect(holding([given], 1, { ...level, rank: 4 }, 'olga')).toEqual([]);
    expect(holding([given], 1, { ...level, criteriaVersion: 2 }, 'olga')).toEqual([]);
    expect(holding([given], 2, level, 'olga')).toEqual([]);
    expect(holding([given], 1, level, 'theo')).toEqual([]);
    expect(holding([given], 1, null, 'olga')).toEqual([]);
    expect(holding([{ ...given, residual: null }], 1, null, 'olga')).toHaveLength(1);
    // An authority who became the owner since is no longer another person beside the owner.
    expect(holding([{ ...given, role: 'AUTHORITY', personId: 'theo' }], 1, level, 'theo')).toEqual([]);
  });
});

describe('the expected level', () => {
  const known = new Map([named('a'), named('b')].map((one) => [one.id, one]));
  const risk = { inherentLikelihood: 4, inherentConsequence: 4, consequences: null };

  it('is computed from links as they will be, and never from less strength than there is', () => {
    const kept = keptPromises(
      [link(), link({ implementationId: 'c' })],
      [promise(), promise({ implementationId: 'b' })],
      known,
    );
    expect(kept.map((one) => [one.implementationId, one.strength, one.strengthNote, one.likelihoodEffect])).toEqual([
      ['c', 0.4, null, 0.5],
      ['a', 0.9, 'promised strength 0.9', 0.9],
      ['b', 0.9, 'promised strength 0.9', 0.9],
    ]);
    expect(keptPromises([link({ strength: 1 })], [promise()], known)).toMatchObject([
      { strength: 1, strengthNote: null },
    ]);
    const gone = new Map([['a', named('a', { deleted: true })]]);
    expect(keptPromises([link()], [promise()], gone)).toMatchObject([{ strength: 0 }]);
    expect(expectedOf(criteria, risk, 'AVOID', kept)).toBeNull();
  });

  it('is never above the current one where promised effects are at least those of the links', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const effects = { strength: share, likelihoodEffect: share, consequenceEffect: share };
    const cause = fc.constantFrom(null, 'power');
    const links = fc.uniqueArray(
      fc.record({ implementationId: fc.constantFrom('a', 'b', 'c'), commonCause: cause, ...effects }),
      {
        selector: (one) => one.implementationId,
      },
    );
    fc.assert(
      fc.property(links, links, (present, promised) => {
        const factors = present.map((one) => link(one));
        const promises = promised.map((one) => {
          const linked = factors.find(({ implementationId }) => implementationId === one.implementationId);
          return promise({
            ...one,
            likelihoodEffect: Math.max(one.likelihoodEffect, linked?.likelihoodEffect ?? 0),
            consequenceEffect: Math.max(one.consequenceEffect, linked?.consequenceEffect ?? 0),
            // A new common cause can take an effect away, so what is linked keeps its own, and what is new has none.
            commonCause: linked?.commonCause ?? null,
          });
        });
        const all = new Map(['a', 'b', 'c'].map((id) => [id, named(id)]));
        const before = currentLevel(criteria, { likelihood: 4, consequence: 4 }, factors);
        const after = expectedOf(criteria, risk, 'MODIFY', keptPromises(factors, promises, all))?.current;
        expect(after?.rank).toBeLessThanOrEqual(before.rank);
        expect(after?.frequency).toBeLessThanOrEqual(before.frequency);
        expect(after?.loss).toBeLessThanOrEqual(before.loss);
      }),
    );
  });

  it('is compared with what is there in the present criteria', () => {
    const at = (likelihood: number, consequence: number) => currentLevel(criteria, { likelihood, consequence }, []);
    const open = { reference: 'R-0001', status: 'OPEN' } as const;
    const medium = { ...at(3, 3), currency: criteria.currency };
    expect(outcomeOf(criteria, medium, open, at(3, 3)).verdict).toBe('AS_EXPECTED');
    expect(outcomeOf(criteria, medium, open, at(5, 5))).toMatchObject({
      verdict: 'WORSE',
      expected: { level: medium.level },
    });
    expect(outcomeOf(criteria, medium, open, at(1, 1)).verdict).toBe('BETTER');
    const closed = { ...open, status: 'CLOSED' } as const;
    expect(outcomeOf(criteria, medium, closed, at(5, 5))).toMatchObject({ verdict: 'BETTER', present: null });
    expect(outcomeOf(criteria, { ...medium, currency: 'SEK' }, open, at(3, 3))).toMatchObject({
      verdict: 'NOT_COMPARABLE',
      expected: null,
    });
    expect(outcomeOf(criteria, null, closed, at(3, 3)).verdict).toBe('AS_EXPECTED');
    expect(outcomeOf(criteria, null, open, at(1, 1)).verdict).toBe('WORSE');
  });
});

describe('a plan', () => {
  it('takes the effects of the link where none are promised', () => {
    const [found] = promisesOf(
      'MODIFY',
      [{ implementationId: 'a', strength: 1 }],
      [link({ commonCause: 'power' })],
      new Set('a'),
    );
    expect(found).toMatchObject({ likelihoodEffect: 0.5, consequenceEffect: 0.5, commonCause: 'power' });
    const [own] = promisesOf(
      'SHARE',
      [{ implementationId: 'a', strength: 1, commonCause: null }],
      [link()],
      new Set('a'),
    );
    expect(own?.commonCause).toBeNull();
    const broken = { implementationId: 'a', strength: Number.NaN };
    expect(codeOf(() => promisesOf('MODIFY', [broken], [link()], new Set('a')))).toBe('BAD_INPUT');
  });

  it('names controls in full, of either edition and of other catalogues', () => {
    const ids = (...given: string[]) =>
      controlsOf(given.map((controlId) => ({ controlId }))).map((one) => one.controlId);
    expect(ids('A.8.28', 'iso27001:2013:A.14.2.1', 'acme:1:X.1')).toEqual([
      'iso27001:2022:A.8.28',
      'iso27001:2013:A.14.2.1',
      'acme:1:X.1',
    ]);
    for (const wrong of ['A.1.1', 'iso27001:2022:A.14.2.1', 'acme:', 'acme:1: X', `acme:${'x'.repeat(200)}`])
      expect(codeOf(() => ids(wrong))).toBe('BAD_INPUT');
  });

  it('lacks nothing where it retains a risk with an owner and a reason, and needs actions for anything else', () => {
    const level = currentLevel(criteria, { likelihood: 4, consequence: 4 }, []);
    const lower = currentLevel(criteria, { likelihood: 3, consequence: 4 }, []);
    const risk = { reference: 'R-0001', ownerId: 'olga' };
    const bare: Plan = { option: 'RETAIN', reason: 'Cheaper', promises: [], controls: [], actions: [] };
    const fields = (plan: Partial<Plan>, expected: typeof level | null = level) =>
      lacksOf({ ...bare, ...plan }, risk, level, expected, new Map([['a', named('a')]]), now).map(({ field }) => field);
    expect(fields({})).toEqual([]);
    expect(fields({ option: 'AVOID' }, null)).toEqual(['actions']);
    expect(fields({ option: 'SHARE' })).toEqual(['actions', 'promises']);
    expect(fields({ option: 'MODIFY' })).toEqual(['actions', 'controls', 'promises']);
    const plain = { title: 'Do it', ownerId: 'bo', cost: null, currency: null, implementationId: null } as const;
    const due = new Date('2026-07-01T00:00:00Z');
    const action = { ...plain, dueAt: due, status: 'PLANNED' } as const;
    expect(fields({ option: 'SHARE', promises: [promise()], actions: [action] }, lower)).toEqual([]);
    expect(fields({ option: 'SHARE', promises: [promise()], actions: [action] })).toEqual(['promises']);
    expect(fields({ actions: [{ ...action, dueAt: null }] })).toEqual(['actions.dueAt']);
    expect(fields({ actions: [{ ...action, dueAt: now }] })).toEqual(['actions.dueAt']);
    expect(fields({ actions: [{ ...action, dueAt: null, ownerId: null, status: 'DONE' }] })).toEqual([]);
    expect(fields({ option: 'AVOID', actions: [{ ...action, status: 'CANCELLED' }] }, null)).toEqual(['actions']);
  });
});
