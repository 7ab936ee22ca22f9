import { AnnexError } from '@annex/schema';

/** The plan of what is communicated within and out of the organisation (27001, 7.4). Pure. */

export type Direction = 'INTERNAL' | 'EXTERNAL';

/** What is communicated no longer is kept as a record. */
export type CommunicationStatus = 'IN_FORCE' | 'ENDED';

/** @throws AnnexError STATE_CONFLICT where it has ended: it is a record now */
export function checkInForce(entry: { readonly id: string; readonly status: CommunicationStatus }): void {
  if (entry.status === 'IN_FORCE') return;
  throw new AnnexError('STATE_CONFLICT', 'The entry of the plan has ended and never changes; record a new one', {
    details: { kind: 'Communication', id: entry.id, present: entry.status, allowed: [] },
  });
}
