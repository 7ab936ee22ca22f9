import type { ControlGuidance } from '@annex/catalogues';
import { checkFollows, type Transitions } from '@annex/schema';

/** Where a task stands: to be done, done, or found not to matter here. */
export type TaskStatus = 'OPEN' | 'DONE' | 'NOT_APPLICABLE';

/** What is settled is opened again before it is settled another way, so that the change shows. */
const transitions: Transitions<TaskStatus> = {
  OPEN: ['DONE', 'NOT_APPLICABLE'],
  DONE: ['OPEN'],
  NOT_APPLICABLE: ['OPEN'],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition(id: string, from: TaskStatus, to: TaskStatus): void {
  if (from !== to) checkFollows(transitions, { kind: 'ImplementationTask', id, name: 'The task' }, from, to);
}

/** A step of guidance on a control. */
export interface Step {
  readonly controlId: string;
  readonly title: string;
  /** Its place in the guidance, from 1 on. */
  readonly step: number;
}

/**
 * The steps of guidance on controls for which there is no task yet, in the order of the controls. A step that was reworded since is another
 * step; the task of the former one stays.
 * @param guidanceOf the guidance on a control, undefined where there is none
 */
export function stepsWithoutTask(
  controlIds: readonly string[],
  tasks: readonly Pick<Step, 'controlId' | 'title'>[],
  guidanceOf: (controlId: string) => Pick<ControlGuidance, 'steps'> | undefined,
): Step[] {
  const key = (one: Pick<Step, 'controlId' | 'title'>) => `${one.controlId} ${one.title}`;
  const known = new Set(tasks.map(key));
  return controlIds
    .flatMap((controlId) =>
      (guidanceOf(controlId)?.steps ?? []).map((title, index) => ({ controlId, title, step: index + 1 })),
    )
    .filter((one) => !known.has(key(one)));
}
