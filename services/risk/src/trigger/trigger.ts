/** Why a risk is to be assessed again (27001, 8.2: when significant changes are proposed or occur). Pure. */

export type StoredKind = 'ASSET_CHANGED' | 'NEW_THREAT' | 'INDICATOR_RED' | 'CRITERIA_CHANGED' | 'INCIDENT' | 'MANUAL';
export type TriggerStatus = 'OPEN' | 'CLOSED';

/** For so long a trigger may be open before it is a gap. */
export const mostDaysOpen = 30;

const day = 86_400_000;

/** The moment before which a trigger that is still open was raised too long ago. */
export const overdueBefore = (now: Date): Date => new Date(now.getTime() - mostDaysOpen * day);

/** The midnight (UTC) at which what is raised now has surely been open too long: those of one day are looked at together. */
export const deadlineOf = (raisedAt: Date): Date =>
  new Date((Math.floor(raisedAt.getTime() / day) + mostDaysOpen + 1) * day);
