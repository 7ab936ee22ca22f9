import { AnnexError } from '@annex/schema';

/** Processes, products and services from outside that bear on the ISMS, and how they are controlled (27001, 8.1). Pure. */

export type ProvisionKind = 'PROCESS' | 'PRODUCT' | 'SERVICE';

/** What is used no longer is kept as a record. */
export type ProvisionStatus = 'IN_USE' | 'ENDED';

/** @throws AnnexError STATE_CONFLICT where it is used no longer: it is a record now */
export function checkInUse(provision: { readonly id: string; readonly status: ProvisionStatus }): void {
  if (provision.status === 'IN_USE') return;
  throw new AnnexError('STATE_CONFLICT', 'What is provided is used no longer and never changes; record it anew', {
    details: { kind: 'ExternalProvision', id: provision.id, present: provision.status, allowed: [] },
  });
}
