import { checkTaskTransition, type TaskStatus } from './task.ts';

const all: TaskStatus[] = ['OPEN', 'DONE', 'DISMISSED', 'WITHDRAWN'];
const allowed = ['OPEN DONE', 'OPEN DISMISSED', 'DONE OPEN', 'DISMISSED OPEN'];

it.each(all.flatMap((from) => all.filter((to) => to !== from).map((to) => [from, to] as const)))(
  'a task that is %s may become %s only where people may settle or open it',
  (from, to) => {
    const change = () => checkTaskTransition('id', from, to);
    if (allowed.includes(`${from} ${to}`)) expect(change).not.toThrow();
    else expect(change).toThrow(`The task is ${from} and cannot become ${to}`);
  },
);

it('a task may stay what it is', () => {
  for (const status of all) expect(() => checkTaskTransition('id', status, status)).not.toThrow();
});
