import { AnnexError } from '@annex/schema';

/** Roles that are relevant to information security, and who has them (27001, 5.3). Pure. */

/** Answers for conformity (5.3 a), for reporting to top management (5.3 b), or for something else. */
export type ResponsibilityKind = 'CONFORMITY' | 'REPORTING' | 'OTHER';

/** A role that has ended is kept as a record. */
export type ResponsibilityStatus = 'IN_FORCE' | 'ENDED';

/** @throws AnnexError STATE_CONFLICT where it has ended: it is a record now */
export function checkInForce(role: { readonly id: string; readonly status: ResponsibilityStatus }): void {
  if (role.status === 'IN_FORCE') return;
  throw new AnnexError('STATE_CONFLICT', 'The role has ended and never changes; record a new one', {
    details: { kind: 'Responsibility', id: role.id, present: role.status, allowed: [] },
  });
}
