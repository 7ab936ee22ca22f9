import { controlGuidance } from '@annex/catalogues';
import { checkTransition, stepsWithoutTask, type TaskStatus } from './task.ts';

const guidance = (controlId: string) =>
  ({ a: { steps: ['Write it down.', 'Tell everybody.'] }, b: { steps: ['Tell everybody.'] } })[controlId];

it('makes a task of each step of each control that has guidance, in order', () => {
  expect(stepsWithoutTask(['b', 'a', 'own'], [], guidance)).toEqual([
    { controlId: 'b', title: 'Tell everybody.', step: 1 },
    { controlId: 'a', title: 'Write it down.', step: 1 },
    { controlId: 'a', title: 'Tell everybody.', step: 2 },
  ]);
});

it('leaves out the steps of a control that have a task, though the same words under another control have none', () => {
  const tasks = [{ controlId: 'a', title: 'Tell everybody.' }];
  expect(stepsWithoutTask(['a', 'b'], tasks, guidance)).toMatchObject([
    { controlId: 'a', title: 'Write it down.' },
    { controlId: 'b', title: 'Tell everybody.' },
  ]);
});

it('finds steps for the controls of Annex A of 2022', () => {
  expect(stepsWithoutTask(['iso27001:2022:A.8.28'], [], controlGuidance).length).toBeGreaterThanOrEqual(4);
  expect(stepsWithoutTask(['iso27001:2013:A.14.2.1'], [], controlGuidance)).toEqual([]);
});

it('opens a settled task before it is settled another way', () => {
  const may = (from: TaskStatus, to: TaskStatus) => {
    try {
      checkTransition('x', from, to);
      return true;
    } catch {
      return false;
    }
  };
  const statuses: TaskStatus[] = ['OPEN', 'DONE', 'NOT_APPLICABLE'];
  expect(statuses.map((from) => statuses.filter((to) => from !== to && may(from, to)))).toEqual([
    ['DONE', 'NOT_APPLICABLE'],
    ['OPEN'],
    ['OPEN'],
  ]);
});
