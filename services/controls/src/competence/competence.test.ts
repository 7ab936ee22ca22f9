import type { ActionStatus } from '../action.ts';
import { checkEvaluation, checkProof, checkTransition, type Proof } from './competence.ts';

const held: Proof = {
  personId: 'x',
  holding: 'HELD',
  basis: ['TRAINING'],
  evidence: 'Certificate 7',
  evidenceId: null,
};

describe('a competence that is held', () => {
  it('is held by somebody, rests on something and is shown by something', () => {
    expect(() => checkProof(held)).not.toThrow();
    expect(() => checkProof({ ...held, evidence: '', evidenceId: 'y' })).not.toThrow();
    expect(() => checkProof({ ...held, personId: null, basis: [], evidence: '' })).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        faults: ['personId', 'basis', 'evidence'].map((name) => expect.objectContaining({ field: `input.${name}` })),
      }),
    );
  });

  it('needs none of that while it is not held', () => {
    expect(() => checkProof({ ...held, holding: 'NOT_HELD', personId: null, basis: [], evidence: '' })).not.toThrow();
  });
});

describe('an action', () => {
  it('is done or cancelled once', () => {
    const statuses: ActionStatus[] = ['PLANNED', 'DONE', 'CANCELLED'];
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
    expect(allowed).toEqual(['PLANNED DONE', 'PLANNED CANCELLED']);
  });

  it('is evaluated once it is done, with a reason', () => {
    const evaluated = { status: 'DONE', effectiveness: 'EFFECTIVE', evaluation: 'The exam was passed.' } as const;
    expect(() => checkEvaluation(evaluated)).not.toThrow();
    expect(() => checkEvaluation({ ...evaluated, status: 'PLANNED' })).toThrow('until the action is done');
    expect(() => checkEvaluation({ ...evaluated, evaluation: '' })).toThrow('must say why');
    expect(() => checkEvaluation({ status: 'PLANNED', effectiveness: 'NOT_EVALUATED', evaluation: '' })).not.toThrow();
  });
});
