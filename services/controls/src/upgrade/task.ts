import { AnnexError } from '@annex/schema';

/** Where a task stands: to be looked at, looked at, found not to matter, without object since its upgrade was undone. */
export type TaskStatus = 'OPEN' | 'DONE' | 'DISMISSED' | 'WITHDRAWN';

/** What people may make of a task. Only undoing the upgrade withdraws, and nothing brings back what was withdrawn. */
const transitions: { readonly [from in TaskStatus]: readonly TaskStatus[] } = {
  OPEN: ['DONE', 'DISMISSED'],
  DONE: ['OPEN'],
  DISMISSED: ['OPEN'],
  WITHDRAWN: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTaskTransition(id: string, from: TaskStatus, to: TaskStatus): void {
  if (from === to || transitions[from].includes(to)) return;
  throw new AnnexError('STATE_CONFLICT', `The task is ${from} and cannot become ${to}`, {
    details: { kind: 'UpgradeTask', id, present: from, asked: to, allowed: transitions[from] },
  });
}
