import { AnnexError, checkFollows, type Transitions } from '@annex/schema';
import { rounded } from '../strength/strength.ts';

/** Information security objectives (27001, 6.2): planned, pursued, achieved or given up. Pure. */

export type ObjectiveStatus = 'DRAFT' | 'ACTIVE' | 'ACHIEVED' | 'DROPPED';

/** An objective is measurable if practicable (27001, 6.2 b); where it is not, a reason is demanded. */
export type Measurability = 'MEASURABLE' | 'NOT_PRACTICABLE';

/** Which status may follow which. What is achieved or given up is a record; a new aim is a new objective. */
const transitions: Transitions<ObjectiveStatus> = {
  DRAFT: ['ACTIVE', 'DROPPED'],
  ACTIVE: ['ACHIEVED', 'DROPPED'],
  ACHIEVED: [],
  DROPPED: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition(id: string, from: ObjectiveStatus, to: ObjectiveStatus): void {
  if (from !== to) checkFollows(transitions, { kind: 'Objective', id, name: 'The objective' }, from, to);
}

/** @throws AnnexError STATE_CONFLICT where it is achieved or dropped: it is a record now */
export function checkOpen(objective: { readonly id: string; readonly status: ObjectiveStatus }): void {
  if (transitions[objective.status].length > 0) return;
  throw new AnnexError('STATE_CONFLICT', `The objective is ${objective.status} and never changes; record a new one`, {
    details: { kind: 'Objective', id: objective.id, present: objective.status, allowed: [] },
  });
}

/** What an objective says of itself, as far as the standard demands it. */
export interface Plan {
  readonly statement: string;
  readonly policyBasis: string;
  readonly measurability: Measurability;
  readonly measurabilityReason: string;
  readonly basis: string;
  readonly requirementIds: readonly string[];
  readonly obligationIds: readonly string[];
  readonly riskIds: readonly string[];
  readonly actions: string;
  readonly resources: string;
  readonly ownerId: string | null;
  readonly due: Date | null;
  readonly evaluation: string;
}

/** What an objective that is pursued must say (27001, 6.2 a to c and h to l), and where it is said. */
const demanded: readonly (readonly [field: string, sentence: string, says: (plan: Plan) => boolean])[] = [
  ['statement', 'Nothing says what is to be achieved.', (plan) => plan.statement !== ''],
  ['policyBasis', 'Nothing says how it is consistent with the policy (6.2 a).', (plan) => plan.policyBasis !== ''],
  [
    'measurabilityReason',
    'Nothing says why it is not practicable to measure it (6.2 b).',
    (plan) => plan.measurability === 'MEASURABLE' || plan.measurabilityReason !== '',
  ],
  [
    'basis',
    'Nothing says which requirements and results of risk assessment and treatment it takes into account (6.2 c).',
    (plan) => plan.basis !== '' || plan.requirementIds.length + plan.obligationIds.length + plan.riskIds.length > 0,
  ],
  ['actions', 'Nothing says what will be done (6.2 h).', (plan) => plan.actions !== ''],
  ['resources', 'Nothing says what resources it takes (6.2 i).', (plan) => plan.resources !== ''],
  ['ownerId', 'Nobody is responsible for it (6.2 j).', (plan) => plan.ownerId !== null],
  ['due', 'Nothing says when it is to be completed (6.2 k).', (plan) => plan.due !== null],
  ['evaluation', 'Nothing says how the results will be evaluated (6.2 l).', (plan) => plan.evaluation !== ''],
];

/** @throws AnnexError STATE_CONFLICT listing each thing that an objective lacks to be pursued */
export function refuseIncomplete(plan: Plan): void {
  const missing = demanded.filter(([, , says]) => !says(plan));
  if (missing.length === 0) return;
  throw new AnnexError('STATE_CONFLICT', missing.map(([, sentence]) => sentence).join(' '), {
    faults: missing.map(([field, sentence]) => ({ field: `input.${field}`, allowed: sentence })),
    details: { problems: missing.length },
  });
}

/** What a linked measure says now. */
export interface MeasureReading {
  /** 0..1; null where it was never measured or could not be told. */
  readonly attainment: number | null;
  /** 1 while the measurement is valid, 0 after. */
  readonly freshness: number;
}

/** What a measure counts: attainment × freshness, 0 where nothing is known. */
export function counted(reading: MeasureReading): number {
  return rounded((reading.attainment ?? 0) * reading.freshness);
}

/**
 * How far an objective is achieved by what its measures say: the mean of attainment × freshness, each measure alike (domain model, 1 and 2).
 * What was not measured counts 0 beside what was.
 * @returns 0..1; null while none of them was ever measured
 */
export function progressOf(readings: readonly MeasureReading[]): number | null {
  if (readings.every((one) => one.attainment === null)) return null;
  return rounded(readings.reduce((sum, one) => sum + counted(one), 0) / readings.length);
}
