import type { ActionStatus } from '../action.ts';
import { checkDecided, checkEvaluation, checkOpen, checkTransition } from './opportunity.ts';

const open = { response: 'UNDECIDED', responseReason: '', status: 'OPEN', result: '' } as const;

describe('a risk or opportunity', () => {
  it('may wait for a decision, and says why nothing is done', () => {
    expect(() => checkDecided(open)).not.toThrow();
    expect(() => checkDecided({ ...open, response: 'NO_ACTION' })).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ field: 'input.responseReason' })] }),
    );
    expect(() => checkDecided({ ...open, response: 'NO_ACTION', responseReason: 'It is small.' })).not.toThrow();
  });

  it('is closed once it is decided, with what came of it, and then stands as it is', () => {
    const fault = (field: string) => expect.objectContaining({ faults: [expect.objectContaining({ field })] });
    expect(() => checkDecided({ ...open, status: 'CLOSED', result: 'Gone.' })).toThrow(fault('input.response'));
    expect(() => checkDecided({ ...open, response: 'ACT', status: 'CLOSED' })).toThrow(fault('input.result'));
    expect(() => checkDecided({ ...open, response: 'ACT', status: 'CLOSED', result: 'Gone.' })).not.toThrow();
    expect(() => checkOpen({ id: 'x', status: 'CLOSED' })).toThrow(expect.objectContaining({ code: 'STATE_CONFLICT' }));
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
    const evaluated = { status: 'DONE', effectiveness: 'NOT_EFFECTIVE', evaluation: 'Nothing changed.' } as const;
    expect(() => checkEvaluation(evaluated)).not.toThrow();
    expect(() => checkEvaluation({ ...evaluated, status: 'CANCELLED' })).toThrow('until the action is done');
    expect(() => checkEvaluation({ ...evaluated, evaluation: '' })).toThrow('must not be empty');
  });
});
