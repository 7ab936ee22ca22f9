import type { CallContext } from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { type EvidenceRow, evidenceById } from './evidence.store.ts';

/** Evidence by its id; a level of a query is one statement. */
export function loadEvidence(context: CallContext<EvidenceDatabase>, id: string): Promise<EvidenceRow | null> {
  return context
    .loader<string, EvidenceRow | null>('Evidence', async (tx, ids) => {
      const found = new Map((await evidenceById(tx, ids)).map((row) => [row.id, row]));
      return ids.map((key) => found.get(key) ?? null);
    })
    .load(id);
}
