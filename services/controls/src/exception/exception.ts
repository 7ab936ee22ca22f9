import { AnnexError, badInput, checkFollows, personActing, type Transitions } from '@annex/schema';

/**
 * Where an exception stands: asked for, in force, refused, taken back before it was decided, revoked, over because its end came.
 */
export type ExceptionStatus = 'REQUESTED' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN' | 'ENDED' | 'EXPIRED';

/** Which status may follow which. What is over stays over; who needs it longer asks for another. */
const transitions: Transitions<ExceptionStatus> = {
  REQUESTED: ['APPROVED', 'REJECTED', 'WITHDRAWN', 'EXPIRED'],
  APPROVED: ['ENDED', 'EXPIRED'],
  REJECTED: [],
  WITHDRAWN: [],
  ENDED: [],
  EXPIRED: [],
};

interface Standing {
  readonly id: string;
  readonly status: ExceptionStatus;
}

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition({ id, status }: Standing, to: ExceptionStatus): void {
  checkFollows(transitions, { kind: 'Exception', id, name: 'The exception' }, status, to);
}

export function mayBecome(from: ExceptionStatus, to: ExceptionStatus): boolean {
  return transitions[from].includes(to);
}

/** An exception without an end would be a change of the rule. @throws AnnexError BAD_INPUT unless it lies in the future */
export function checkEnd(field: string, endsAt: Date, now: Date): Date {
  if (endsAt <= now) throw badInput(field, endsAt.toISOString(), `must lie after now, which is ${now.toISOString()}`);
  return endsAt;
}

/**
 * The person who decides on an exception: never who asked for it, whoever wrote it down, and never a machine (four eyes).
 * @returns the actor that is kept
 * @throws AnnexError FORBIDDEN
 */
export function checkDecider(
  personId: string | undefined,
  { requestedBy, createdBy }: { readonly requestedBy: string; readonly createdBy: string },
): string {
  const person = `person:${personActing(personId, 'An exception is decided on')}`;
  if (person === requestedBy || person === createdBy)
    throw new AnnexError('FORBIDDEN', 'Who asked for an exception does not decide on it; another person does');
  return person;
}

/** How far strength may count under exceptions in force: as far as the strictest lets it; null where there is none. */
export function capOf(inForce: readonly { readonly cap: number }[]): number | null {
  return inForce.length === 0 ? null : Math.min(...inForce.map((one) => one.cap));
}
