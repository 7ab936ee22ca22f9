import type { CallContext } from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { type ImportRow, importsById } from './import.store.ts';

/** An import by its id; a level of a query is one statement. */
export function loadImport(context: CallContext<EvidenceDatabase>, id: string): Promise<ImportRow | null> {
  return context
    .loader<string, ImportRow | null>('Import', async (tx, ids) => {
      const found = new Map((await importsById(tx, ids)).map((row) => [row.id, row]));
      return ids.map((key) => found.get(key) ?? null);
    })
    .load(id);
}
