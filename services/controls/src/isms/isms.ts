import { AnnexError, checkFollows, type Transitions } from '@annex/schema';

/** Where an ISMS stands: being set up (clauses 4 to 6), operating (8 to 10), no longer run. */
export type IsmsStatus = 'ESTABLISHING' | 'OPERATING' | 'RETIRED';

/** Which status may follow which. A retired ISMS stays as a record; a new one takes its place. */
const transitions: Transitions<IsmsStatus> = {
  ESTABLISHING: ['OPERATING', 'RETIRED'],
  OPERATING: ['RETIRED'],
  RETIRED: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition(id: string, from: IsmsStatus, to: IsmsStatus): void {
  if (from !== to) checkFollows(transitions, { kind: 'Isms', id, name: 'The ISMS' }, from, to);
}

/** @throws AnnexError STATE_CONFLICT when the ISMS is retired: its controls are a record now */
export function checkNotRetired(isms: { readonly id: string; readonly status: IsmsStatus }): void {
  if (isms.status !== 'RETIRED') return;
  throw new AnnexError('STATE_CONFLICT', 'The ISMS is retired; what belongs to it is kept and no longer changed', {
    details: { kind: 'Isms', id: isms.id, present: isms.status, allowed: transitions.RETIRED },
  });
}
