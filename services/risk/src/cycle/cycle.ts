import { isDeepStrictEqual } from 'node:util';
import { badInput, checkFollows, type Transitions } from '@annex/schema';

/** Assessments of the whole register (27001, 8.2; 27005, 10.5): which status may follow which, and whether two can be compared. Pure. */

export type CycleStatus = 'PLANNED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED';
export type CycleReason = 'PLANNED' | 'SIGNIFICANT_CHANGE';

const transitions: Transitions<CycleStatus> = {
  PLANNED: ['IN_PROGRESS', 'CANCELLED'],
  IN_PROGRESS: ['COMPLETED', 'CANCELLED'],
  COMPLETED: [],
  CANCELLED: [],
};

interface Named {
  readonly id: string;
  readonly reference: string;
  readonly status: CycleStatus;
}

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkStep({ id, reference, status }: Named, to: CycleStatus): void {
  checkFollows(transitions, { kind: 'AssessmentCycle', id, name: reference }, status, to);
}

/** @throws AnnexError STATE_CONFLICT where it is over: what was completed or cancelled stays as it is */
export function checkNotOver(cycle: Named): void {
  if (cycle.status === 'COMPLETED' || cycle.status === 'CANCELLED') checkStep(cycle, 'CANCELLED');
}

/** The moments between which a cycle is planned. @throws AnnexError BAD_INPUT unless the end lies behind the start */
export function checkPlan(start: Date, end: Date): void {
  if (end > start) return;
  throw badInput('input.plannedEnd', end.toISOString(), `must be later than the start, ${start.toISOString()}`);
}

/** Whether the levels of two completed cycles mean the same (27001, 6.1.2 b). */
export type Comparability = 'SAME_CRITERIA' | 'SAME_SCALES' | 'DIFFERENT_SCALES';

interface Frozen {
  readonly reference: string;
  readonly criteriaVersion: number | null;
  /** All of the criteria that levels depend on. */
  readonly criteria: unknown;
}

/** Whether and why two cycles can be compared, in a sentence. */
export function comparabilityOf(
  from: Frozen,
  to: Frozen,
): { readonly comparability: Comparability; readonly sentence: string } {
  const versions = `${from.reference} used version ${from.criteriaVersion} of the criteria and ${to.reference} version ${to.criteriaVersion}`;
  if (from.criteriaVersion === to.criteriaVersion) {
    return {
      comparability: 'SAME_CRITERIA',
      sentence: `Both used version ${to.criteriaVersion} of the criteria, so their levels mean the same.`,
    };
  }
  return isDeepStrictEqual(from.criteria, to.criteria)
    ? {
        comparability: 'SAME_SCALES',
        sentence: `${versions}; scales, matrix and rules are the same in both, so their levels mean the same.`,
      }
    : {
        comparability: 'DIFFERENT_SCALES',
        sentence: `${versions}, with other scales, matrix or rules: a level that moved may have moved by them alone.`,
      };
}
