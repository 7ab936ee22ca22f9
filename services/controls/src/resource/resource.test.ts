import { checkAnswer, checkTransition, type ResourceStatus } from './resource.ts';

const statuses: ResourceStatus[] = ['OPEN', 'PROVIDED', 'REFUSED', 'WITHDRAWN'];

it('a need is answered or withdrawn, may be asked for again where it was refused, and rests once it is withdrawn', () => {
  const allowed = statuses.flatMap((from) =>
    statuses.flatMap((to) => {
      try {
        checkTransition('x', from, to);
        return [`${from} ${to}`];
      } catch {
        return [];
      }
    }),
  );
  expect(allowed).toEqual([
    'OPEN OPEN',
    'OPEN PROVIDED',
    'OPEN REFUSED',
    'OPEN WITHDRAWN',
    'PROVIDED PROVIDED',
    'PROVIDED WITHDRAWN',
    'REFUSED OPEN',
    'REFUSED REFUSED',
    'REFUSED WITHDRAWN',
  ]);
});

it('an answer says what was given, or why nothing was', () => {
  for (const status of statuses) {
    const bare = () => checkAnswer({ status, answer: '' });
    if (status === 'PROVIDED' || status === 'REFUSED')
      expect(bare).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    else expect(bare).not.toThrow();
    expect(() => checkAnswer({ status, answer: 'Two people.' })).not.toThrow();
  }
});
