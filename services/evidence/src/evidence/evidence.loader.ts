import { type CallContext, findEntity } from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { type EvidenceRow, evidenceById } from './evidence.store.ts';

/** Evidence by its id; a level of a query is one statement. */
export function loadEvidence(context: CallContext<EvidenceDatabase>, id: string): Promise<EvidenceRow | null> {
  return findEntity(context, 'Evidence', evidenceById, id);
}
