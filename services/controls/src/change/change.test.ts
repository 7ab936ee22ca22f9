import { type ChangeStatus, checkDecider, checkProposed, checkTransition, refuseUnconsidered } from './change.ts';

const statuses: ChangeStatus[] = ['PROPOSED', 'APPROVED', 'DONE', 'REJECTED'];
const passes = (act: () => void) => {
  try {
    act();
    return true;
  } catch {
    return false;
  }
};

describe('the status of a change', () => {
  it('goes from proposed to approved to done, and to rejected until it is done', () => {
    const allowed = statuses.flatMap((from) =>
      statuses.flatMap((to) => (passes(() => checkTransition('x', from, to)) ? [`${from} ${to}`] : [])),
    );
    expect(allowed).toEqual(['PROPOSED APPROVED', 'PROPOSED REJECTED', 'APPROVED DONE', 'APPROVED REJECTED']);
  });

  it('lets a proposal alone be changed', () => {
    expect(statuses.filter((status) => passes(() => checkProposed({ id: 'x', status })))).toEqual(['PROPOSED']);
  });
});

it('a change is approved when everything was considered, and else told each thing that was not', () => {
  const considered = { purpose: 'a', consequences: 'b', integrity: 'c', resources: 'd', responsibilities: 'e' };
  expect(() => refuseUnconsidered(considered)).not.toThrow();
  expect(() => refuseUnconsidered({ ...considered, consequences: '', integrity: '' })).toThrow(
    expect.objectContaining({
      code: 'STATE_CONFLICT',
      faults: ['consequences', 'integrity'].map((field) => expect.objectContaining({ field })),
    }),
  );
});

it('a change is decided on by a person who wrote no part of it', () => {
  expect(checkDecider('anna', ['person:ben', 'key:robot'])).toBe('person:anna');
  expect(() => checkDecider('anna', ['person:ben', 'person:anna'])).toThrow(
    expect.objectContaining({ code: 'FORBIDDEN' }),
  );
  expect(() => checkDecider(undefined, [])).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
});
