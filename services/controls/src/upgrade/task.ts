import { checkFollows, type Transitions } from '@annex/schema';

/** Where a task stands: to be looked at, looked at, found not to matter, without object since its upgrade was undone. */
export type TaskStatus = 'OPEN' | 'DONE' | 'DISMISSED' | 'WITHDRAWN';

/** What people may make of a task. Only undoing the upgrade withdraws, and nothing brings back what was withdrawn. */
const transitions: Transitions<TaskStatus> = {
  OPEN: ['DONE', 'DISMISSED'],
  DONE: ['OPEN'],
  DISMISSED: ['OPEN'],
  WITHDRAWN: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTaskTransition(id: string, from: TaskStatus, to: TaskStatus): void {
  if (from !== to) checkFollows(transitions, { kind: 'UpgradeTask', id, name: 'The task' }, from, to);
}
